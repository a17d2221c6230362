/** Writes a version into the working tree: model file, manifest, card, the rollout's line. All of them, or none. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArtifactStore } from '../../artifacts/artifact-store.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { Artifact, GoldenRow, Signature } from '../../core/release.ts'
import type { Resource } from '../../core/resource.ts'
import { buildModelCard } from '../../governance/cards/build-model-card.ts'
import { renderModelCard } from '../../governance/cards/render-model-card.ts'
import { checkSingleFile } from '../../manifests/check-single.ts'
import type { RolloutSpec } from '../../manifests/kinds/rollout.ts'
import { parseFile } from '../../manifests/parse-file.ts'
import { setNumber } from '../../manifests/set-number.ts'
import { writeManifest } from '../../manifests/write-manifest.ts'
import { buildVersion } from '../import/build-manifests.ts'
import { describeArtifact } from '../import/place-artifact.ts'
import { schemaComment } from '../manifests/schema-comment.ts'
import { changeFiles, type FileChange } from './change-files.ts'
import type { OpenTraining } from './open-training.ts'
import type { Survey } from './survey-model.ts'

export interface VersionRequest {
  readonly version: number
  readonly survey: Survey
  readonly opened: OpenTraining
  readonly bytes: Uint8Array
  readonly evidence: Evidence
  readonly signature: Signature
  readonly goldenRows: readonly GoldenRow[]
}

export interface WrittenVersion {
  readonly version: number
  readonly artifact: Artifact
  /** Text of the ModelVersion. */
  readonly manifest: string
  /** Paths from the folder of the Project, in the order of their weight. */
  readonly written: readonly string[]
  readonly removed: readonly string[]
  /** Files of the number that was given up, as the main branch has them. */
  readonly restored: readonly string[]
  /** Whole sentences: what a person has to do. */
  readonly notes: readonly string[]
}

export async function writeVersion(request: VersionRequest): Promise<WrittenVersion> {
  const { survey, opened, bytes, version } = request
  const { name } = survey.tree
  const folder = `models/${name}/versions`
  const artifact = describeArtifact(bytes, `${folder}/${version}.onnx`)
  const manifest = buildText(request, version, artifact)
  const rollout = await planRollout(survey, opened, version)
  const given = await planReturn(survey, opened, version)
  const changes: readonly FileChange[] = [
    ...(artifact.path === undefined ? [] : [{ path: artifact.path, content: bytes, if: 'any' as const }]),
    { path: `${folder}/${version}.yaml`, content: manifest, if: survey.decision.type === 'refresh' ? 'any' : 'new' },
    { path: `cards/${name}/${version}.md`, content: buildCard(request, version, artifact), if: 'any' },
    ...rollout.changes,
    ...given,
  ]
  await openArtifactStore().put(opened.store, artifact.sha256, bytes)
  await changeFiles(opened.project, changes)
  const pathsOf = (some: readonly FileChange[]): readonly string[] => some.map(({ path }) => path)
  return {
    version,
    artifact,
    manifest,
    written: pathsOf(changes.filter((change) => !given.includes(change))),
    removed: pathsOf(given.filter(({ content }) => content === null)),
    restored: pathsOf(given.filter(({ content }) => content !== null)),
    notes: rollout.notes,
  }
}

/** The next one that neither the tree nor the main branch has; a version that is judged again keeps its own. */
export async function chooseNumber({ decision, versions, tree }: Survey, { base }: OpenTraining): Promise<number> {
  if (decision.type === 'refresh') return decision.from.spec.version
  const given = decision.type === 'renumber' ? decision.from.spec.version : null
  const own = versions.map(({ spec }) => spec.version).filter((version) => version !== given)
  const merged = (await base?.listNumbers(`models/${tree.name}/versions`)) ?? []
  return Math.max(0, ...own, ...merged) + 1
}

function buildText(
  { survey, opened, signature, goldenRows, evidence }: VersionRequest,
  version: number,
  artifact: Artifact,
): string {
  const { name, spec, views } = survey.tree
  const path = `models/${name}/versions/${version}.yaml`
  const manifest = buildVersion({
    model: name,
    version,
    source: 'trained',
    task: spec.task,
    artifact,
    signature,
    requestFeatures: spec.requestFeatures,
    onDemand: spec.onDemand,
    views: views.views,
    definitions: views.definitions,
    nulls: spec.nulls,
    threshold: spec.decision?.threshold ?? null,
    goldenRows,
    description: null,
    evidence,
  })
  const text = writeManifest(manifest, [schemaComment(opened.project, path, 'ModelVersion'), 'Written by mainward train.'])
  const problem = checkSingleFile(Buffer.from(text), path).findings.find(({ severity }) => severity === 'error')
  if (problem !== undefined) throw new Error(`${path} would not be valid: ${problem.message}`)
  return text
}

function buildCard({ survey, opened, evidence, signature }: VersionRequest, version: number, artifact: Artifact): string {
  const { name, spec, description, owner, tags } = survey.tree
  const project = opened.resources.find(({ kind }) => kind === 'Project')
  const card = buildModelCard({
    project: project?.metadata.name ?? '',
    model: name,
    version,
    task: spec.task,
    source: 'trained',
    description,
    owner,
    tags,
    license: null,
    riskTier: spec.riskTier,
    artifact,
    inputs: signature.inputs.flatMap(({ name: tensor, features }) => features ?? [tensor]),
    evidence,
    reproduce: `mainward reproduce ${name} ${version}`,
  })
  return renderModelCard(card)
}

interface RolloutPlan {
  readonly changes: readonly FileChange[]
  readonly notes: readonly string[]
}

/** The line of the canary in production; a split is an experiment, which nobody but a person changes. */
async function planRollout({ tree, decision }: Survey, opened: OpenTraining, version: number): Promise<RolloutPlan> {
  const { name, trainer } = tree
  const rollout = opened.resources.find(
    ({ kind, metadata }) => kind === 'Rollout' && metadata.name === name && metadata.environment === 'production',
  ) as Resource<RolloutSpec> | undefined
  if (rollout === undefined)
    return { changes: [], notes: [`${name} has no rollout in production: nothing names version ${version} yet`] }
  const { file, spec } = rollout
  if (spec.canary === undefined) return { changes: [], notes: [`${file} is a split: name version ${version} in it yourself`] }
  if (trainer.promotion === 'separate') {
    return { changes: [], notes: [`promotion is separate: change canary.version in ${file} to ${version} when it may go out`] }
  }
  if (spec.canary.version === version || decision.type === 'refresh') return { changes: [], notes: [] }
  const text = await readFile(join(opened.project, file), 'utf8')
  const document = parseFile(Buffer.from(text)).documents.find(
    (each) => each.kind === 'Rollout' && each.name === name && each.metadata?.environment === 'production',
  )
  const reference = document?.references.find(({ kind }) => kind === 'ModelVersion')
  if (reference === undefined) throw new Error(`the rollout in ${file} names a version`)
  return { changes: [{ path: file, content: setNumber(text, reference.position, version), if: 'any' }], notes: [] }
}

/**
 * The files of a number that the main branch has given to another version: as they are there, so that merging takes nothing from it,
 * also where a rebase was resolved in favour of this branch.
 */
async function planReturn({ decision, tree }: Survey, { base }: OpenTraining, version: number): Promise<readonly FileChange[]> {
  if (decision.type !== 'renumber' || decision.from.spec.version === version) return []
  const { spec, file } = decision.from
  const usual = `models/${tree.name}/versions/${spec.version}.onnx`
  const own = [...(spec.artifact.path === undefined ? [] : [spec.artifact.path]), `cards/${tree.name}/${spec.version}.md`, file]
  const changes: FileChange[] = []
  for (const path of new Set([usual, ...own])) {
    const content = (await base?.read(path)) ?? null
    if (content !== null || own.includes(path)) changes.push({ path, content, if: 'any' })
  }
  return changes
}
