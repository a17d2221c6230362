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
  /** Of one answer, which is held in memory. */
  readonly maximumBytes: number
}

export const defaultHttpLimits: HttpLimits = {
  connectMs: 10_000,
  idleMs: 30_000,
  totalMs: 300_000,
  maximumBytes: 1024 * 1024 * 1024,
}

interface Sending {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const maximumRedirects = 5

/**
 * Redirects are followed on the same host only, and never from https to http; what `readAuthorization` gives goes nowhere else. Throws
 * git-unreachable, git-protocol and timeout.
 */
export function createHttpClient(base: URL, readAuthorization: () => string | null, limits: HttpLimits): HttpClient {
  return {
    request: async (asked: GitHttpRequest): Promise<GitHttpResponse> => {
      const body = await collect(asked.body)
      const authorization = readAuthorization()
      let url = new URL(asked.url)
      for (let redirects = 0; ; redirects += 1) {
        const headers = { ...asked.headers, ...(authorization === null || !isTrusted(base, url) ? {} : { authorization }) }
        const response = await send({ url, method: asked.method ?? 'GET', headers, body }, limits)
        const next = targetOf(response, url)
        if (next === null) return describe(asked, response, limits)
        response.destroy()
        if (redirects >= maximumRedirects) throw redirected(url, 'it redirects in a circle')
        if (next.hostname !== base.hostname || (url.protocol === 'https:' && next.protocol !== 'https:')) {
          throw redirected(url, `it redirects to ${next.origin}`)
        }
        url = next
      }
    },
  }
}

/** The origin itself, or the same host by https on the usual ports. */
function isTrusted(base: URL, url: URL): boolean {
  return url.origin === base.origin || url.origin === `https://${base.host}`
}

function targetOf(response: IncomingMessage, url: URL): URL | null {
  const { location } = response.headers
  const status = response.statusCode ?? 0
  if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, url.href)) return null
  return new URL(location, url)
}

function redirected(url: URL, how: string): MainwardError {
  return new MainwardError('git-protocol', `${url.origin} does not answer: ${how}`, {
    retry: 'backoff',
    hint: 'give the URL that it redirects to, if that is the repository you mean',
  })
}

function send(sending: Sending, limits: HttpLimits): Promise<IncomingMessage> {
  const { url, method, headers, body } = sending
  const start = url.protocol === 'https:' ? requestTls : requestPlain
  return new Promise((resolve, reject) => {
    const request = start(url, { method, headers: { ...headers, 'content-length': body.length }, agent: false })
    let answer: IncomingMessage | null = null
    const fail = (error: Error): void => {
      answer?.destroy(error)
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
      answer = response
      response.setTimeout(limits.idleMs, () => response.destroy(late(url, 'a byte', limits.idleMs)))
      resolve(response)
    })
    request.end(body)
  })
}

/** Everything is read before it is handed on: isomorphic-git takes an answer that breaks off for one that ended. */
async function describe(
  asked: GitHttpRequest,
  response: IncomingMessage,
  { maximumBytes }: HttpLimits,
): Promise<GitHttpResponse> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for await (const part of response) {
      parts.push(part as Uint8Array)
      sizeBytes += (part as Uint8Array).length
      if (sizeBytes > maximumBytes) throw tooLarge(new URL(asked.url), maximumBytes)
    }
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

function tooLarge(url: URL, maximumBytes: number): MainwardError {
  return new MainwardError('unsupported', `${url.origin} sends more than ${maximumBytes} bytes`, {
    retry: 'backoff',
    hint: 'keep large files out of the repository, or give a local clone of it',
  })
}

function unreachable(url: URL, cause: unknown): MainwardError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new MainwardError('git-unreachable', `${url.origin} cannot be reached: ${reason}`, {
    cause,
    retry: 'backoff',
    ...(/CERT|SIGNED|ISSUER/.test(reason)
      ? { hint: 'name the authority that signed its certificate in NODE_EXTRA_CA_CERTS' }
      : {}),
  })
}
