/** Which HTTP status a known failure has. The only place where error codes meet HTTP. */
import { MainwardError } from '../../core/error.ts'

/** A refusal on its way to the client. */
export interface RequestProblem {
  readonly status: number
  readonly message: string
  /** One word for the error counter. */
  readonly reason: string
  /** With 503: whole seconds after which it is worth while to ask again. */
  readonly retryAfterSeconds?: number
}

const internalMessage = 'the server failed to answer this request; its log has the reason under the request id'

/** Unknown errors and broken models are 500 and show nothing of their inside. */
export function describeFailure(error: unknown): RequestProblem {
  if (!(error instanceof MainwardError)) return { status: 500, message: internalMessage, reason: 'internal' }
  const { code, message, retryAfterMs = 0 } = error
  switch (code) {
    case 'invalid-input':
      return { status: 400, message, reason: code }
    case 'not-found':
      return { status: 404, message, reason: code }
    case 'too-large':
      return { status: 413, message, reason: code }
    case 'unsupported':
      return { status: 501, message, reason: code }
    case 'timeout':
    case 'unavailable':
      return { status: 503, message, reason: code, retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) }
    default:
      return { status: 500, message: internalMessage, reason: 'internal' }
  }
}
