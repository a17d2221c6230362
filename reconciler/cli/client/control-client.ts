/** Speaks to the admin API of a running reconciler. Knows addresses and the token, no route. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { ControlAddress } from './control-address.ts'

export interface ControlClient {
  readonly address: ControlAddress
  /** The answer's JSON. Throws `unavailable` when nobody answers, `unauthorized`, `not-found` and what the server's error says. */
  get<Answer>(path: string): Promise<Answer>
  /** As `get`, for an answer that is no JSON: its text in pieces, never all of it at once. */
  read(path: string): AsyncGenerator<string>
  post<Answer>(path: string, body: unknown): Promise<Answer>
}

const timeoutMs = 30_000
/** Of an answer that comes in pieces. */
const readTimeoutMs = 600_000

export function createControlClient(address: ControlAddress, fetch: typeof globalThis.fetch): ControlClient {
  const ask = async (path: string, init: RequestInit, limitMs = timeoutMs): Promise<Response> => {
    const headers = {
      accept: 'application/json, application/x-ndjson',
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(address.token === null ? {} : { authorization: `Bearer ${address.token}` }),
    }
    const response = await send(address, () =>
      fetch(new URL(path, address.url), { ...init, headers, signal: AbortSignal.timeout(limitMs) }),
    )
    if (!response.ok) throw refusal(response.status, await send(address, () => response.text()), path)
    return response
  }
  const request = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await ask(path, init)
    return parseJson(await send(address, () => response.text()), path)
  }
  return {
    address,
    async *read(path) {
      const response = await ask(path, { method: 'GET' }, readTimeoutMs)
      const decoder = new TextDecoder()
      const reader = response.body?.getReader()
      if (reader === undefined) return
      for (;;) {
        const piece = await send(address, () => reader.read())
        if (piece.done) break
        yield decoder.decode(piece.value as Uint8Array, { stream: true })
      }
    },
    get: async <Answer>(path: string) => (await request(path, { method: 'GET' })) as Answer,
    post: async <Answer>(path: string, body: unknown) =>
      (await request(path, { method: 'POST', body: JSON.stringify(body) })) as Answer,
  }
}

async function send<Value>({ url, origin }: ControlAddress, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call()
  } catch (thrown) {
    const late = thrown instanceof Error && thrown.name === 'TimeoutError'
    const detail = late
      ? `no answer within ${timeoutMs / 1000} s`
      : messageOf(thrown instanceof Error ? (thrown.cause ?? thrown) : thrown)
    throw new MainwardError('unavailable', `no reconciler answers at ${url}: ${detail}`, {
      retry: 'backoff',
      hint: `the address comes from ${origin}; start one with mainward up`,
      cause: thrown,
    })
  }
}

function refusal(status: number, text: string, path: string): MainwardError {
  const { message, hint } = readError(text)
  const said = message ?? `${path} answered ${status}`
  if (status === 401 || status === 403) {
    return new MainwardError('unauthorized', said, { hint: hint ?? 'give the admin token by --token-file or MAINWARD_TOKEN' })
  }
  const code = status === 404 ? 'not-found' : status === 409 ? 'conflict' : status === 503 ? 'unavailable' : 'invalid-input'
  return new MainwardError(code, said, hint === null ? {} : { hint })
}

/** The server's words: `{ error: text }` or `{ error: { message, hint } }`; null where it did not speak JSON. */
function readError(text: string): { readonly message: string | null; readonly hint: string | null } {
  const body = parseObject(text)
  const inner = typeof body.error === 'object' && body.error !== null ? (body.error as Record<string, unknown>) : body
  const pick = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  return { message: pick(inner.message) ?? pick(body.error), hint: pick(inner.hint) ?? pick(body.hint) }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return {}
    throw thrown
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch (thrown) {
    throw new MainwardError('unavailable', `${path} did not answer JSON: is this the control plane's address?`, { cause: thrown })
  }
}
