/** Reads the headers of a call (gRPC over HTTP/2, "Requests"): its method, its deadline, its coding. Knows no stream. */
import type { IncomingHttpHeaders } from 'node:http2'
import { MainwardError } from '../../../core/error.ts'
import type { ContentCoding } from '../../protocol/content-coding.ts'
import { CallRefusal, statusCodes } from './grpc-status.ts'

/** What a client may compress its messages with. */
export const acceptedCodings = 'identity,deflate,gzip'

const unitsMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001 }
/** Node's timers know no longer time. */
const longestMs = 2 ** 31 - 1

/** Null for a call of gRPC with messages of protobuf; else the status of HTTP that says what is wrong. */
export function findHttpProblem(headers: IncomingHttpHeaders): number | null {
  if (headers[':method'] !== 'POST') return 405
  return /^application\/grpc(?:\+proto)?(?:;|$)/i.test(headers['content-type'] ?? '') ? null : 415
}

/** Milliseconds until the client gives up; infinite when it does not say. Throws for a text that is no time. */
export function readTimeoutMs(headers: IncomingHttpHeaders): number {
  const text = headers['grpc-timeout']
  if (text === undefined) return Infinity
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(text)) ?? []
  if (digits !== undefined) return Math.min(longestMs, Math.ceil(Number(digits) * (unitsMs[unit] ?? 0)))
  throw new MainwardError('invalid-input', 'grpc-timeout: expected up to eight digits and one of H M S m u n')
}

/** How messages with the compressed flag are compressed. */
export function readMessageCoding(headers: IncomingHttpHeaders): ContentCoding {
  const coding = headers['grpc-encoding'] ?? 'identity'
  if (coding === 'identity' || coding === 'gzip' || coding === 'deflate') return coding
  const found = JSON.stringify(String(coding).slice(0, 40))
  throw new CallRefusal(statusCodes.unimplemented, `grpc-encoding: expected one of ${acceptedCodings}, found ${found}`)
}
