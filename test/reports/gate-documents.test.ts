/** The example of the page on reports is what the program writes, and the page says what is in it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { buildDocument } from '../../reconciler/reports/build-document.ts'
import { leftOutFirst } from '../../reconciler/reports/markdown/fit-limit.ts'
import { renderMarkdown } from '../../reconciler/reports/markdown/render-markdown.ts'
import { drawPictures } from '../../reconciler/reports/pictures/draw-pictures.ts'
import { failingReport, mixedReport } from './support/example-reports.ts'

const folder = join(packageRoot, 'docs/gates')
const page = readFileSync(join(folder, 'reading-a-report.md'), 'utf8')

describe('the page on reports', () => {
  it('shows the report and the pictures that are made today (npx vitest run -u writes them)', async () => {
    const report = failingReport()
    const text = renderMarkdown(buildDocument(report), { pictureAddress: (name) => `images/${name}.svg` })
    await expect(text).toMatchFileSnapshot(join(folder, 'example-report.md'))
    for (const { name, svg } of await drawPictures(report)) {
      await expect(svg).toMatchFileSnapshot(join(folder, 'images', `${name}.svg`))
      expect(page).toContain(`](images/${name}.svg)`)
    }
  })

  it('quotes lines that are in it', () => {
    const text = renderMarkdown(buildDocument(failingReport()), { pictureAddress: () => null })
    const quoted = [...page.matchAll(/^```\n([^]*?)^```$/gm)].flatMap(([, block]) => (block ?? '').trim().split('\n'))
    expect(quoted.length).toBeGreaterThan(1)
    expect(quoted.filter((line) => !text.includes(line))).toEqual([])
  })

  it('quotes numbers of loans that are in a report', () => {
    const text = renderMarkdown(buildDocument(mixedReport()), { pictureAddress: () => null })
    for (const number of ['0.7601', '0.6347 to 0.8776']) {
      expect(page).toContain(number)
      expect(text).toContain(number)
    }
  })

  it('says in which order sections are left out', () => {
    const listed = [...page.matchAll(/^\d+\. ([a-z-]+)$/gm)].map(([, kind]) => kind)
    expect(listed).toEqual(leftOutFirst.map(([kind]) => kind))
  })
})
