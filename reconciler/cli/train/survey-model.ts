/** Finds out what a model would be trained from, which of its versions is of that, and what has to be done. Changes nothing in the tree. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, type Digest } from '../../core/digest.ts'
import type { Resource } from '../../core/resource.ts'
import type { TrainingDefinition } from '../../manifests/feature-definitions.ts'
import type { ModelSpec, TrainerSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import { fieldsBehind } from '../../manifests/version-behind.ts'
import type { Progress } from '../features/progress.ts'
import { buildModelViews, type ModelViews } from '../import/model-views.ts'
import { digestEvaluation } from './digest-evaluation.ts'
import { decideTraining, type TrainedVersion, type TrainingDecision } from './decide-training.ts'
import { findDataset, type FoundDataset } from './find-dataset.ts'
import { digestInputs, type TrainingInputs } from './inputs-digest.ts'
import { readEvidence } from './known-evidence.ts'
import type { OpenTraining } from './open-training.ts'
import { readTrainerFiles, type TrainerFiles } from './trainer-files.ts'
import type { StoredVersion } from './version-store.ts'

export interface ModelInTree {
  readonly name: string
  readonly description: string | null
  readonly owner: string | null
  readonly tags: readonly string[]
  readonly spec: ModelSpec
  readonly trainer: TrainerSpec
  readonly training: TrainingDefinition
  readonly views: ModelViews
}

export interface Survey {
  readonly tree: ModelInTree
  readonly files: TrainerFiles
  readonly dataset: FoundDataset
  readonly inputs: TrainingInputs
  readonly inputsDigest: Digest
  /** All versions of the model in the working tree, imported ones too. */
  readonly versions: readonly Resource<ModelVersionSpec>[]
  /** Of these inputs, in the artifact store; null: there is none, or a version of the tree has them. */
  readonly stored: StoredVersion | null
  readonly decision: TrainingDecision
}

export interface SurveyOptions {
  readonly force: boolean
  readonly progress: Progress
}

/** Throws what reading trainer files and making a training set throw. */
export async function surveyModel(resource: Resource<ModelSpec>, opened: OpenTraining, options: SurveyOptions): Promise<Survey> {
  const tree = describeTree(resource, opened)
  const { name, trainer } = tree
  const versions = versionsOf(name, opened)
  const known = versions.flatMap((version) => {
    const evidence = readEvidence(version.spec.evidence)
    return evidence === null ? [] : [{ version, evidence }]
  })
  const files = await readTrainerFiles(name, trainer, opened.ports.files)
  const { force, progress } = options
  const evidence = known.map((each) => each.evidence)
  const dataset = await findDataset({ training: tree.training, opened, progress, evidence, fresh: force })
  const inputs = describeInputs(trainer, files, dataset.digest)
  const inputsDigest = digestInputs(inputs)
  const trained: TrainedVersion[] = []
  for (const each of known) trained.push(await describeVersion({ ...each, tree, inputsDigest, opened, dataset: dataset.digest }))
  const isThere = trained.some((each) => each.evidence.inputsDigest === inputsDigest)
  const stored = isThere || force ? null : await opened.versions.find(name, inputsDigest)
  const decision = decideTraining({ inputs, inputsDigest, versions: trained, isStored: stored !== null, force })
  return { tree, files, dataset, inputs, inputsDigest, versions, stored, decision }
}

export function describeTree({ metadata, spec }: Resource<ModelSpec>, { definitions, resources }: OpenTraining): ModelInTree {
  const { name } = metadata
  const training = definitions.training.get(name)
  const trainer = spec.training?.trainer ?? null
  if (training === undefined || trainer === null) throw new Error(`the model ${name} has a trainer, and a label`)
  return {
    name,
    description: metadata.description ?? null,
    owner: metadata.owner ?? null,
    tags: metadata.tags ?? [],
    spec,
    trainer,
    training,
    views: buildModelViews(resources, name, spec),
  }
}

export function describeInputs({ command, params, seed }: TrainerSpec, files: TrainerFiles, dataset: Digest): TrainingInputs {
  return { dataset, command, parameters: params, seed, files: files.digest, requirements: files.requirements?.digest ?? null }
}

/** By number. */
export function versionsOf(model: string, { resources }: OpenTraining): readonly Resource<ModelVersionSpec>[] {
  const all = resources.filter(({ kind }) => kind === 'ModelVersion') as readonly Resource<ModelVersionSpec>[]
  return all.filter(({ spec }) => spec.model === model).sort((a, b) => a.spec.version - b.spec.version)
}

interface VersionQuestion {
  readonly version: Resource<ModelVersionSpec>
  readonly evidence: TrainedVersion['evidence']
  readonly tree: ModelInTree
  readonly inputsDigest: Digest
  readonly dataset: Digest
  readonly opened: OpenTraining
}

/** How a version stands at the base commit is only asked of versions of these inputs: others are not touched. */
async function describeVersion({
  version,
  evidence,
  tree,
  inputsDigest,
  dataset,
  opened,
}: VersionQuestion): Promise<TrainedVersion> {
  const { spec, file } = version
  const common = { spec, evidence, file }
  if (evidence.inputsDigest !== inputsDigest) return { ...common, atBase: 'same', behind: [], stale: [] }
  const content = await readFile(join(opened.project, file))
  const atBase = opened.base === null ? 'same' : await opened.base.compare(file, content)
  const behind = findBehind(tree, spec)
  if (atBase === 'same') return { ...common, atBase, behind, stale: [] }
  const production = await opened.production.find(tree.name, tree.spec.task)
  const judges = await opened.rules.judgesOf(tree.name, tree.spec)
  const today = digestEvaluation({ dataset, sha256: spec.artifact.sha256, signature: spec.signature, judges, production })
  return {
    ...common,
    atBase,
    behind,
    stale: evidence.evaluationInputs === today ? [] : explainStale(evidence, production.served),
  }
}

function findBehind({ spec, views }: ModelInTree, version: ModelVersionSpec): readonly string[] {
  const of = `version ${version.version}`
  const fields = fieldsBehind({ model: spec, version }).map((field) => `${field} of the model differs from that of ${of}`)
  const moved =
    canonicalJson(views.views) === canonicalJson(version.views) ? [] : [`a view of the model differs from that of ${of}`]
  return [...fields, ...moved]
}

function explainStale(
  { evaluation }: TrainedVersion['evidence'],
  served: { readonly version: number; readonly sha256: string } | null,
) {
  const { production } = evaluation
  const before = production.version === null ? 'nothing' : `version ${production.version}`
  const now = served === null ? 'nothing' : `version ${served.version}`
  const artifact = production.version === null ? null : production.artifact
  if (artifact !== (served === null ? null : `sha256:${served.sha256}`)) {
    return [`production has moved on: it was compared with ${before}, and ${now} is in production`]
  }
  return ['how the model is judged has changed since: its evaluation, its gates, or what is in production']
}
