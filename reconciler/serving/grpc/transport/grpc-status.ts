/** Status codes of gRPC (google.rpc.Code) and which known failure has which. The only place where error codes meet gRPC. */
import { MainwardError } from '../../../core/error.ts'
import { describeFailure, type RequestProblem } from '../../protocol/request-problem.ts'

export const statusCodes = {
  ok: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const

/** Bytes of a status message: clients refuse trailers of more than 8 KB together. */
const largestMessage = 2048

/** A refusal that only the transport knows. */
export class CallRefusal extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface CallProblem extends RequestProblem {
  readonly code: number
}

/** Unknown errors and broken models are INTERNAL and show nothing of their inside. */
export function describeCallFailure(error: unknown): CallProblem {
  if (error instanceof CallRefusal) return { code: error.code, message: error.message, reason: 'call', status: 400 }
  const problem = describeFailure(error)
  return { ...problem, message: withHint(problem.message, error), code: codeOf(problem.status) }
}

/** A gRPC client sees one text. */
function withHint(message: string, error: unknown): string {
  return error instanceof MainwardError && error.code === 'unsupported' && error.hint !== undefined
    ? `${message}: ${error.hint}`
    : message
}

function codeOf(status: number): number {
  switch (status) {
    case 400:
      return statusCodes.invalidArgument
    case 404:
      return statusCodes.notFound
    case 413:
      return statusCodes.resourceExhausted
    case 501:
      return statusCodes.unimplemented
    case 503:
      return statusCodes.unavailable
    case 504:
      return statusCodes.deadlineExceeded
    default:
      return statusCodes.internal
  }
}

/** `grpc-message` is UTF-8 with everything but printable ASCII percent-encoded (gRPC over HTTP/2, "Responses"). */
export function encodeStatusMessage(message: string): string {
  const bytes = Buffer.from(message, 'utf8').subarray(0, largestMessage)
  let encoded = ''
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}
