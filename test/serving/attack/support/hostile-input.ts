/** One hostile input of the tables: bytes for a socket, and what a clear answer to them is. Also what the bytes are made with. */
import type { ExchangeOptions } from './raw-client.ts'

export interface HostileInput {
  readonly name: string
  /** Made anew for every sending: large ones are not kept. */
  readonly bytes: () => Iterable<Buffer | string>
  /** One of these is the status of the first answer. */
  readonly statuses: readonly number[]
  readonly options?: ExchangeOptions
}

export const predictPath = '/v1/models/bench/predict'
export const inferPath = '/v2/models/bench/infer'

export type HeaderLines = readonly string[]

/** A request with a truthful `Content-Length`. */
export function request(method: string, path: string, body: Buffer | string = '', headers: HeaderLines = []): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: x', `Content-Length: ${Buffer.byteLength(body)}`, ...headers]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}

export function post(path: string, body: Buffer | string, headers: HeaderLines = []): Buffer {
  return request('POST', path, body, headers)
}

/** A head with exactly these lines, and what follows it. */
export function rawHead(lines: readonly string[], rest = ''): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${rest}`, 'latin1')
}

export function hostile(name: string, statuses: readonly number[], bytes: () => Buffer, options?: ExchangeOptions): HostileInput {
  return { name, statuses, bytes: () => [bytes()], ...(options === undefined ? {} : { options }) }
}

/** JSON text of an inference request with one input; `data` and `shape` are JSON texts, so that they may say anything. */
export function inferText(input: { name?: string; datatype?: string; shape?: string; data?: string }): string {
  const { name = '"input"', datatype = '"FP32"', shape = '[1,20]', data = `[${Array(20).fill(0).join(',')}]` } = input
  return `{"inputs":[{"name":${name},"datatype":${datatype},"shape":${shape},"data":${data}}]}`
}
