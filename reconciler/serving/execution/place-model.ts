/**
 * Loads a model where it belongs: small and quick ones on the thread that answers requests, where requests share their runs
 * without a message between threads; large and slow ones in a thread of their own. Knows no release.
 */
import type { LoadModel, LoadedModel } from '../../inference/model.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { Lane } from './lane.ts'
import { loadInThread } from './model-thread.ts'

export interface PlacementLimits {
  /** Model files larger than this are loaded in a thread of their own. */
  readonly largeModelBytes: number
  /** Models whose run of one row takes longer than this get a thread of their own. */
  readonly slowRunMs: number
  /** How long the load of a model in a thread may take. */
  readonly loadTimeoutMs: number
}

export interface PlacementOptions {
  readonly bytes: Uint8Array
  /** The same bytes, again for each thread. */
  readonly readBytes: () => Promise<Uint8Array>
  readonly load: LoadModel
  /** The lane of the thread that answers requests. */
  readonly mainLane: Lane
  readonly limits: PlacementLimits
  /** How long a run in a thread may take before it is ended, in milliseconds. */
  readonly runTimeoutMs: number
  /** One row for the model; null when it can not be made. Throws for a model that is not what was expected. */
  readonly sample: (model: LoadedModel) => Tensors | null
}

export interface PlacedModel {
  readonly model: LoadedModel
  readonly lane: Lane
}

/** Throws `model-unusable`, `timeout`, and what `sample` throws. */
export async function placeModel(options: PlacementOptions): Promise<PlacedModel> {
  const { bytes, load, mainLane, limits, sample } = options
  if (bytes.byteLength > limits.largeModelBytes) return placeInThread(options)
  const model = await load(bytes)
  try {
    const inputs = sample(model)
    if (inputs === null || !(await isSlow(model, inputs, limits.slowRunMs))) return { model, lane: mainLane }
  } catch (error) {
    await model.release()
    throw error
  }
  await model.release()
  return placeInThread(options)
}

async function placeInThread(options: PlacementOptions): Promise<PlacedModel> {
  const { readBytes, runTimeoutMs, limits, sample } = options
  const model = await loadInThread({ readBytes, loadTimeoutMs: limits.loadTimeoutMs, runTimeoutMs })
  try {
    sample(model)
  } catch (error) {
    await model.release()
    throw error
  }
  return { model, lane: new Lane() }
}

/** The second run counts when the first is slow: that one allocates. A row that the model refuses says nothing. */
async function isSlow(model: LoadedModel, inputs: Tensors, slowRunMs: number): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const startedAt = performance.now()
    try {
      await model.run(inputs)
    } catch {
      return false
    }
    if (performance.now() - startedAt <= slowRunMs) return false
  }
  return true
}
