/** A real model for the tests: boosted trees over twenty float features, with onnxruntime's (Python) own answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestBytes, digestValue } from '../../../reconciler/core/digest.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { GoldenRow, Release } from '../../../reconciler/core/release.ts'

const folder = join(packageRoot, 'test/fixtures/bench-model')

export const benchBytes = readFileSync(join(folder, 'model.onnx'))
export const benchExpected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  readonly rows: readonly (readonly number[])[]
  readonly label: readonly number[]
  readonly probabilities: readonly (readonly number[])[]
}
export const benchFeatures = Array.from({ length: 20 }, (_, index) => `f${index}`)

/** Row `index` by feature name. */
export function benchRow(index: number): Record<string, number> {
  const values = benchExpected.rows[index] ?? []
  return Object.fromEntries(benchFeatures.map((name, column) => [name, values[column] ?? 0]))
}

/** The probability of the positive class for row `index`. */
export function benchScore(index: number): number {
  return benchExpected.probabilities[index]?.[1] ?? NaN
}

export type ReleaseChanges = Partial<Omit<Release, 'digest'>>

/** A release of the model. Releases with other settings have other digests. */
export function benchRelease(changes: ReleaseChanges = {}): Release {
  const release: Omit<Release, 'digest'> = {
    model: 'bench',
    version: 1,
    task: 'binary-classification',
    artifact: {
      path: 'models/bench/1.onnx',
      sha256: digestBytes(benchBytes).slice(7),
      sizeBytes: benchBytes.byteLength,
      opset: 15,
    },
    signature: {
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20], features: benchFeatures }],
      outputs: { score: 'probabilities', label: 'label', positiveIndex: 1 },
    },
    requestFeatures: benchFeatures.map((name) => ({ name, dtype: 'float32' })),
    nulls: { default: 'model' },
    decision: { threshold: 0.5 },
    goldenRows: [goldenRow(0), goldenRow(1)],
    serving: { budgetMs: 50 },
    ...changes,
  }
  return { ...release, digest: digestValue(release) }
}

export function goldenRow(index: number): GoldenRow {
  return {
    inputs: benchRow(index),
    outputs: { probabilities: [...(benchExpected.probabilities[index] ?? [])], label: benchExpected.label[index] ?? 0 },
  }
}
