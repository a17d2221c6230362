/** The four forms of a report, held against files that a person has read. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderTable } from '../../reconciler/cli/table.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Report } from '../../reconciler/core/report.ts'
import { buildDocument } from '../../reconciler/reports/build-document.ts'
import { buildReport } from '../../reconciler/reports/build-report.ts'
import { renderHtml } from '../../reconciler/reports/html/render-html.ts'
import { renderMarkdown } from '../../reconciler/reports/markdown/render-markdown.ts'
import { drawPictures } from '../../reconciler/reports/pictures/draw-pictures.ts'
import { renderReportJson } from '../../reconciler/reports/render-json.ts'
import { renderTerminal } from '../../reconciler/reports/text/render-terminal.ts'
import { emptyParts, failingReport, mixedReport, passingReport } from './support/example-reports.ts'

const golden = (name: string): string => join(packageRoot, 'test/reports/golden', name)
const plain = { style: (_: string, text: string) => text, renderTable }
const images = { pictureAddress: (name: string) => `images/${name}.svg` }

const reports: readonly (readonly [string, () => Report])[] = [
  ['failing', failingReport],
  ['passing', passingReport],
  ['mixed', mixedReport],
  ['empty', () => buildReport(emptyParts)],
]

describe('a report', () => {
  it.each(reports)('is markdown: %s', async (name, make) => {
    await expect(renderMarkdown(buildDocument(make()), images)).toMatchFileSnapshot(golden(`${name}.md`))
  })

  it.each(reports)('is text for a terminal: %s', async (name, make) => {
    await expect(renderTerminal(buildDocument(make()), plain)).toMatchFileSnapshot(golden(`${name}.txt`))
  })

  it('is one HTML page', async () => {
    const report = failingReport()
    const page = await renderHtml(buildDocument(report), await drawPictures(report))
    await expect(page).toMatchFileSnapshot(golden('failing.html'))
  })

  it('is canonical JSON that is the value', () => {
    const text = renderReportJson(failingReport())
    expect(JSON.parse(text)).toEqual(failingReport())
    expect(text.startsWith('{"base":"41c2a90f')).toBe(true)
  })

  it('has the same bytes for the same input, whatever the order of models', async () => {
    const [first, second] = [mixedReport(), mixedReport()]
    expect(renderReportJson(buildReport({ ...emptyParts, models: [...first.models].reverse() }))).toBe(
      renderReportJson(buildReport({ ...emptyParts, models: second.models })),
    )
    const [a, b] = await Promise.all([drawPictures(first), drawPictures(second)])
    expect(a).toEqual(b)
  })
})
