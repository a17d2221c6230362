/** Runners of real models as a data plane makes them, and what they count. */
import { loadOnnxModel } from '../../../reconciler/inference/onnx-runtime.ts'
import type { LoadedModel } from '../../../reconciler/inference/model.ts'
import type { Tensor, TensorData, Tensors } from '../../../reconciler/inference/tensor.ts'
import { examineModel, makeSample } from '../../../reconciler/serving/execution/examine-model.ts'
import { Lane, type RunSink } from '../../../reconciler/serving/execution/lane.ts'
import { ReleaseRunner } from '../../../reconciler/serving/execution/release-runner.ts'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'

export class CountingSink implements RunSink {
  /** Rows of each run. */
  readonly runs: number[] = []
  succeeded = 0
  failed = 0

  countRun(rows: number): void {
    this.runs.push(rows)
  }

  countSuccess(): void {
    this.succeeded++
  }

  countFailure(): void {
    this.failed++
  }
}

export interface RunnerChanges {
  readonly lane?: Lane
  readonly budgetMs?: number
  readonly batchRows?: number
  readonly batchBytes?: number
  readonly sharesLane?: boolean
}

export interface CountedRunner {
  readonly runner: ReleaseRunner
  readonly sink: CountingSink
}

/** Examined as at a load. */
export async function runnerOf(model: LoadedModel, changes: RunnerChanges = {}): Promise<CountedRunner> {
  const { lane = new Lane(), budgetMs = 10_000, sharesLane = true, ...limits } = changes
  const profile = await examineModel(model, (rows) => makeSample(model.inputs, rows))
  const sink = new CountingSink()
  const marker = { enter: () => undefined, leave: () => undefined }
  const runner = new ReleaseRunner({ model, profile, lane, sharesLane, marker, sink, budgetMs, limits: { ...defaultLimits, ...limits } }) // prettier-ignore
  return { runner, sink }
}

export async function onnxRunner(bytes: Promise<Uint8Array>, changes?: RunnerChanges): Promise<CountedRunner> {
  return runnerOf(await loadOnnxModel(await bytes), changes)
}

export function floats(shape: readonly number[], data: readonly number[]): Tensor {
  return { datatype: 'FP32', shape, data: Float32Array.from(data) }
}

export function integers(shape: readonly number[], data: readonly number[]): Tensor {
  return { datatype: 'INT64', shape, data: BigInt64Array.from(data.map(BigInt)) }
}

export function dataOf(tensors: Tensors, name: string): unknown[] {
  return Array.from((tensors[name]?.data ?? []) as Iterable<TensorData[number]>)
}
