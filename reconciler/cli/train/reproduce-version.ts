/** Makes a version again from what a commit has, and compares it with what the version says of itself. */
import { readFile } from 'node:fs/promises'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { ReproductionOutcome } from '../../core/evaluation.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { Resource } from '../../core/resource.ts'
import { buildRelease } from '../../manifests/release.ts'
import type { CliContext } from '../context.ts'
import type { Progress } from '../features/progress.ts'
import { describeArtifact } from '../import/place-artifact.ts'
import { chooseModels } from './choose-models.ts'
import { compareScores } from './compare-scores.ts'
import { openDatasetRows } from './dataset-rows.ts'
import { findDataset, type MadeDataset } from './find-dataset.ts'
import { digestInputs, type TrainingInputs } from './inputs-digest.ts'
import type { OpenTraining } from './open-training.ts'
import { layoutOf } from './production.ts'
import { runTraining } from './run-training.ts'
import { describeInputs, describeTree } from './survey-model.ts'
import { readTrainerFiles } from './trainer-files.ts'

export interface ReproductionRequest {
  readonly context: CliContext
  readonly progress: Progress
  readonly version: Resource<ModelVersionSpec>
  readonly evidence: Evidence
  readonly threads: number
}

/** Scores of 32-bit floats that are nearer to each other than this are the same. */
const tolerance = 1e-5

/** `opened` is of the commit, and its `now` the time of the version's training set. Throws what training throws. */
export async function reproduceVersion(opened: OpenTraining, request: ReproductionRequest): Promise<ReproductionOutcome> {
  const { evidence, context, progress, threads } = request
  const version = request.version.spec
  const [model] = chooseModels(opened.resources, [version.model])
  if (model === undefined) throw new Error('one name gives one model')
  const tree = describeTree(model, opened)
  const files = await readTrainerFiles(tree.name, tree.trainer, opened.ports.files)
  const found = await findDataset({ training: tree.training, opened, progress, evidence: [], fresh: true })
  assertSameTrainer(request, describeInputs(tree.trainer, files, evidence.dataset.digest))
  const dataset = await found.make()
  const [file] = files.files
  const codeFolder = file === undefined ? opened.project : file.localPath.slice(0, -file.path.length - 1)
  const { bytes } = await runTraining(
    {
      model: tree.name,
      inputs: evidence.inputsDigest,
      trainer: tree.trainer,
      files,
      dataset,
      source: { commit: opened.commit, dirty: false },
      codeFolder,
      threads,
      onStep: progress.step,
      onLines: () => undefined,
    },
    context,
    opened,
  )
  const sameArtifact = describeArtifact(bytes, '').sha256 === version.artifact.sha256
  progress.step(`${tree.name}: scores`)
  const difference = await compare({ opened, request, dataset, bytes, model })
  return {
    version: version.version,
    sameArtifact,
    sameDataset: dataset.report.digest === evidence.dataset.digest,
    datasetDigest: dataset.report.digest as Digest,
    maximumScoreDifference: difference.maximum,
    rowsBeyondTolerance: difference.beyond,
    rows: difference.rows,
  }
}

/** Otherwise another model comes out, and the comparison says nothing. */
function assertSameTrainer({ version: { spec: version }, evidence }: ReproductionRequest, inputs: TrainingInputs): void {
  if (digestInputs(inputs) === evidence.inputsDigest) return
  const { training } = evidence
  const differs = [
    ...(inputs.files === training.files ? [] : ['the trainer’s files']),
    ...(inputs.requirements === training.requirements ? [] : ['the Python packages']),
    ...(inputs.seed === training.seed ? [] : ['the seed']),
    ...(JSON.stringify(inputs.command) === JSON.stringify(training.command) ? [] : ['the command']),
  ]
  const what = differs.length === 0 ? 'the parameters' : differs.join(', ')
  throw new MainwardError(
    'conflict',
    `the commit has another trainer than version ${version.version} of ${version.model}: ${what} differ`,
    {
      hint: 'name the commit that it was trained from with --ref',
    },
  )
}

interface Compared {
  readonly opened: OpenTraining
  readonly request: ReproductionRequest
  readonly dataset: MadeDataset
  readonly bytes: Uint8Array
  readonly model: Resource<ModelSpec>
}

/** Both by the signature of the version: it is of the same inputs. */
async function compare({ opened, request, dataset, bytes, model }: Compared) {
  const { evidence } = request
  const version = request.version.spec
  const layout = layoutOf(buildRelease(request.version, model))
  const before = await readArtifact(version, opened)
  const engine = { ...opened.engine, folders: [dataset.folder] }
  const { part } = evidence.evaluation
  const rows = await openDatasetRows({ folder: dataset.folder, part, side: [], resampleBy: null, weights: null, engine })
  try {
    return await compareScores(
      rows,
      [
        { bytes: before, layout },
        { bytes, layout },
      ],
      tolerance,
    )
  } finally {
    await rows.close()
  }
}

/** Of the same commit, or of the artifact store. */
export async function readArtifact({ artifact }: ModelVersionSpec, opened: OpenTraining): Promise<Uint8Array> {
  const [file] = artifact.path === undefined ? [] : await opened.ports.files.list(artifact.path)
  if (file === undefined) return opened.versions.readArtifact(artifact.sha256)
  return readFile(file.localPath)
}
