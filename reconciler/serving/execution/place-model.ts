/**
 * Loads a model where it belongs: small and quick ones on the thread that answers requests, where requests share their runs
 * without a message between processes; those that are large or slow, or might never end, in a process of their own. Knows no
 * release.
 */
import type { LoadModel, LoadedModel } from '../../inference/model.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { Lane } from './lane.ts'
import { loadInProcess } from './model-process.ts'

export interface PlacementLimits {
  /** Model files larger than this are loaded in a process of their own. */
  readonly largeModelBytes: number
  /** Models whose run of one row takes longer than this get a process of their own. */
  readonly slowRunMs: number
  /** How long the load of a model in a process may take. */
  readonly loadTimeoutMs: number
}

export interface PlacementOptions {
  readonly bytes: Uint8Array
  /** The same bytes, again for each process. */
  readonly readBytes: () => Promise<Uint8Array>
  readonly load: LoadModel
  /** The lane of the thread that answers requests. */
  readonly mainLane: Lane
  readonly limits: PlacementLimits
  /** How long a run in a process may take before it is ended, in milliseconds. */
  readonly runTimeoutMs: number
  /** One row for the model; null when it can not be made. Throws for a model that is not what was expected. */
  readonly sample: (model: LoadedModel) => Tensors | null
}

export interface PlacedModel {
  readonly model: LoadedModel
  readonly lane: Lane
  /** Other models wait for the same lane. */
  readonly sharesLane: boolean
}

/** Throws `model-unusable`, `timeout`, and what `sample` throws. */
export async function placeModel(options: PlacementOptions): Promise<PlacedModel> {
  const { bytes, load, mainLane, limits, sample } = options
  if (bytes.byteLength > limits.largeModelBytes || hasLoop(bytes)) return placeInProcess(options)
  const model = await load(bytes)
  try {
    const inputs = sample(model)
    if (inputs === null || !(await isSlow(model, inputs, limits.slowRunMs))) return { model, lane: mainLane, sharesLane: true }
  } catch (error) {
    await model.release()
    throw error
  }
  await model.release()
  return placeInProcess(options)
}

/** Field 4 of a node (its operator) in the format of onnx.proto3: key, length, text. */
const loopOperator = Buffer.from('\x22\x04Loop', 'latin1')

/** How often a loop goes round may depend on the inputs: what was quick at warm-up may never end. */
function hasLoop(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(loopOperator)
}

async function placeInProcess(options: PlacementOptions): Promise<PlacedModel> {
  const { readBytes, runTimeoutMs, limits, sample } = options
  const model = await loadInProcess({ readBytes, loadTimeoutMs: limits.loadTimeoutMs, runTimeoutMs })
  try {
    sample(model)
  } catch (error) {
    await model.release()
    throw error
  }
  return { model, lane: new Lane(), sharesLane: false }
}

/** Tries until a run is quick: a busy machine makes single ones slow, and no machine makes a slow model quick. */
const attempts = 4

/** Past the limit by this much it is slow on any machine. */
const surelySlow = 10

/**
 * Both times are too long when a run is slow: by the clock alone, a run is that waits for a processor which others have; by the
 * processors alone, one that several of them share. A row that the model refuses says nothing.
 */
async function isSlow(model: LoadedModel, inputs: Tensors, slowRunMs: number): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const startedAt = performance.now()
    const before = process.cpuUsage()
    try {
      await model.run(inputs)
    } catch {
      return false
    }
    const { user, system } = process.cpuUsage(before)
    const tookMs = Math.min(performance.now() - startedAt, (user + system) / 1000)
    if (tookMs <= slowRunMs) return false
    if (attempt > 0 && tookMs > surelySlow * slowRunMs) return true
  }
  return true
}
