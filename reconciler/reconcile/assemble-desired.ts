/** From the resources of a valid commit to what one environment should serve. Pure, but yields: ten thousand resources must not hold the loop. */
import { setImmediate as yieldToLoop } from 'node:timers/promises'
import { digestValue } from '../core/digest.ts'
import { compareText } from '../core/finding.ts'
import type { Desired } from '../core/plan.ts'
import type { Release } from '../core/release.ts'
import type { Resource } from '../core/resource.ts'
import type { Waiver } from '../core/rule.ts'
import type { DesiredFallback, DesiredRollout, DesiredStrategy, Refusal } from '../core/rollout-state.ts'
import type { ModelSpec } from '../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../manifests/kinds/model-version.ts'
import type { ProjectSpec } from '../manifests/kinds/project.ts'
import type { FallbackSpec, RolloutSpec } from '../manifests/kinds/rollout.ts'
import { refuseVersion } from '../gates/refuse-version.ts'
import { ruleSetsOf, waiversOf } from '../manifests/rule-sets.ts'
import { buildRelease } from '../manifests/release.ts'
import { releasesOf } from '../rollout/traffic.ts'

/** Rollouts between two turns of the event loop: each digests a release, about 0.1 ms. */
const rolloutsPerTurn = 50

/** Format of the value that a target's digest is taken from. */
const digestVersion = 1

export interface ValidCommit {
  readonly commit: string
  /** Of a reading without error findings: every reference resolves. */
  readonly resources: readonly Resource[]
}

/** Only the environment's rollouts; all model versions, since each gets a tag. */
export async function assembleDesired({ commit, resources }: ValidCommit, environment: string): Promise<Desired> {
  const index = indexResources(resources)
  const rollouts: DesiredRollout[] = []
  const own = resources.filter(({ kind, metadata }) => kind === 'Rollout' && metadata.environment === environment)
  for (const [count, resource] of own.entries()) {
    if (count % rolloutsPerTurn === rolloutsPerTurn - 1) await yieldToLoop()
    rollouts.push(assembleRollout(resource as Resource<RolloutSpec>, index))
  }
  const { metadata, spec } = index.project
  return {
    commit,
    project: metadata.name,
    environment,
    allowEmpty: spec.allowEmpty,
    artifactStore: spec.artifacts.store,
    rollouts: rollouts.sort((a, b) => compareText(a.rollout, b.rollout)),
    versions: [...index.versions.values()]
      .map(({ spec: { model, version } }) => ({ model, version }))
      .sort((a, b) => compareText(a.model, b.model) || a.version - b.version),
  }
}

interface ResourceIndex {
  readonly project: Resource<ProjectSpec>
  readonly models: ReadonlyMap<string, Resource<ModelSpec>>
  /** By `MODEL/VERSION`. */
  readonly versions: ReadonlyMap<string, Resource<ModelVersionSpec>>
  /** Gates and fairness policies. */
  readonly rules: readonly Resource[]
  readonly waivers: readonly Waiver[]
}

function indexResources(resources: readonly Resource[]): ResourceIndex {
  const project = resources.find(({ kind }) => kind === 'Project')
  if (project === undefined) throw new Error('a valid commit has a Project')
  const models = resources.filter(({ kind }) => kind === 'Model') as Resource<ModelSpec>[]
  const versions = resources.filter(({ kind }) => kind === 'ModelVersion') as Resource<ModelVersionSpec>[]
  return {
    project: project as Resource<ProjectSpec>,
    models: new Map(models.map((model) => [model.metadata.name, model])),
    versions: new Map(versions.map((version) => [`${version.spec.model}/${version.spec.version}`, version])),
    rules: resources.filter(({ kind }) => kind === 'Gate' || kind === 'FairnessPolicy'),
    waivers: waiversOf(resources),
  }
}

/** `suspend`, `fallback` and `recording` are no part of the target: a change of them goes on where the rollout stands. */
function assembleRollout({ metadata, spec, servingDigest }: Resource<RolloutSpec>, index: ResourceIndex): DesiredRollout {
  const { name: rollout } = metadata
  const strategy = assembleStrategy(rollout, spec, index)
  const unit = spec.unit ?? null
  const settings = assembleSettings(rollout, spec, index)
  const desired: DesiredRollout = { rollout, target: digestValue(null), unit, suspend: spec.suspend, strategy, ...settings }
  const releases = releasesOf(desired)
  const refusals = releases.flatMap((release) => assembleRefusal(release, index))
  const target = digestValue({ digestVersion, rollout: servingDigest, releases: releases.map(({ digest }) => digest) })
  return { ...desired, target, ...(refusals.length === 0 ? {} : { refusals }) }
}

/** By the rules of the same commit. A fallback is not judged: it answers where the judged version could not. */
function assembleRefusal({ digest, model, version }: Release, index: ResourceIndex): readonly Refusal[] {
  const spec = index.versions.get(`${model}/${version}`)?.spec
  const rules = index.models.get(model)?.spec
  if (spec === undefined || rules === undefined) throw new Error(`a valid commit has version ${version} of ${model}`)
  const refusal = refuseVersion({ spec, ruleSets: ruleSetsOf(rules, index.rules), waivers: index.waivers })
  return refusal === null ? [] : [{ release: digest, version, ...refusal }]
}

function assembleStrategy(rollout: string, spec: RolloutSpec, index: ResourceIndex): DesiredStrategy {
  if (spec.canary !== undefined) {
    return { type: 'canary', release: requireRelease(rollout, spec.canary.version, index), steps: spec.canary.steps }
  }
  const { seed, coverage, variants } = spec.split
  const resolved = variants.map(({ name, version, weight }) => ({
    name,
    weight,
    release: requireRelease(rollout, version, index),
  }))
  return { type: 'split', seed, coverage, variants: resolved }
}

/** A model that records everything says nothing of it. */
function assembleSettings(
  rollout: string,
  { fallback }: RolloutSpec,
  index: ResourceIndex,
): Pick<DesiredRollout, 'fallback' | 'recording'> {
  const recording = index.models.get(rollout)?.spec.recording
  return {
    ...(fallback === undefined ? {} : { fallback: assembleFallback(rollout, fallback, index) }),
    ...(recording === undefined || (recording.percent === 100 && recording.drop.length === 0) ? {} : { recording }),
  }
}

function assembleFallback(rollout: string, fallback: FallbackSpec, index: ResourceIndex): DesiredFallback {
  if (fallback.version === undefined) return { type: 'constant', score: fallback.constant }
  return { type: 'release', release: requireRelease(rollout, fallback.version, index) }
}

function requireRelease(name: string, version: number, { models, versions }: ResourceIndex): Release {
  const model = models.get(name)
  const found = versions.get(`${name}/${version}`)
  if (model === undefined || found === undefined) throw new Error(`a valid commit has version ${version} of ${name}`)
  return buildRelease(found, model)
}
