/** Translates what Postgres and its client throw into Mainward's errors. Knows no query. */
import { MainwardError } from '../core/error.ts'

/** Errors of the socket and the resolver (Node's codes). */
const connectionCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EADDRNOTAVAIL', // prettier-ignore
])

/** What the client (pg) says without a code when a connection is gone or cannot be had. */
const connectionMessages =
  /^(Connection terminated|timeout e(xceeded|xpired) when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Query read timeout|Cannot use a pool after)/

/**
 * SQLSTATEs (PostgreSQL, appendix A) that say the server cannot work now: classes 08 connection, 53 resources (disk
 * full, memory, connections), 57P administrator shutdown and crash, 58 system errors, 25P03 and 25P04 idle timeouts.
 */
const unavailableStates = /^(08|53|57P0[1-5]|58|25P0[34])/

/** Failures that go away by repeating the whole transaction: serialization, deadlock, lock not available. */
const conflictStates: ReadonlySet<string> = new Set(['40001', '40P01', '55P03'])

/** The MainwardError for a known cause; anything else (a wrong query, a broken constraint) comes back as it was. */
export function explainDatabaseError(thrown: unknown): unknown {
  if (thrown instanceof MainwardError || !(thrown instanceof Error)) return thrown
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  if (code === '57014') {
    return new MainwardError('timeout', `the database did not answer in time: ${thrown.message}`, backoff(thrown))
  }
  if (conflictStates.has(code)) {
    return new MainwardError('conflict', `another transaction was in the way: ${thrown.message}`, backoff(thrown))
  }
  if (isUnavailable(thrown, code)) {
    return new MainwardError('database-unavailable', `the database is not available: ${describe(thrown, code)}`, {
      ...backoff(thrown),
      hint: hintFor(code),
    })
  }
  if (code === '3D000' || code.startsWith('28')) {
    return new MainwardError('database-unavailable', `the database refused the login: ${thrown.message}`, {
      retry: 'backoff',
      hint: 'check user, password and database name in DATABASE_URL',
      cause: thrown,
    })
  }
  return thrown
}

function isUnavailable(error: Error, code: string): boolean {
  if (connectionCodes.has(code) || unavailableStates.test(code)) return true
  // Several addresses of one host name, each refused.
  if (error instanceof AggregateError) return error.errors.some((each) => isUnavailable(each as Error, code))
  return connectionMessages.test(error.message)
}

function describe(error: Error, code: string): string {
  return error.message === '' ? code : error.message
}

function hintFor(code: string): string {
  if (code === '53100') return 'the disk of the database is full: make room'
  if (code === '53300') return 'the server allows no more connections: raise max_connections or close some'
  return 'it is tried again; look whether the server runs'
}

function backoff(cause: Error): { retry: 'backoff'; cause: Error } {
  return { retry: 'backoff', cause }
}
