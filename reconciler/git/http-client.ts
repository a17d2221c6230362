/** HTTP for git with limits on connecting, on silence and on the whole request. Knows no git. */
import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestTls } from 'node:https'
import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git'
import { MainwardError } from '../core/error.ts'

export interface HttpLimits {
  readonly connectMs: number
  /** Longest silence. */
  readonly idleMs: number
  /** One request with its whole answer. */
  readonly totalMs: number
}

export const defaultHttpLimits: HttpLimits = { connectMs: 10_000, idleMs: 30_000, totalMs: 300_000 }

interface Sending {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const maximumRedirects = 5

/** `authorization` goes to the origin of `base` only. Throws git-unreachable and timeout. */
export function createHttpClient(base: URL, authorization: string | null, limits: HttpLimits): HttpClient {
  return {
    request: async (asked: GitHttpRequest): Promise<GitHttpResponse> => {
      const body = await collect(asked.body)
      let url = new URL(asked.url)
      for (let redirects = 0; ; redirects += 1) {
        const headers = { ...asked.headers, ...(authorization === null || url.origin !== base.origin ? {} : { authorization }) }
        const response = await send({ url, method: asked.method ?? 'GET', headers, body }, limits)
        const { location } = response.headers
        const status = response.statusCode ?? 0
        if (status < 300 || status >= 400 || location === undefined || redirects >= maximumRedirects) {
          return describe(asked, response)
        }
        response.destroy()
        url = new URL(location, url)
      }
    },
  }
}

function send(sending: Sending, limits: HttpLimits): Promise<IncomingMessage> {
  const { url, method, headers, body } = sending
  const start = url.protocol === 'https:' ? requestTls : requestPlain
  return new Promise((resolve, reject) => {
    const request = start(url, { method, headers: { ...headers, 'content-length': body.length }, agent: false })
    const fail = (error: Error): void => {
      request.destroy(error)
      reject(error)
    }
    const connecting = setTimeout(() => fail(late(url, 'a connection', limits.connectMs)), limits.connectMs)
    const total = setTimeout(() => fail(late(url, 'the whole answer', limits.totalMs)), limits.totalMs)
    request.setTimeout(limits.idleMs, () => fail(late(url, 'a byte', limits.idleMs)))
    request.on('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
    })
    request.on('close', () => {
      clearTimeout(connecting)
      clearTimeout(total)
    })
    request.on('error', (cause) => reject(cause instanceof MainwardError ? cause : unreachable(url, cause)))
    request.on('response', (response) => {
      response.setTimeout(limits.idleMs, () => response.destroy(late(url, 'a byte', limits.idleMs)))
      resolve(response)
    })
    request.end(body)
  })
}

/** Everything is read before it is handed on: isomorphic-git takes an answer that breaks off for one that ended. */
async function describe(asked: GitHttpRequest, response: IncomingMessage): Promise<GitHttpResponse> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of response) parts.push(part as Uint8Array)
  } catch (cause) {
    throw cause instanceof MainwardError ? cause : unreachable(new URL(asked.url), cause)
  }
  const headers = Object.fromEntries(Object.entries(response.headers).map(([key, value]) => [key, String(value)]))
  return {
    url: asked.url,
    method: asked.method ?? 'GET',
    statusCode: response.statusCode ?? 0,
    statusMessage: response.statusMessage ?? '',
    headers,
    body: emitParts(parts),
  }
}

async function* emitParts(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* await Promise.resolve(parts)
}

async function collect(body: GitHttpRequest['body']): Promise<Buffer> {
  const parts: Uint8Array[] = []
  if (body !== undefined) for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

function late(url: URL, what: string, limitMs: number): MainwardError {
  return new MainwardError('timeout', `${url.origin} did not give ${what} within ${limitMs} ms`, { retry: 'backoff' })
}

function unreachable(url: URL, cause: unknown): MainwardError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new MainwardError('git-unreachable', `${url.origin} cannot be reached: ${reason}`, { cause, retry: 'backoff' })
}
