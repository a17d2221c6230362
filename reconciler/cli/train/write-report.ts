/** Writes a report of what `train` did to a file, in the form that the file's name asks for. */
import { extname } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { ModelReport, Report } from '../../core/report.ts'
import { buildDocument } from '../../reports/build-document.ts'
import { buildReport } from '../../reports/build-report.ts'
import { renderHtml } from '../../reports/html/render-html.ts'
import { renderMarkdown } from '../../reports/markdown/render-markdown.ts'
import { drawPictures } from '../../reports/pictures/draw-pictures.ts'
import { renderReportJson } from '../../reports/render-json.ts'
import type { OpenTraining } from './open-training.ts'
import { planChange } from './plan-change.ts'
import { testViews } from './test-views.ts'

const forms: Readonly<Record<string, (report: Report) => Promise<string>>> = {
  '.md': (report) => Promise.resolve(renderMarkdown(buildDocument(report), { pictureAddress: () => null })),
  '.html': async (report) => renderHtml(buildDocument(report), await drawPictures(report)),
  '.json': (report) => Promise.resolve(renderReportJson(report)),
}

export interface ReportContext {
  readonly opened: OpenTraining
  /** Milliseconds since the epoch. */
  readonly wallMs: number
}

/** Throws `environment` when the file can not be written. */
export async function writeReport(
  file: string,
  models: readonly ModelReport[],
  { opened, wallMs }: ReportContext,
): Promise<void> {
  const { plan, impact, warnings } = await planChange(opened, wallMs)
  const report = buildReport({
    project: opened.resources.find(({ kind }) => kind === 'Project')?.metadata.name ?? '',
    commit: opened.commit,
    base: opened.base?.id ?? null,
    models,
    plan,
    impact,
    loosening: await opened.rules.findLoosening(),
    featureTests: await testViews(models, opened),
    expectations: [],
    warnings,
  })
  const text = (await forms[extname(file)]?.(report)) ?? ''
  try {
    await writeFile(file, text)
  } catch (cause) {
    throw new MainwardError('environment', `the report can not be written: ${messageOf(cause)}`, {
      cause,
      hint: 'name another file',
    })
  }
}
