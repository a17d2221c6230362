/** What the Open Inference Protocol says about server and models: metadata, readiness, repository index. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { ReleaseReadiness } from '../../core/serving-state.ts'
import type { DeclaredTensor } from '../../inference/model.ts'
import { HeldRelease } from '../releases/held-release.ts'
import { NotLoadedError } from '../releases/unloaded-release.ts'
import { armOf } from '../routing/active-route.ts'
import { findRoute, findVersion, type RouteView } from '../routing/find-route.ts'

/** The protocol's extensions that this server answers, by Triton's names. Of the repository it answers the index alone. */
export const extensions = ['binary_tensor_data', 'model_configuration', 'statistics', 'model_repository'] as const

export interface ModelMetadata {
  readonly name: string
  /** Loaded versions, ascending. */
  readonly versions: readonly string[]
  readonly platform: 'onnx_onnxv1'
  readonly inputs: readonly DeclaredTensor[]
  readonly outputs: readonly DeclaredTensor[]
}

export interface IndexEntry {
  readonly name: string
  readonly version: string
  readonly state: 'READY' | 'LOADING' | 'UNAVAILABLE'
  readonly reason: string
}

/** Without a version: what requests without a unit get. Throws `not-found`, `unavailable`. */
export function describeModel(view: RouteView, model: string, version: string | null): ModelMetadata {
  const held = version === null ? defaultRelease(view, model) : findVersion(view, model, version)
  const versions = view.pool.listHeld().flatMap(({ release }) => (release.model === model ? [release.version] : []))
  return {
    name: model,
    versions: [...new Set(versions)].sort((a, b) => a - b).map(String),
    platform: 'onnx_onnxv1',
    inputs: held.inputs.declared,
    outputs: held.model.outputs,
  }
}

function defaultRelease(view: RouteView, model: string): HeldRelease {
  const active = findRoute(view, model)
  const arm = armOf(active, active.route.defaultArm)
  if (arm instanceof HeldRelease) return arm
  throw new NotLoadedError(arm.release)
}

/** Names of the models of the serving state, sorted. */
export function listModels({ state }: RouteView): readonly string[] {
  return (state?.routes ?? []).map(({ model }) => model).sort()
}

/** A version may be there in several releases; the readiest counts. */
export function indexReleases(
  releases: readonly { readonly release: Release; readonly readiness: ReleaseReadiness }[],
  onlyReady: boolean,
): readonly IndexEntry[] {
  const entries = new Map<string, IndexEntry>()
  for (const { release, readiness } of releases) {
    const entry = indexEntry(release, readiness)
    const key = `${entry.name}\n${entry.version}`
    const other = entries.get(key)
    if (other === undefined || rank(entry) < rank(other)) entries.set(key, entry)
  }
  return [...entries.values()]
    .filter(({ state }) => !onlyReady || state === 'READY')
    .sort((a, b) => (a.name === b.name ? Number(a.version) - Number(b.version) : a.name < b.name ? -1 : 1))
}

function indexEntry({ model, version }: Release, readiness: ReleaseReadiness): IndexEntry {
  const entry = { name: model, version: String(version) }
  switch (readiness.status) {
    case 'ready':
      return { ...entry, state: 'READY', reason: '' }
    case 'loading':
      return { ...entry, state: 'LOADING', reason: '' }
    case 'failed':
      return { ...entry, state: 'UNAVAILABLE', reason: `${readiness.reason}: ${readiness.message}` }
  }
}

function rank({ state }: IndexEntry): number {
  return ['READY', 'LOADING', 'UNAVAILABLE'].indexOf(state)
}

/** True when the model, or its version, answers requests now. Throws `not-found` for what this server does not know. */
export function isServed(view: RouteView, model: string, version: string | null): boolean {
  try {
    if (version === null) findRoute(view, model)
    else findVersion(view, model, version)
    return true
  } catch (error) {
    if (error instanceof MainwardError && error.code === 'unavailable') return false
    throw error
  }
}
