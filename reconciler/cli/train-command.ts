/** `mainward train`: trains what changed, judges it against production, and writes its version into the working tree. */
import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import type { ModelReport } from '../core/report.ts'
import type { Resource } from '../core/resource.ts'
import type { ModelSpec } from '../manifests/kinds/model.ts'
import { findControl } from './client/control-address.ts'
import { createControlClient } from './client/control-client.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import { createProgress, type Progress } from './features/progress.ts'
import { readEngineOptions } from './features/engine-options.ts'
import { renderLoosening } from './gate/render-loosening.ts'
import { reportFailure } from './report-failure.ts'
import { chooseModels } from './train/choose-models.ts'
import { type OpenTraining, withTraining } from './train/open-training.ts'
import type { RequestsSource } from './train/recorded-requests.ts'
import { renderDecision } from './train/render-training.ts'
import { reportFailed, reportTrained } from './train/report-training.ts'
import { surveyModel } from './train/survey-model.ts'
import { trainOptions } from './train/train-options.ts'

const reportForms = ['.md', '.html', '.txt', '.json']

export const trainCommand: CommandDefinition = {
  details:
    'Training set, command, parameters, seed, the trainer’s files and requirements decide: what was trained of the same before, here or\n' +
    'in another branch, is not trained again. The trainer gets the training and validation parts, and writes model.onnx; Mainward judges\n' +
    'it on the test part, against the version in production and a plain guess, and writes the version, its model file and the line of\n' +
    'the rollout into the working tree. Nothing is committed. Exit code 1 when a gate stands in the way, or something failed.',
  arguments: [{ usage: '[models...]', description: 'names of models (default: all that have a trainer)' }],
  options: trainOptions,
  examples: [
    { line: 'train', explains: 'what changed' },
    { line: 'train flight-delay --dry-run', explains: 'whether it would be trained, and why' },
  ],
  async run(context, input) {
    assertNames(input)
    const reportFile = textOption(input, 'report')
    assertReportForm(reportFile)
    const records = await openRecords(context, input)
    const progress = createProgress(context.terminal)
    const isJson = flagOption(input, 'json')
    const { reports, report } = await withTraining(context, input, async (opened) => {
      const models = chooseModels(opened.resources, input.arguments)
      if (models.length === 0 && !isJson) context.terminal.write('no model has a trainer: nothing to train\n')
      const loosening = await opened.rules.findLoosening()
      if (loosening !== null && !isJson) context.terminal.write(`${renderLoosening(loosening).trimStart()}\n`)
      const done: ModelReport[] = []
      for (const model of models) done.push(await trainOne(model, opened, { context, input, progress, records }))
      const isAsked = isJson || reportFile !== null
      return { reports: done, report: isAsked ? await makeReport(done, opened, context.clock.now()) : null }
    }).finally(progress.end)
    if (reportFile !== null) await report?.save(resolve(context.configuration.folder, reportFile))
    if (isJson) context.terminal.write(report?.json ?? '')
    const isWrong = ({ outcome, evidence }: ModelReport): boolean =>
      outcome.type === 'failed' || evidence?.verdict.blocks === true
    return reports.some(isWrong) ? 1 : 0
  },
}

/** Training everything again by a slip of the finger would be dear. */
function assertNames(input: CommandInput): void {
  const isAll = flagOption(input, 'all')
  if (isAll && input.arguments.length > 0) {
    throw new MainwardError('usage', `--all stands alone: found ${input.arguments.join(', ')} beside it`)
  }
  if (!flagOption(input, 'force') || isAll || input.arguments.length > 0) return
  throw new MainwardError('usage', '--force: expected names of models, or --all', { hint: 'mainward train MODEL --force' })
}

/** Before anything is trained. */
async function openRecords({ configuration, fetch }: CliContext, input: CommandInput): Promise<RequestsSource | null> {
  const source = textOption(input, 'records')
  if (source === null) return null
  const requests = await import('./train/recorded-requests.ts')
  if (source === 'live') return requests.openLiveRequests(createControlClient(await findControl(configuration, input), fetch))
  const path = resolve(configuration.folder, source)
  if (existsSync(path)) return requests.openRequestsFile(path)
  throw new MainwardError('usage', `--records: there is no file ${path}`, {
    hint: 'mainward records MODEL --out FILE writes one; live asks the running reconciler',
  })
}

interface MadeReport {
  readonly json: string
  save(file: string): Promise<void>
}

/** Only a report needs what lays out pages and draws. */
async function makeReport(models: readonly ModelReport[], opened: OpenTraining, wallMs: number): Promise<MadeReport> {
  const { buildTrainReport, writeReport } = await import('./train/write-report.ts')
  const { renderReportJson } = await import('../reports/render-json.ts')
  const report = await buildTrainReport(models, { opened, wallMs })
  return { json: renderReportJson(report), save: (file) => writeReport(file, report) }
}

/** Before anything is trained. */
function assertReportForm(file: string | null): void {
  if (file === null || reportForms.includes(extname(file))) return
  throw new MainwardError('usage', `--report: expected a file that ends with ${reportForms.join(', ')}, found ${file}`)
}

interface Work {
  readonly context: CliContext
  readonly input: CommandInput
  readonly progress: Progress
  /** Null: none are to be asked. */
  readonly records: RequestsSource | null
}

/** Of what a trainer says, so many of the last lines are kept for the report. */
const keptLines = 100

interface Heard {
  readonly lines: string[]
}

/** One that fails keeps the others from nothing; a person who cancels means all. */
async function trainOne(model: Resource<ModelSpec>, opened: OpenTraining, work: Work): Promise<ModelReport> {
  const { context, input, progress } = work
  const lines: string[] = []
  try {
    return await surveyAndMake(model, opened, { ...work, lines })
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code === 'cancelled' || opened.engine.signal.aborted) throw thrown
    progress.end()
    if (!flagOption(input, 'json')) reportFailure(context.terminal, thrown, false)
    return reportFailed(model, thrown, lines)
  }
}

async function surveyAndMake(model: Resource<ModelSpec>, opened: OpenTraining, work: Work & Heard): Promise<ModelReport> {
  const { context, input, progress, records, lines: heard } = work
  const say = (text: string): void => {
    progress.end()
    if (!flagOption(input, 'json')) context.terminal.write(text)
  }
  const survey = await surveyModel(model, opened, { force: flagOption(input, 'force'), progress })
  say(renderDecision(survey))
  const findServed = async (): Promise<number | null> => {
    const { served } = await opened.production.find(survey.tree.name, survey.tree.spec.task)
    return served?.version ?? null
  }
  const isAsIs = survey.decision.type === 'unchanged' || flagOption(input, 'dryRun')
  // Reading the base takes longer than finding that there is nothing to do.
  const isShown = textOption(input, 'report') !== null || flagOption(input, 'json')
  if (isAsIs && records !== null) say('  --records: no version is made, so nothing is asked; --force makes one anew\n')
  if (isAsIs) return reportTrained(survey, null, isShown ? await findServed() : null)
  const served = await findServed()
  // Only training needs what runs trainers and models: a command that finds nothing to do starts without.
  const { makeVersion } = await import('./train/make-version.ts')
  const { renderMade } = await import('./train/render-made.ts')
  const made = await makeVersion(survey, opened, {
    context,
    progress,
    threads: readEngineOptions(input).threads,
    records,
    onLines: (lines) => {
      progress.end()
      heard.push(...lines)
      heard.splice(0, heard.length - keptLines)
      for (const line of lines) context.terminal.writeError(`${context.terminal.style('dim', `| ${line}`)}\n`)
    },
  })
  say(renderMade(survey, made, (style, text) => context.terminal.style(style, text)))
  return reportTrained(survey, made, served)
}
