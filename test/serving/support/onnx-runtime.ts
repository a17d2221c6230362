/** Stand-in runtime on onnxruntime-node until the shared one is there. */
import * as ort from 'onnxruntime-node'
import type { Datatype, Release } from '../../../reconciler/core/release.ts'
import type { LoadedModel } from '../../../reconciler/inference/model.ts'
import type { Tensor } from '../../../reconciler/inference/tensor.ts'
import type { ModelRuntime } from '../../../reconciler/serving/ports.ts'
import { compileRowAssembler } from '../../../reconciler/serving/assembly/row-assembler.ts'

const types: Record<string, Datatype> = { float32: 'FP32', int64: 'INT64', string: 'BYTES', float64: 'FP64', bool: 'BOOL' }

export const onnxRuntime: ModelRuntime = {
  load: async (bytes) => {
    const session = await ort.InferenceSession.create(Buffer.from(bytes), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    })
    const declared = (metadata: readonly ort.InferenceSession.ValueMetadata[]) =>
      metadata.flatMap((value) =>
        value.isTensor
          ? [
              {
                name: value.name,
                datatype: types[value.type] ?? 'FP32',
                shape: value.shape.map((size) => (typeof size === 'number' ? size : -1)),
              },
            ]
          : [],
      )
    const model: LoadedModel = {
      inputs: declared(session.inputMetadata),
      outputs: declared(session.outputMetadata),
      run: async (inputs, names) => {
        const feeds = Object.fromEntries(
          Object.entries(inputs).map(([name, { datatype, data, shape }]) => {
            const type = Object.entries(types).find(([, value]) => value === datatype)?.[0] ?? 'float32'
            return [name, new ort.Tensor(type as 'float32', data as Float32Array, [...shape])]
          }),
        )
        const outputs = await session.run(feeds, [...(names ?? model.outputs.map(({ name }) => name))])
        return Object.fromEntries(
          Object.entries(outputs).map(([name, value]): [string, Tensor] => [
            name,
            { datatype: types[value.type] ?? 'FP32', shape: value.dims, data: value.data },
          ]),
        )
      },
      release: () => session.release(),
    }
    return model
  },
  verifyGoldenRows: async (model, release: Release) => {
    const assembler = compileRowAssembler(release)
    for (const [index, row] of release.goldenRows.entries()) {
      const outputs = await model.run(assembler.assemble([row.inputs], [0]))
      for (const [name, expected] of Object.entries(row.outputs)) {
        const found = Array.from(outputs[name]?.data ?? [], Number)
        const wanted = [expected].flat() as number[]
        if (wanted.some((value, at) => Math.abs(value - (found[at] ?? NaN)) > 1e-5)) {
          return { message: `golden row ${index}: ${name}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}` }
        }
      }
    }
    return null
  },
}
