/**
 * The content codings of HTTP (RFC 9110, 8.4 and 12.5.3): which one a request has, which one its response gets, and the work
 * itself. Inflated sizes are bounded while they grow. Knows no request and no response.
 */
import { promisify } from 'node:util'
import { constants, deflate, gunzip, gzip, inflate, inflateRaw, type InputType, type ZlibOptions } from 'node:zlib'
import { MainwardError } from '../../core/error.ts'

export type ContentCoding = 'identity' | 'gzip' | 'deflate'

/** What `Accept-Encoding` of a 415 says. */
export const supportedCodings = 'gzip, deflate'

/** Whether a request body of this coding can be read. Several codings on top of each other can not. */
export function isSupportedCoding(header: string): boolean {
  return findCoding(header) !== null
}

/** The coding of a request body. Throws `unsupported` for one that can not be read. */
export function readContentCoding(header: string | undefined): ContentCoding {
  const coding = findCoding(header ?? '')
  if (coding !== null) return coding
  throw new MainwardError(
    'unsupported',
    `the content coding ${JSON.stringify((header ?? '').trim().toLowerCase().slice(0, 40))} is not supported, expected one of ${supportedCodings}`,
  )
}

function findCoding(header: string): ContentCoding | null {
  const coding = header.trim().toLowerCase()
  if (coding === '' || coding === 'identity') return 'identity'
  if (coding === 'gzip' || coding === 'x-gzip') return 'gzip'
  return coding === 'deflate' ? 'deflate' : null
}

/**
 * The coding of a response: what the client likes best, gzip before deflate before none where it likes them alike. A client
 * that refuses everything gets its answer uncoded: it can read that, and 406 would help nobody.
 */
export function chooseCoding(acceptEncoding: string | undefined): ContentCoding {
  if (acceptEncoding === undefined || acceptEncoding === '') return 'identity'
  const weights = readWeights(acceptEncoding)
  const others = weights.get('*')
  const gzipWeight = weights.get('gzip') ?? weights.get('x-gzip') ?? others ?? 0
  const deflateWeight = weights.get('deflate') ?? others ?? 0
  const identityWeight = weights.get('identity') ?? 0
  const best = Math.max(gzipWeight, deflateWeight)
  if (best === 0 || identityWeight > best) return 'identity'
  return gzipWeight >= deflateWeight ? 'gzip' : 'deflate'
}

/** By coding in lower case. What has a weight that is none is not accepted. */
function readWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const element of header.split(',')) {
    const [coding = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
    if (coding !== '') weights.set(coding, /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0)
  }
  return weights
}

interface Inflated {
  readonly buffer: Buffer
  readonly bytesWritten: number
}

const inflaters = {
  gzip: promisify<InputType, ZlibOptions, unknown>(gunzip),
  zlib: promisify<InputType, ZlibOptions, unknown>(inflate),
  raw: promisify<InputType, ZlibOptions, unknown>(inflateRaw),
}

/** With `info`, the callbacks of zlib say how much of their input they used; its types do not know that. */
function readInflated(found: unknown): Inflated {
  if (typeof found === 'object' && found !== null && 'buffer' in found && 'engine' in found) {
    const { buffer, engine } = found
    if (Buffer.isBuffer(buffer) && engine instanceof Object && 'bytesWritten' in engine) {
      const { bytesWritten } = engine
      if (typeof bytesWritten === 'number') return { buffer, bytesWritten }
    }
  }
  throw new Error('expected zlib to say how much of its input it used')
}

/**
 * What comes out comes in pieces of this size. Those of node's own size, 16 KiB, would be cut from the C library's heap, a thousand for
 * one body, and what else lies between them would keep it from shrinking: 20 MB a process for good. Large ones are given back one by one.
 */
const largePiece = 256 * 1024

/** A smaller body seldom becomes a large one, and a large piece costs some microseconds. */
const smallBody = 4 * 1024

/**
 * Throws `invalid-input` for bytes that are not of this coding, end early or go on after their end, and `too-large` as soon
 * as more than `limitBytes` came out.
 */
export async function inflateBody(body: Buffer, coding: ContentCoding, limitBytes: number): Promise<Buffer> {
  if (coding === 'identity') return body
  const inflateWith = inflaters[coding === 'gzip' ? 'gzip' : deflateFormat(body)]
  const options = { maxOutputLength: limitBytes, info: true, ...(body.length > smallBody ? { chunkSize: largePiece } : {}) }
  const found = await inflateWith(body, options).catch((error: unknown) => {
    throw describeFailure(error, coding, limitBytes)
  })
  const { buffer, bytesWritten } = readInflated(found)
  if (bytesWritten === body.length) return buffer
  throw invalid(`the ${coding} body ends after ${bytesWritten} bytes, found ${body.length}`)
}

/** `deflate` means the zlib format; some clients send the raw stream, without its two bytes of header. */
function deflateFormat(body: Buffer): 'zlib' | 'raw' {
  const [first = 0, second = 0] = body
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0 ? 'zlib' : 'raw'
}

function describeFailure(error: unknown, coding: ContentCoding, limitBytes: number): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return new MainwardError('too-large', `the ${coding} body inflates to more than ${limitBytes} bytes`)
  }
  return /^Z_/.test(code) ? invalid(`the body can not be read as ${coding}: ${message}`) : error
}

const gzipBody = promisify<InputType, ZlibOptions, Buffer>(gzip)
const deflateZlib = promisify<InputType, ZlibOptions, Buffer>(deflate)

/** The fastest level: an answer is sent once, and its reader waits. */
const options: ZlibOptions = { level: constants.Z_BEST_SPEED }

export async function deflateBody(body: Uint8Array, coding: Exclude<ContentCoding, 'identity'>): Promise<Buffer> {
  return coding === 'gzip' ? gzipBody(body, options) : deflateZlib(body, options)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
