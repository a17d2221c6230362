import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Datatype } from '../../reconciler/core/release.ts'
import type { Tensor, TensorData } from '../../reconciler/inference/tensor.ts'
import { readInferRequest } from '../../reconciler/serving/grpc/messages/infer-request.ts'
import { writeInferResponse } from '../../reconciler/serving/grpc/messages/infer-response.ts'
import { defaultLimits } from '../../reconciler/serving/limits.ts'
import { benchRelease } from '../serving/support/bench-model.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'

interface Answers {
  readonly requests: readonly { readonly typed: string | null; readonly raw: string }[]
  readonly responses: readonly {
    readonly parameters: unknown
    readonly raw: number
    readonly outputs: readonly { readonly shape: readonly number[]; readonly values: readonly string[] }[]
  }[]
}

/** The edges of each datatype. */
const tensors: readonly Tensor[] = [
  tensor('BOOL', Uint8Array.of(1, 0, 1, 1)),
  tensor('INT8', Int8Array.of(-128, 127, 0, -1)),
  tensor('INT16', Int16Array.of(-32_768, 32_767, 0, -1)),
  tensor('INT32', Int32Array.of(-2_147_483_648, 2_147_483_647, 0, -1)),
  tensor('INT64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 9_007_199_254_740_993n, -1n)),
  tensor('UINT8', Uint8Array.of(255, 0, 127, 128)),
  tensor('UINT16', Uint16Array.of(65_535, 0, 127, 128)),
  tensor('UINT32', Uint32Array.of(4_294_967_295, 0, 2_147_483_648, 128)),
  tensor('UINT64', BigUint64Array.of(2n ** 64n - 1n, 0n, 9_007_199_254_740_993n, 2n ** 35n)),
  tensor('FP16', Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001)),
  tensor('FP32', Float32Array.of(0.1, -3.4e38, 1e-45, 0)),
  tensor('FP64', Float64Array.of(0.1, -1.7e308, 5e-324, 2 ** 53 + 2)),
  tensor('BYTES', ['', 'a', 'Zürich', '数据 😀']),
]

function tensor(datatype: Datatype, data: TensorData): Tensor {
  return { datatype, shape: [2, 2], data }
}

const halves: readonly string[] = ['1.0', '-2.0', '65504.0', '5.960464477539063e-08']
const textsOf = ({ datatype, data }: Tensor) => (datatype === 'FP16' ? halves : Array.from(data, String))

let folder: string
let answers: Answers

const respond = (found: Tensor, isRaw: boolean) =>
  writeInferResponse(
    {
      model: 'm',
      requestId: 'request-1',
      id: 'ä',
      isRaw,
      result: {
        release: benchRelease({ version: 2 ** 31 }),
        variant: 'canary',
        unitAssigned: true,
        fallback: null,
        features: null,
        outputs: [{ name: 'y', tensor: found }],
        served: [],
      },
    },
    0,
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mainward-codec-'))
  const python = await ensurePythonEnvironment('test/python/requirements-clients.txt')
  const cases = {
    tensors: tensors.map((found) => ({ datatype: found.datatype, shape: found.shape, values: textsOf(found) })),
    responses: tensors.flatMap((found) => [respond(found, false), respond(found, true)]).map((bytes) => bytes.toString('hex')),
  }
  await writeFile(join(folder, 'cases.json'), JSON.stringify(cases))
  const { stdout } = await execa(python, [join(packageRoot, 'test/python/grpc_codec.py'), join(folder, 'cases.json')])
  answers = JSON.parse(stdout) as Answers
}, makingTimeoutMs)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(tensors.map((found, index) => ({ ...found, index })))(
  "protobuf's own code and $datatype",
  ({ index, ...found }) => {
    it('is read as it was written there, typed and raw', () => {
      const { typed = null, raw = '' } = answers.requests[index] ?? {}
      const message = readInferRequest(Buffer.from(raw, 'hex'), defaultLimits)
      expect(message).toMatchObject({ model: 'm', version: '3', id: 'ä', isRaw: true })
      expect(Object.fromEntries(message.parameters)).toEqual({ unit: -(2n ** 63n), large: 2n ** 64n - 1n, half: 0.5, yes: true })
      expect(message.outputs).toEqual([{ name: 'y', parameters: new Map([['classification', 0n]]) }])
      expect(message.inputs).toEqual([{ name: 'x', ...found }])
      if (typed === null) expect(found.datatype).toBe('FP16')
      else expect(readInferRequest(Buffer.from(typed, 'hex'), defaultLimits).inputs).toEqual([{ name: 'x', ...found }])
    })

    it('reads what is written here, typed and raw', () => {
      for (const [form, response] of answers.responses.slice(index * 2, index * 2 + 2).entries()) {
        const isNumber = found.datatype.startsWith('FP')
        const asWritten = (texts: readonly string[]) => (isNumber ? texts.map(Number) : texts)
        expect(response).toMatchObject({ model: 'm', version: String(2 ** 31), id: 'ä' })
        expect(response.parameters).toEqual({
          request_id: { stringParam: 'request-1' },
          variant: { stringParam: 'canary' },
          version: { int64Param: String(2 ** 31) },
          unit_assigned: { boolParam: true },
        })
        expect(response.outputs).toMatchObject([{ name: 'y', datatype: found.datatype, shape: [2, 2] }])
        expect(asWritten(response.outputs[0]?.values ?? [])).toEqual(asWritten(textsOf(found)))
        expect(response.raw).toBe(form === 1 || found.datatype === 'FP16' ? 1 : 0)
      }
    })
  },
)
