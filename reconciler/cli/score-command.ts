/** `mainward score`: a file of rows with what a version of a model says of each. */
import { readFile, realpath } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { openArtifactStore } from '../artifacts/artifact-store.ts'
import { countNoun } from '../core/count-noun.ts'
import { MainwardError } from '../core/error.ts'
import type { Release } from '../core/release.ts'
import { type CommandDefinition, type CommandInput, numberOption, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import { computationOptions, readAsOf } from './features/engine-options.ts'
import { findArtifactStore } from './features/find-artifact-store.ts'
import { type OpenFeatures, withFeatures } from './features/open-features.ts'
import { createProgress } from './features/progress.ts'
import { findScoredRelease } from './score/find-scored-release.ts'
import { rowFormatOf } from './score/out-file.ts'
import { type OnError, onErrorChoices, rejectedFileOf, withRejections } from './score/rejections.ts'
import { scoreJson } from './score/score-json.ts'
import type { ScoreReport, ScoreRequest } from './score/score-request.ts'
import { scoreRowFile } from './score/score-table.ts'

export const scoreCommand: CommandDefinition = {
  details:
    'Rows in, rows out, in their order: all columns of the input as they are, then score, decision, label and version as a\n' +
    'prediction would answer them, by the same signature, null policy, on-demand features and threshold. The version is the\n' +
    'one that the Rollout names, unless --version says otherwise; --ref takes manifests, model file and data of a commit.\n' +
    'Features of views are columns of the input by the names that the model gives them; where the input has none of a view,\n' +
    'they are joined by its keys as of the time in the column --at, as training sets are. JSON lines, a JSON list, CSV and\n' +
    'Parquet are known by their names; the output is of the same kind. It appears as a whole, or not at all. A row that is refused\n' +
    'ends the work; with --on-error skip it is left out, and stands with the reason in a file beside the output, NAME.rejected.jsonl.',
  arguments: [{ usage: '<model>', description: 'name of the model' }],
  options: [
    { flags: '--input <file>', description: 'rows: .jsonl (also .gz), .json, .csv or .parquet', required: true },
    { flags: '--out <file>', description: 'where the rows with their scores are written', required: true },
    { flags: '--version <n>', description: 'version of the model (default: the one that its Rollout names)' },
    { flags: '--at <column>', description: "column of each row's time: features of views are joined as of it" },
    {
      flags: '--on-error <what>',
      description: 'what a row does that is refused: end the work, or be left out and told in a file beside the output',
      default: 'fail',
      choices: onErrorChoices,
    },
    { flags: '--prefix <text>', description: 'stands before the names of the columns that are added', default: '' },
    ...computationOptions,
  ],
  examples: [
    { line: 'score flight-delay --input flights.parquet --out scored.parquet', explains: 'with the version that is rolled out' },
    {
      line: 'score flight-delay --input keys.csv --out scored.csv --at predict_at --version 2 --ref main',
      explains: 'features joined as of a column, version 2 of a branch',
    },
  ],
  async run(context, input) {
    const { terminal, configuration } = context
    const onError = textOption(input, 'onError') as OnError
    const paths = await readPaths(context, input, onError)
    const version = textOption(input, 'version') === null ? null : numberOption(input, 'version', { least: 1 })
    const environment = textOption(input, 'environment') ?? 'production'
    const progress = createProgress(terminal)
    const asOf = readAsOf(context, input)
    const { report, rejected, release, origin } = await withFeatures(context, input, async (features) => {
      const scored = findScoredRelease(features.resources, { model: input.arguments[0] ?? '', version, environment })
      const bytes = await readModelFile(context, input, features, scored)
      const [at, prefix] = [textOption(input, 'at'), textOption(input, 'prefix') ?? '']
      const scoring = { release: scored, bytes, ...paths, at, prefix, asOf, features, progress }
      return withRejections({ out: paths.out, onError }, async (rejections) => {
        const report = await scoreFile({ ...scoring, rejections }, paths.format)
        return { report, rejected: rejections.count, release: scored, origin: features.origin }
      })
    }).finally(progress.end)
    const shown = (file: string): string => relative(configuration.folder, file)
    terminal.write(renderReport(report, release, origin, shown(paths.out)))
    if (onError === 'skip') terminal.write(renderRejected(rejected, shown(rejectedFileOf(paths.out))))
    return 0
  },
}

interface Paths {
  readonly input: string
  readonly out: string
  readonly format: ReturnType<typeof rowFormatOf>
}

async function readPaths({ configuration }: CliContext, command: CommandInput, onError: OnError): Promise<Paths> {
  const [given, named] = [textOption(command, 'input') ?? '', textOption(command, 'out') ?? '']
  const [format, wanted] = [rowFormatOf(given, '--input'), rowFormatOf(named, '--out')]
  if (format !== wanted) {
    throw new MainwardError('usage', `--out: expected a file of the kind of ${given}, found ${named}`)
  }
  const [input, out] = [resolve(configuration.folder, given), resolve(configuration.folder, named)]
  const found = await realpath(input).catch((cause: unknown) => {
    throw new MainwardError('usage', `--input: there is no file ${given}`, { cause })
  })
  if (found === (await realpath(out).catch(() => null))) {
    throw new MainwardError('usage', `--out is the file of --input: ${named} would be overwritten`)
  }
  if (onError === 'skip' && found === (await realpath(rejectedFileOf(out)).catch(() => null))) {
    throw new MainwardError('usage', `--input is where rows that are left out go: ${given} would be overwritten`, {
      hint: 'give --out another name',
    })
  }
  return { input, out, format }
}

function scoreFile(request: ScoreRequest, format: Paths['format']): Promise<ScoreReport> {
  return format === 'parquet' || format === 'csv' ? scoreRowFile(request, format) : scoreJson(request, format)
}

/** Of the working tree or commit where it is one of its files, else of the artifact store. */
async function readModelFile(
  { configuration }: CliContext,
  input: CommandInput,
  { resources, ports }: OpenFeatures,
  { artifact, model, version }: Release,
): Promise<Uint8Array> {
  const { path, sha256 } = artifact
  if (path === undefined) {
    const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
    const state = textOption(input, 'state')
    const stateFolder = state === null ? null : resolve(configuration.folder, state)
    return openArtifactStore().read(findArtifactStore(resources, { folder, stateFolder }), sha256)
  }
  const [file] = await ports.files.list(path)
  if (file !== undefined) return readFile(file.localPath)
  throw new MainwardError('artifact-missing', `version ${version} of ${model} is the file ${path}, which is not there`, {
    hint: 'restore it, or name a commit that has it with --ref',
  })
}

function renderReport({ rows, joined }: ScoreReport, { model, version, task }: Release, origin: string, out: string): string {
  const by = `version ${version} of ${model} (${task}), of ${origin}`
  const views = joined.length === 0 ? '' : `features joined of ${joined.join(', ')}\n`
  return `${countNoun(rows, 'row')} scored by ${by}\n${views}wrote ${out}\n`
}

function renderRejected(rejected: number, file: string): string {
  return `${countNoun(rejected, 'row')} left out: ${rejected === 0 ? `${file} is empty` : `${file} says why`}\n`
}
