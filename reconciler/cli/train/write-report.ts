/** The report of what `train` did: its value, and a file of it in the form that the file's name asks for. */
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
import { renderTerminal } from '../../reports/text/render-terminal.ts'
import { renderTable } from '../table.ts'
import type { OpenTraining } from './open-training.ts'
import { planChange } from './plan-change.ts'
import { testViews } from './test-views.ts'

const forms: Readonly<Record<string, (report: Report) => Promise<string>>> = {
  '.md': (report) => Promise.resolve(renderMarkdown(buildDocument(report), { pictureAddress: () => null })),
  '.html': async (report) => renderHtml(buildDocument(report), await drawPictures(report)),
  '.txt': (report) => Promise.resolve(renderTerminal(buildDocument(report), { style: (_, text) => text, renderTable })),
  '.json': (report) => Promise.resolve(renderReportJson(report)),
}

export interface ReportContext {
  readonly opened: OpenTraining
  /** Milliseconds since the epoch. */
  readonly wallMs: number
}

/** What was done with the models, and what comes of it once it is merged. */
export async function buildTrainReport(models: readonly ModelReport[], { opened, wallMs }: ReportContext): Promise<Report> {
  const { plan, impact, warnings } = await planChange(opened, wallMs)
  return buildReport({
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
}

/** Throws `environment` when the file can not be written. */
export async function writeReport(file: string, report: Report): Promise<void> {
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
