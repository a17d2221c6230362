/**
 * Loads one release and proves it: bytes and digest, runtime, signature, golden rows, warm-up. Knows no routes. A failure is
 * an answer with its reason, never an exception.
 */
import { setImmediate } from 'node:timers/promises'
import { digestBytes, shortDigest } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { ReleaseReadiness } from '../../core/serving-state.ts'
import type { LoadedModel } from '../../inference/model.ts'
import { compileRowAssembler } from '../../inference/rows/row-assembler.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { examineModel, makeSample } from '../execution/examine-model.ts'
import type { Execution } from '../execution/execution.ts'
import { placeModel, type PlacedModel } from '../execution/place-model.ts'
import { ReleaseRunner } from '../execution/release-runner.ts'
import type { ArtifactReader, CrashMarker, ModelRuntime } from '../ports.ts'
import { withTimeLimit } from '../state/time-limit.ts'
import { HeldRelease } from './held-release.ts'
import { compareSignature } from './signature-check.ts'

/** A read that takes longer would hold up every other release. */
const readLimitMs = 60_000

export type FailedReadiness = Extract<ReleaseReadiness, { status: 'failed' }>

export type LoadOutcome =
  | { readonly type: 'held'; readonly held: HeldRelease; readonly loadMs: number }
  | { readonly type: 'failed'; readonly failed: FailedReadiness }

export interface LoadEffects {
  readonly artifacts: ArtifactReader
  readonly runtime: ModelRuntime
  readonly marker: CrashMarker
  readonly execution: Execution
}

/** The load time counts from the first read to the end of the warm-up, in milliseconds. */
export async function loadRelease(release: Release, store: string, effects: LoadEffects): Promise<LoadOutcome> {
  const startedAt = performance.now()
  const bytes = await readArtifact(release, store, effects.artifacts)
  if ('status' in bytes) return { type: 'failed', failed: bytes }
  await setImmediate()
  const slot = effects.marker.enter(release.digest)
  try {
    const found = await loadAndProve(release, { store, bytes: bytes.content }, effects)
    if (!(found instanceof HeldRelease)) return { type: 'failed', failed: found }
    return { type: 'held', held: found, loadMs: Math.round(performance.now() - startedAt) }
  } finally {
    effects.marker.leave(slot)
  }
}

interface ReadModel {
  readonly store: string
  readonly bytes: Uint8Array
}

async function loadAndProve(release: Release, read: ReadModel, effects: LoadEffects): Promise<HeldRelease | FailedReadiness> {
  let placed: PlacedModel
  try {
    placed = await place(release, read, effects)
  } catch (error) {
    if (error instanceof SignatureMismatch) return failed('SignatureMismatch', error.message, false)
    return failed('LoadFailed', messageOf(error), false)
  }
  const { model } = placed
  const proven = await proveModel(release, placed, effects)
  if (!(proven instanceof HeldRelease)) await model.release()
  return proven
}

/** The file is another than the one that was reviewed. */
class SignatureMismatch extends Error {}

function place(
  release: Release,
  { store, bytes }: ReadModel,
  { artifacts, runtime, execution }: LoadEffects,
): Promise<PlacedModel> {
  return placeModel({
    bytes,
    readBytes: async () => {
      const again = await readArtifact(release, store, artifacts)
      if ('status' in again) throw new MainwardError('artifact-missing', again.message, { retry: 'backoff' })
      return again.content
    },
    load: runtime.load,
    mainLane: execution.mainLane,
    limits: execution.limits,
    runTimeoutMs: runTimeoutOf(release),
    sample: (model) => {
      const disagreements = compareSignature(release.signature, model)
      if (disagreements.length > 0) throw new SignatureMismatch(disagreements.join('; '))
      return sampleRows(release, model, 1)
    },
  })
}

/** Twenty budgets, and never less than a second: a run that takes longer does not come back. */
function runTimeoutOf({ serving }: Release): number {
  return Math.max(1000, 20 * serving.budgetMs)
}

/** Golden rows where there are some, else numbers; null when neither fits the model. */
function sampleRows(release: Release, model: LoadedModel, rows: number): Tensors | null {
  const { goldenRows } = release
  // One row that is repeated says nothing of how rows depend on each other.
  if (goldenRows.length === 0 || (goldenRows.length === 1 && rows > 1)) return makeSample(model.inputs, rows)
  const positions = Array.from({ length: rows }, (_, index) => index % goldenRows.length)
  try {
    return compileRowAssembler(release).assemble(
      goldenRows.map(({ inputs }) => inputs),
      positions,
    )
  } catch (error) {
    // The golden rows will say why.
    if (error instanceof MainwardError) return null
    throw error
  }
}

async function readArtifact(
  release: Release,
  store: string,
  artifacts: ArtifactReader,
): Promise<{ content: Uint8Array } | FailedReadiness> {
  const { sha256 } = release.artifact
  let content: Uint8Array
  try {
    content = await withTimeLimit(artifacts.read(store, sha256), readLimitMs, `reading the artifact ${sha256}`)
  } catch (error) {
    if (error instanceof MainwardError && error.code === 'artifact-mismatch')
      return failed('DigestMismatch', messageOf(error), error.retry !== 'never')
    return failed('ArtifactMissing', messageOf(error), true)
  }
  const found = digestBytes(content)
  if (found === `sha256:${sha256}`) return { content }
  return failed('DigestMismatch', `expected the artifact sha256:${sha256}, found ${found} (${content.byteLength} bytes)`, true)
}

/** The golden rows are the warm-up too: they run the whole graph. */
async function proveModel(
  release: Release,
  { model, lane, sharesLane }: PlacedModel,
  { runtime, execution }: LoadEffects,
): Promise<HeldRelease | FailedReadiness> {
  await setImmediate()
  try {
    const mismatch = await runtime.verifyGoldenRows(model, release)
    if (mismatch !== null) return failed('GoldenRowsFailed', mismatch.message, false)
  } catch (error) {
    return failed('GoldenRowsFailed', `${shortDigest(release.digest)}: ${messageOf(error)}`, false)
  }
  const profile = await examineModel(model, (rows) => sampleRows(release, model, rows))
  const { limits } = execution
  const { budgetMs } = release.serving
  const runner = new ReleaseRunner({ model, profile, lane, sharesLane, budgetMs, limits, ...execution.observe(release, lane) })
  try {
    return new HeldRelease(release, runner)
  } catch (error) {
    if (!(error instanceof MainwardError)) throw error
    return failed('SignatureMismatch', error.message, false)
  }
}

function failed(reason: FailedReadiness['reason'], message: string, retryable: boolean): FailedReadiness {
  return { status: 'failed', reason, message, retryable }
}
