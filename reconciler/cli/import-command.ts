/** `mainward import`: from a model file and sample rows to manifests that can be reviewed, committed and called. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MainwardError, messageOf } from '../core/error.ts'
import { hasErrors } from '../core/finding.ts'
import type { Kind } from '../core/resource.ts'
import { assembleCommit } from '../manifests/assemble.ts'
import { checkSingleFile } from '../manifests/check-single.ts'
import { renderFindings } from '../manifests/findings-text.ts'
import { defaultThreshold } from '../manifests/kinds/request-features.ts'
import { writeManifest } from '../manifests/write-manifest.ts'
import { type CommandDefinition, type CommandInput, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import { buildModel, buildRollout, buildVersion, type ImportedVersion } from './import/build-manifests.ts'
import { chooseGoldenRows } from './import/choose-golden-rows.ts'
import { assertFaithful, compareOriginal, type OriginalComparison } from './import/compare-original.ts'
import { examineModel, type ExaminedModel } from './import/examine-model.ts'
import { assertIncluded, type ExistingModel, findExisting, nextVersion } from './import/existing-model.ts'
import {
  importOptions,
  parseEvidence,
  readGivenOutputs,
  readGoldenCount,
  readNulls,
  readThreshold,
} from './import/import-options.ts'
import { readModelOnDemand } from './import/model-on-demand.ts'
import { type ModelViews, readModelViews, withoutKeys } from './import/model-views.ts'
import { type ModelOrigin, readModelOrigin } from './import/model-origin.ts'
import type { SampleRow } from './import/parse-sample.ts'
import { describeArtifact, storeArtifact } from './import/place-artifact.ts'
import { renderImport } from './import/render-import.ts'
import { assertNew, writeNewFiles } from './import/write-import.ts'
import { readManifests } from './manifests/read-manifests.ts'
import { schemaComment } from './manifests/schema-comment.ts'

export const importCommand: CommandDefinition = {
  details:
    'Reads the signature from the file, the features from the sample, and runs the sample for the golden rows. Writes a new\n' +
    'version, and the Model and its Rollout where there are none; nothing is overwritten, and nothing is served before you\n' +
    'commit. Features that the Model takes of views are columns of the sample by the names that the Model gives them; the\n' +
    'version embeds the definitions of the views as the working tree has them. On-demand features are computed of the columns\n' +
    'that they read; where the sample has their values, these must be the same. Files beyond 1 MiB go into the artifact store.\n' +
    'A pickle runs code when it is read: import those alone whose maker you trust. It is read in a process of its own, without\n' +
    'our environment, converted by skl2onnx, and the result is compared with the original on every row of the sample.',
  arguments: [{ usage: '<model>', description: 'name of the model' }],
  options: importOptions,
  examples: [
    { line: 'import churn --onnx model.onnx --sample rows.json --unit customer_id', explains: 'a model of your own' },
    {
      line: 'import churn --onnx net.onnx --sample rows.json --task binary-classification --decision-threshold 0.3',
      explains: 'one that answers a single probability',
    },
    {
      line: 'import churn --sklearn model.pkl --sample rows.json --unit customer_id',
      explains: 'converted in a Python of its own',
    },
    {
      line: 'import churn --mlflow-run mlruns/0/8d1e',
      explains: 'what a run of MLflow logged, with its input example as sample',
    },
  ],
  async run(context, input) {
    const project = resolve(context.configuration.folder, textOption(input, 'path') ?? '.')
    const [name = ''] = input.arguments
    const { contents } = await readManifests(project, null)
    const existing = findExisting(contents, name)
    const read = readModelViews(contents, name, existing)
    const { examined, imported, bytes, comparison } = await examine({ context, input, project, name, existing, read })
    const files = buildFiles(project, imported, existing, unitOf(input, existing))
    assertSound(files)
    assertIncluded(
      existing,
      files.map(({ path }) => path),
    )
    const { path } = imported.artifact
    const all = path === undefined ? files : [{ path, content: bytes }, ...files]
    assertNew(project, all)
    const stored = path === undefined ? [await store(context, input, { project, existing, imported, bytes })] : []
    await writeNewFiles(project, all)
    const written = [...stored, ...all.map((file) => file.path)]
    const { goldenRows: recorded, whyTask } = examined
    context.terminal.write(renderImport({ imported, whyTask, recorded, written, rollouts: existing.rollouts, comparison }))
    return reportFindings(context, project, [...files.map((file) => file.path), ...placesOf(existing)])
  },
}

function placesOf({ model, rollouts }: ExistingModel): readonly string[] {
  return [...(model === null ? [] : [model.file]), ...rollouts.map(({ file }) => file)]
}

/** What validate says now of the files that were written, and of those of the model that were there. */
async function reportFindings({ terminal }: CliContext, project: string, files: readonly string[]): Promise<0 | 1> {
  const { findings } = assembleCommit((await readManifests(project, null)).contents, { mode: 'proposed' })
  const own = findings.filter(({ file }) => files.includes(file))
  terminal.writeError(renderFindings(own, 'text'))
  return hasErrors(own) ? 1 : 0
}

interface Examination {
  readonly context: CliContext
  readonly input: CommandInput
  readonly name: string
  readonly existing: ExistingModel
  readonly read: ModelViews
  /** Folder of mainward.yaml, absolute. */
  readonly project: string
}

interface Examined {
  readonly examined: ExaminedModel
  readonly imported: ImportedVersion
  readonly bytes: Uint8Array
  /** Null: nothing was converted. */
  readonly comparison: OriginalComparison | null
}

/** Options lead, then the Model that is there, then what the file says. */
async function examine(request: Examination): Promise<Examined> {
  const { context, input, project, name, existing, read } = request
  const model = existing.model?.spec ?? null
  const nulls = readNulls(input) ?? model?.nulls ?? { default: 'model' }
  const given = readGivenOutputs(input)
  if (model !== null && given.task !== null && given.task !== model.task) {
    throw new MainwardError('usage', `--task: the Model ${name} says ${model.task}, found ${given.task}`)
  }
  const onDemand = readModelOnDemand(existing, read)
  const unit = unitOf(input, existing)
  const prepare = (rows: readonly SampleRow[]): readonly SampleRow[] => withoutKeys(rows, read)
  const origin = await readModelOrigin(context, input, { project, prepare, computed: onDemand, unit, nulls })
  const { bytes, rows, original, known } = origin
  const examined = await examineModel({
    name,
    bytes,
    rows,
    unit,
    nulls,
    given: { ...given, task: given.task ?? model?.task ?? null },
    known: model?.requestFeatures ?? [],
    roles: read.roles,
    onDemand,
  })
  const comparison = original === null ? null : compareOriginal(original, examined.goldenRows, examined.signature)
  if (comparison !== null) assertFaithful(comparison)
  const version = nextVersion(existing)
  const imported: ImportedVersion = {
    model: name,
    version,
    task: examined.task,
    artifact: describeArtifact(bytes, `models/${name}/versions/${version}.onnx`),
    signature: examined.signature,
    requestFeatures: examined.requestFeatures,
    onDemand: onDemand.features,
    views: read.views,
    definitions: read.definitions,
    nulls,
    threshold: thresholdOf(input, existing, examined),
    goldenRows: chooseGoldenRows(examined.goldenRows, readGoldenCount(input)),
    description: textOption(input, 'description'),
    evidence: joinEvidence(await readEvidence(context, input), known, comparison),
  }
  return { examined, imported, bytes, comparison }
}

/** The field of `--unit`, else what the Rollout that is there names. */
function unitOf(input: CommandInput, { rollouts }: ExistingModel): string | null {
  return textOption(input, 'unit') ?? rollouts.find(({ spec }) => spec.unit !== undefined)?.spec.unit ?? null
}

function thresholdOf(input: CommandInput, { model }: ExistingModel, { task }: ExaminedModel): number | null {
  const given = readThreshold(input)
  if (task === 'binary-classification') return given ?? model?.spec.decision?.threshold ?? defaultThreshold
  if (given === null) return null
  throw new MainwardError('usage', `--decision-threshold: only a binary classification decides, this is a ${task}`)
}

/** What was given, and under `import` what the origin tells. */
function joinEvidence(
  given: ImportedVersion['evidence'],
  known: ModelOrigin['known'],
  comparison: OriginalComparison | null,
): ImportedVersion['evidence'] {
  if (known === null) return given
  return { ...given, import: { ...known, ...(comparison === null ? {} : { comparison: { ...comparison } }) } }
}

async function readEvidence(context: CliContext, input: CommandInput): Promise<ImportedVersion['evidence']> {
  const file = textOption(input, 'evidence')
  return file === null ? null : parseEvidence(Buffer.from(await readInput(context, input, 'evidence')).toString(), file)
}

async function readInput(context: CliContext, input: CommandInput, option: 'evidence'): Promise<Uint8Array> {
  const file = textOption(input, option) ?? ''
  try {
    return await readFile(resolve(context.configuration.folder, file))
  } catch (cause) {
    throw new MainwardError('usage', `--${option}: ${messageOf(cause)}`, { cause })
  }
}

function buildFiles(project: string, imported: ImportedVersion, existing: ExistingModel, unit: string | null) {
  const { model, version } = imported
  const file = (path: string, kind: Kind, manifest: object) => ({
    path,
    content: writeManifest(manifest, [schemaComment(project, path, kind), 'Written by mainward import.']),
  })
  return [
    ...(existing.model === null ? [file(`models/${model}/model.yaml`, 'Model', buildModel(imported))] : []),
    file(`models/${model}/versions/${version}.yaml`, 'ModelVersion', buildVersion(imported)),
    ...(existing.rollouts.length === 0 ? [file(`rollouts/${model}.yaml`, 'Rollout', buildRollout(imported, unit))] : []),
  ]
}

/** What the schema refuses here comes from the command line: a name, a field, a file of too many rows. */
function assertSound(files: readonly { readonly path: string; readonly content: string }[]): void {
  for (const { path, content } of files) {
    const finding = checkSingleFile(Buffer.from(content), path).findings.find(({ severity }) => severity === 'error')
    if (finding === undefined) continue
    const hint = finding.hint === undefined ? {} : { hint: finding.hint }
    throw new MainwardError('usage', `${path} would not be valid: ${finding.message}`, hint)
  }
}

interface Placement {
  readonly project: string
  readonly existing: ExistingModel
  readonly imported: ImportedVersion
  readonly bytes: Uint8Array
}

async function store(context: CliContext, input: CommandInput, placement: Placement): Promise<string> {
  const { project, existing, imported, bytes } = placement
  const address = await storeArtifact(imported.artifact, bytes, {
    project,
    store: existing.project.artifacts.store,
    stateFolder: textOption(input, 'state'),
    folder: context.configuration.folder,
  })
  return `${address}/sha256/${imported.artifact.sha256}`
}
