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
import type { ArtifactReader, ModelRuntime } from '../ports.ts'
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
}

/** The load time counts from the first read to the end of the warm-up, in milliseconds. */
export async function loadRelease(release: Release, store: string, effects: LoadEffects): Promise<LoadOutcome> {
  const startedAt = performance.now()
  const bytes = await readArtifact(release, store, effects.artifacts)
  if ('status' in bytes) return { type: 'failed', failed: bytes }
  await setImmediate()
  let model: LoadedModel
  try {
    model = await effects.runtime.load(bytes.content)
  } catch (error) {
    return refuse('LoadFailed', messageOf(error))
  }
  const held = await proveModel(release, model, effects.runtime)
  if (!(held instanceof HeldRelease)) {
    await model.release()
    return { type: 'failed', failed: held }
  }
  return { type: 'held', held, loadMs: Math.round(performance.now() - startedAt) }
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

async function proveModel(release: Release, model: LoadedModel, runtime: ModelRuntime): Promise<HeldRelease | FailedReadiness> {
  const disagreements = compareSignature(release.signature, model)
  if (disagreements.length > 0) return failed('SignatureMismatch', disagreements.join('; '), false)
  let held: HeldRelease
  try {
    held = new HeldRelease(release, model)
  } catch (error) {
    if (!(error instanceof MainwardError)) throw error
    return failed('SignatureMismatch', error.message, false)
  }
  await setImmediate()
  return (await proveGoldenRows(held, runtime)) ?? held
}

/** The golden rows are the warm-up too: they run the whole graph. */
async function proveGoldenRows(held: HeldRelease, runtime: ModelRuntime): Promise<FailedReadiness | null> {
  try {
    const mismatch = await runtime.verifyGoldenRows(held.model, held.release)
    return mismatch === null ? null : failed('GoldenRowsFailed', mismatch.message, false)
  } catch (error) {
    return failed('GoldenRowsFailed', `${shortDigest(held.release.digest)}: ${messageOf(error)}`, false)
  }
}

function refuse(reason: FailedReadiness['reason'], message: string): LoadOutcome {
  return { type: 'failed', failed: failed(reason, message, false) }
}

function failed(reason: FailedReadiness['reason'], message: string, retryable: boolean): FailedReadiness {
  return { status: 'failed', reason, message, retryable }
}
