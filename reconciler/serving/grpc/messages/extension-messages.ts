/** Triton's extensions as messages: a model's configuration (model_config.proto), and statistics. Knows nobody who counts. */
import type { ConfigTensor, ModelConfig } from '../../protocol/model-config.ts'
import type { CountedTime, describeStatistics } from '../../protocol/statistics.ts'
import { WireWriter } from '../wire/wire-writer.ts'

/** `DataType`. */
const types = {
  TYPE_BOOL: 1,
  TYPE_UINT8: 2,
  TYPE_UINT16: 3,
  TYPE_UINT32: 4,
  TYPE_UINT64: 5,
  TYPE_INT8: 6,
  TYPE_INT16: 7,
  TYPE_INT32: 8,
  TYPE_INT64: 9,
  TYPE_FP16: 10,
  TYPE_FP32: 11,
  TYPE_FP64: 12,
  TYPE_STRING: 13,
} as const satisfies Record<ConfigTensor['data_type'], number>

/** `ModelInstanceGroup.Kind`. */
const kinds = { KIND_CPU: 2 } as const

export function writeModelConfig(head: number, config: ModelConfig): Buffer {
  return new WireWriter(head).message(1, (writer) => writeConfig(writer, config)).finish()
}

function writeConfig(writer: WireWriter, config: ModelConfig): void {
  const { specific } = config.version_policy
  writer.text(1, config.name).text(2, config.platform)
  writer.message(3, (policy) => policy.message(3, (inner) => inner.packedIntegers(1, specific.versions)))
  writer.integer(4, config.max_batch_size)
  for (const input of config.input) writer.message(5, (tensor) => writeTensor(tensor, input, 4))
  for (const output of config.output) writer.message(6, (tensor) => writeTensor(tensor, output, 3))
  for (const { name, kind, count } of config.instance_group) {
    writer.message(7, (group) => group.text(1, name).integer(2, count).integer(4, kinds[kind]))
  }
  writer.text(8, config.default_model_filename)
  if (config.dynamic_batching !== undefined) {
    const delay = config.dynamic_batching.max_queue_delay_microseconds
    writer.message(11, (batching) => batching.integer(2, delay))
  }
  writer.text(17, config.backend)
}

/** `ModelInput` and `ModelOutput`, which differ in the number of `dims`. */
function writeTensor(writer: WireWriter, { name, data_type, dims, reshape }: ConfigTensor, dimsField: number): void {
  writer.text(1, name).integer(2, types[data_type]).packedIntegers(dimsField, dims)
  if (reshape !== undefined) writer.message(5, (inner) => inner.packedIntegers(1, reshape.shape))
}

type ModelStatistics = ReturnType<typeof describeStatistics>['model_stats'][number]

export function writeStatistics(head: number, models: readonly ModelStatistics[]): Buffer {
  const writer = new WireWriter(head)
  for (const model of models) writer.message(1, (entry) => writeModel(entry, model))
  return writer.finish()
}

function writeModel(writer: WireWriter, model: ModelStatistics): void {
  writer.text(1, model.name).text(2, model.version)
  writer.integer(3, model.last_inference).integer(4, model.inference_count).integer(5, model.execution_count)
  const { success, fail, queue, compute_input, compute_infer, compute_output, cache_hit, cache_miss } = model.inference_stats
  const all = [success, fail, queue, compute_input, compute_infer, compute_output, cache_hit, cache_miss]
  writer.message(6, (inner) => all.forEach((time, index) => writeTime(inner, index + 1, time)))
  for (const batch of model.batch_stats) {
    writer.message(7, (inner) => {
      inner.integer(1, batch.batch_size)
      const phases = [batch.compute_input, batch.compute_infer, batch.compute_output]
      phases.forEach((time, index) => writeTime(inner, index + 2, time))
    })
  }
}

function writeTime(writer: WireWriter, field: number, { count, ns }: CountedTime): void {
  writer.message(field, (time) => time.integer(1, count).integer(2, Math.round(ns)))
}
