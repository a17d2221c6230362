/** The HTML page: nothing from elsewhere, nothing of other people as markup, and readable without seeing. */
import { describe, expect, it } from 'vitest'
import { buildDocument } from '../../../reconciler/reports/build-document.ts'
import { renderHtml } from '../../../reconciler/reports/html/render-html.ts'
import { drawPictures } from '../../../reconciler/reports/pictures/draw-pictures.ts'
import { buildReport } from '../../../reconciler/reports/build-report.ts'
import { emptyParts, failingReport, flightModel } from '../support/example-reports.ts'

const evil = `</script><img src=x onerror="alert(1)">{{constructor}}{{{svg}}} & 'q'`

describe('the HTML page', () => {
  it('escapes what comes from elsewhere', async () => {
    const model = { ...flightModel(2), model: evil, description: evil, warnings: [evil], reproduce: evil }
    const report = buildReport({ ...emptyParts, project: evil, models: [model], impact: [evil] })
    const page = await renderHtml(buildDocument(report), await drawPictures(report))
    expect(page).not.toMatch(/<img|<script|<\/script/i)
    expect(page).toContain(
      '&lt;/script&gt;&lt;img src&#x3D;x onerror&#x3D;&quot;alert(1)&quot;&gt;{{constructor}}{{{svg}}} &amp; &#x27;q&#x27;',
    )
  })

  it('loads nothing and runs nothing', async () => {
    const report = failingReport()
    const page = await renderHtml(buildDocument(report), await drawPictures(report))
    const addresses = [...page.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)/gi)].map(([, address]) => address)
    expect(addresses).toEqual([])
    expect(page).toContain(`default-src 'none'`)
    expect(page).not.toMatch(/\son[a-z]+=|javascript:|@import|<link|<iframe/i)
  })

  it('closes what it opens, names its tables and pictures, and has each id once', async () => {
    const report = failingReport()
    const page = await renderHtml(buildDocument(report), await drawPictures(report))
    const open: string[] = []
    for (const [, slash, tag = '', rest = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi)) {
      if (/^(meta|!doctype)$/i.test(tag) || rest.endsWith('/')) continue
      if (slash === '') open.push(tag)
      else expect(open.pop()).toBe(tag)
    }
    expect(open).toEqual([])
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(page.match(/<table/g)?.length).toBe(page.match(/role="region" aria-label="[^"]+" tabindex="0"><table/g)?.length)
    expect(page.match(/<svg/g)?.length).toBe(3)
    expect(page.match(/<svg role="img" aria-label="[^"]{40,}"/g)?.length).toBe(3)
    expect(page).toContain('prefers-color-scheme: dark')
  })
})
