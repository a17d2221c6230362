/** Small models and Python's answers to them, made once a run of the tests. */
import { mkdtempSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Datatype } from '../../reconciler/core/release.ts'
import type { Tensor, TensorData, Tensors } from '../../reconciler/inference/tensor.ts'
import { ensurePythonEnvironment } from '../support/python-environment.ts'

interface EncodedTensor {
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly base64?: string
  readonly text?: readonly string[]
}

type Encoded = Readonly<Record<string, EncodedTensor>>

export interface ReferenceModels {
  readonly folder: string
  readonly inputs: (name: string) => Tensors
  readonly outputs: (name: string) => Tensors
  readonly bytes: (name: string) => Promise<Uint8Array>
}

/** `script` is a path in the package; it takes a folder and prints what test/inference/models.py does. */
export async function makeReferenceModels(script = 'test/inference/models.py'): Promise<ReferenceModels> {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  const folder = mkdtempSync(join(tmpdir(), 'mainward-models-'))
  const { stdout } = await execa(python, [join(packageRoot, script), folder])
  const answers = JSON.parse(stdout) as Readonly<Record<string, { readonly inputs: Encoded; readonly outputs: Encoded }>>
  const read = (name: string, part: 'inputs' | 'outputs') =>
    Object.fromEntries(Object.entries(answers[name]?.[part] ?? {}).map(([key, value]) => [key, decode(value)]))
  return {
    folder,
    inputs: (name) => read(name, 'inputs'),
    outputs: (name) => read(name, 'outputs'),
    bytes: (name) => readFile(join(folder, `${name}.onnx`)),
  }
}

const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
}

function decode({ datatype, shape, base64, text }: EncodedTensor): Tensor {
  if (datatype === 'BYTES') return { datatype, shape, data: text ?? [] }
  const bytes = new Uint8Array(Buffer.from(base64 ?? '', 'base64'))
  const data: TensorData = new arrays[datatype](bytes.buffer)
  return { datatype, shape, data }
}
