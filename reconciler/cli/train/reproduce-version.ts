/** Makes a version again from what a commit has, and compares it with what the version says of itself. */
import { MainwardError } from '../../core/error.ts'
import type { ReproductionOutcome } from '../../core/evaluation.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { Resource } from '../../core/resource.ts'
import type { CliContext } from '../context.ts'
import type { Progress } from '../features/progress.ts'
import { chooseModels } from './choose-models.ts'
import { compareRuns } from './compare-runs.ts'
import { findDataset } from './find-dataset.ts'
import { digestInputs, type TrainingInputs } from './inputs-digest.ts'
import type { OpenTraining } from './open-training.ts'
import { runTraining } from './run-training.ts'
import { describeInputs, describeTree } from './survey-model.ts'
import { readTrainerFiles } from './trainer-files.ts'
import { trainingAsOf } from './training-as-of.ts'

export interface ReproductionRequest {
  readonly context: CliContext
  readonly progress: Progress
  readonly version: Resource<ModelVersionSpec>
  readonly evidence: Evidence
  readonly threads: number
}

/** `opened` is of the commit. Throws what training throws, and `conflict` for a commit with another trainer. */
export async function reproduceVersion(today: OpenTraining, request: ReproductionRequest): Promise<ReproductionOutcome> {
  const { evidence, context, progress, threads } = request
  const version = request.version.spec
  const opened = trainingAsOf(today, version.version, evidence)
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
  progress.step(`${tree.name}: scores`)
  return compareRuns({ opened, model, version: request.version, evidence, dataset, bytes })
}

/** Otherwise another model comes out, and the comparison says nothing. */
function assertSameTrainer({ version: { spec: version }, evidence }: ReproductionRequest, inputs: TrainingInputs): void {
  if (digestInputs(inputs) === evidence.inputsDigest) return
  const { training } = evidence
  const differs = [
    ...(inputs.files === training.files ? [] : ["the trainer's files"]),
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
