/** What the tests under load serve and ask: a quick model, and one whose run costs 20 ms of processor time. */
import type { LoadRequest } from '../../bench/load/run-load.mjs'
import type { Release } from '../../../reconciler/core/release.ts'
import { benchBytes, benchExpected, benchRelease, benchRow, benchScore } from '../support/bench-model.ts'
import type { ServingPlace } from './serving-process.ts'

/** Like the quick model in all but its bytes: a note in the file (`doc_string`, field 6 of ModelProto) tells them apart. */
function noted(note: string): Uint8Array {
  const text = Buffer.from(note)
  return Buffer.concat([benchBytes, Buffer.from([0x32, text.length]), text])
}

export async function quickRelease(place: ServingPlace, version: number, model = 'quick'): Promise<Release> {
  const stored = await place.store(noted(`version ${version}`))
  const { artifact } = benchRelease()
  return benchRelease({ model, version, artifact: { ...artifact, ...stored }, serving: { budgetMs: 1000 } })
}

export const slowBudgetMs = 250

export async function slowRelease(place: ServingPlace, bytes: Uint8Array, budgetMs = slowBudgetMs): Promise<Release> {
  const stored = await place.store(bytes)
  return benchRelease({
    model: 'slow',
    task: 'regression',
    artifact: { path: 'models/slow/1.onnx', opset: 15, ...stored },
    signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 64] }], outputs: { score: 'y', positiveIndex: 0 } },
    requestFeatures: [],
    goldenRows: [],
    serving: { budgetMs },
  })
}

/** One row each. */
export const quickRequests: readonly LoadRequest[] = benchExpected.rows.map((_, index) => ({
  path: '/v1/models/quick/predict',
  body: JSON.stringify({ rows: [benchRow(index)] }),
}))

export interface QuickAnswer {
  readonly version: number
  readonly score: number
}

export function readQuickAnswer(body: Buffer): QuickAnswer {
  const { predictions } = JSON.parse(body.toString()) as { readonly predictions: readonly QuickAnswer[] }
  const [prediction] = predictions
  if (prediction === undefined) throw new Error(`there is no prediction in ${body.toString()}`)
  return prediction
}

/** The right score of each of the requests. */
export const quickScore = benchScore

export const slowRequests: readonly LoadRequest[] = [
  {
    path: '/v2/models/slow/infer',
    body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 64], data: new Array<number>(64).fill(0.5) }] }),
  },
]
