/** The one error class for failures whose cause is known; findings are returned instead, bugs stay plain errors. */

/** Every cause that Mainward can name. A new one is added here and described in docs/errors.md. */
export type ErrorCode =
  | 'usage'
  | 'not-found'
  | 'invalid-input'
  | 'too-large'
  | 'conflict'
  | 'unauthorized'
  | 'unsupported'
  | 'unavailable'
  | 'timeout'
  | 'git-unreachable'
  | 'git-protocol'
  | 'git-rejected'
  | 'history-broken'
  | 'artifact-missing'
  | 'artifact-mismatch'
  | 'model-unusable'
  | 'database-unavailable'
  | 'database-newer'
  | 'state-locked'
  | 'leadership-lost'
  | 'port-in-use'
  | 'environment'
  | 'engine-failed'
  | 'engine-limit'
  | 'cancelled'
  | 'source-unusable'
  | 'requirements-unusable'
  | 'trainer-failed'
  | 'trainer-limit'

/** What a caller may do: never again with the same input, with growing pauses, or after something changed. */
export type Retry = 'never' | 'backoff' | 'after'

export interface ErrorOptions {
  readonly retry?: Retry
  /** What the user can do now, one sentence. */
  readonly hint?: string
  /** With retry `after`: how long that will probably take, in milliseconds. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** A failure with a known cause. `message` says what was expected, what was found and where; `hint` what to do. */
export class MainwardError extends Error {
  readonly code: ErrorCode
  readonly retry: Retry
  readonly hint: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MainwardError'
    this.code = code
    this.retry = options.retry ?? 'never'
    this.hint = options.hint
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
