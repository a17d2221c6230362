/**
 * Parameters that the Open Inference Protocol and Triton's extensions give a meaning. What this server does not do is refused with
 * `unsupported`: an answer that ignored it would be a wrong one. `priority` and `timeout` are taken and change nothing, as in Triton
 * for a model without priority levels and queue policy. Knows no encoding.
 */
import { MainwardError } from '../../core/error.ts'

type Parameters = Readonly<Record<string, unknown>> | undefined

/** Of a request. Throws `unsupported`. */
export function refuseRequestParameters(parameters: Parameters): void {
  if (parameters === undefined) return
  for (const name of Object.keys(parameters)) {
    if (name.startsWith('sequence_') && isUsed(parameters[name])) {
      throw unsupported(`parameters.${name.slice(0, 80)}: sequences are not supported, each request stands alone`)
    }
    if (name.startsWith('triton_'))
      throw unsupported(`parameters.${name.slice(0, 80)} is a parameter of Triton that this server does not know`)
  }
}

/** Of an input or a requested output. Throws `unsupported`. */
export function refuseTensorParameters(parameters: Parameters, place: string): void {
  if (parameters === undefined) return
  for (const name of Object.keys(parameters)) {
    if (name.startsWith('shared_memory_')) {
      throw unsupported(`${place}.parameters.${name.slice(0, 80)}: shared memory is not supported, send the tensor in the body`)
    }
    if (name === 'classification' && isUsed(parameters[name])) {
      throw unsupported(`${place}.parameters.classification is not supported: ask for the output itself`)
    }
  }
}

/** Clients send 0, the empty text and false for "not used". */
function isUsed(value: unknown): boolean {
  return value !== 0 && value !== '' && value !== false && value !== 0n
}

function unsupported(message: string): MainwardError {
  return new MainwardError('unsupported', message)
}
