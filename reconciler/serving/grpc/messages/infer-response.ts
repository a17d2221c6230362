/** `ModelInferResponse`: raw outputs for who sent raw inputs, typed ones for who did not; FP16 makes all of them raw. */
import type { InferenceResult, NamedTensor } from '../../protocol/inference.ts'
import { writeTensorBytes } from '../../protocol/tensor-bytes.ts'
import { WireWriter } from '../wire/wire-writer.ts'
import { writeParameter } from './infer-parameters.ts'
import { writeContents } from './tensor-contents.ts'

export interface InferAnswer {
  readonly model: string
  readonly requestId: string
  /** The client's id, which is echoed. */
  readonly id: string | undefined
  /** The request was raw. */
  readonly isRaw: boolean
  readonly result: InferenceResult
}

/** The message, behind `head` free bytes. */
export function writeInferResponse({ model, requestId, id, isRaw, result }: InferAnswer, head: number): Buffer {
  const { release, outputs } = result
  const goesRaw = isRaw || outputs.some(({ tensor }) => tensor.datatype === 'FP16')
  const raw = goesRaw ? outputs.map(({ tensor }) => writeTensorBytes(tensor)) : []
  const rawSize = raw.reduce((sum, { byteLength }) => sum + byteLength + 16, 0)
  const writer = new WireWriter(head, rawSize + 512)
  writer
    .text(1, model)
    .text(2, String(release.version))
    .text(3, id ?? '')
  writeParameters(writer, requestId, result)
  for (const output of outputs) writeOutput(writer, output, goesRaw)
  for (const bytes of raw) writer.bytes(6, bytes)
  return writer.finish()
}

function writeParameters(writer: WireWriter, requestId: string, result: InferenceResult): void {
  const { release, variant, unitAssigned, fallback, features } = result
  writeParameter(writer, 4, 'request_id', requestId)
  if (variant !== null) writeParameter(writer, 4, 'variant', variant)
  writeParameter(writer, 4, 'version', release.version)
  writeParameter(writer, 4, 'unit_assigned', unitAssigned)
  if (fallback !== null) writeParameter(writer, 4, 'fallback', fallback)
  if (features !== null) writeParameter(writer, 4, 'features', features)
}

function writeOutput(writer: WireWriter, { name, tensor }: NamedTensor, goesRaw: boolean): void {
  const { datatype, shape, data } = tensor
  writer.message(5, (output) => {
    output.text(1, name).text(2, datatype).packedIntegers(3, shape)
    if (!goesRaw && datatype !== 'FP16') output.message(5, (contents) => writeContents(contents, datatype, data))
  })
}
