/** `map<string, InferParameter>` of the protocol: how parameters are read and written. Knows none of them. */
import { malformed, type WireReader } from '../wire/wire-reader.ts'
import type { WireWriter } from '../wire/wire-writer.ts'

export type ParameterValue = boolean | bigint | string | number
/** A map, not an object: `__proto__` is a name like any other. */
export type Parameters = ReadonlyMap<string, ParameterValue>

/** Fields of the oneof `parameter_choice`. */
const choice = { bool: 1, int64: 2, string: 3, double: 4, uint64: 5 } as const

/** Of one message, tensor or output. */
const largestParameters = 1000

/** Reads one entry of the map into it. A parameter without a value is left out; the last of two with one name counts. */
export function readParameter(entry: WireReader, into: Map<string, ParameterValue>): void {
  let name = ''
  let value: ParameterValue | undefined
  while (entry.next()) {
    if (entry.field === 1) name = entry.text()
    else if (entry.field === 2) value = readValue(entry.message()) ?? value
    else entry.skip()
  }
  if (value === undefined) return
  if (into.size === largestParameters && !into.has(name)) throw malformed(`it has more than ${largestParameters} parameters`)
  into.set(name, value)
}

function readValue(parameter: WireReader): ParameterValue | undefined {
  let value: ParameterValue | undefined
  while (parameter.next()) {
    switch (parameter.field) {
      case choice.bool:
        value = parameter.bool()
        break
      case choice.int64:
        value = parameter.int64()
        break
      case choice.string:
        value = parameter.text()
        break
      case choice.double:
        value = parameter.double()
        break
      case choice.uint64:
        value = parameter.uint64()
        break
      default:
        parameter.skip()
    }
  }
  return value
}

/** Numbers are written as whole ones (`int64_param`). */
export function writeParameter(writer: WireWriter, field: number, name: string, value: boolean | number | string): void {
  writer.message(field, (entry) => {
    entry.text(1, name).message(2, (parameter) => {
      if (typeof value === 'boolean') parameter.requiredBool(choice.bool, value)
      else if (typeof value === 'number') parameter.requiredInteger(choice.int64, value)
      else parameter.requiredText(choice.string, value)
    })
  })
}
