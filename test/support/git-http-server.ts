/** A git server over HTTP on loopback (`git http-backend` behind node:http) that can misbehave on demand. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'

/**
 * hang: no answer. stall: half of the answer, then silence. drip: the answer a byte at a time. truncate: half of a pack, then a proper
 * end. cut: half of a pack, then the connection breaks. flip: one byte of the pack is another. garbage: status 200 and noise. flood: no
 * end. A number: that status for everything, `push-403`, `push-500`: only for pushes.
 */
export type Misbehaviour =
  | ('none' | 'hang' | 'stall' | 'drip' | 'truncate' | 'cut' | 'flip' | 'garbage' | 'flood' | 'push-403' | 'push-500')
  | (401 | 403 | 404 | 429 | 500 | 503)

export interface GitServer {
  readonly url: string
  behave(how: Misbehaviour): void
  /** Only requests with this password are answered; null: all. */
  requireToken(token: string | null): void
  /** Sends every request to this origin instead; null: none. */
  redirectTo(origin: string | null): void
  /** Breaks all connections, also those that wait for an answer that never comes. */
  hangUp(): void
  /** `METHOD PATH` of every request so far. */
  readonly requests: string[]
  /** What `authorization` said, of every request so far. */
  readonly authorizations: (string | undefined)[]
  stop(): Promise<void>
}

interface State {
  readonly repository: string
  readonly requests: string[]
  readonly authorizations: (string | undefined)[]
  how: Misbehaviour
  token: string | null
  redirect: string | null
}

interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
}

/** Over TLS when there is a certificate. */
export async function serveGit(repository: string, certificate: Certificate | null = null): Promise<GitServer> {
  const state: State = { repository, requests: [], authorizations: [], how: 'none', token: null, redirect: null }
  const listen = (request: IncomingMessage, response: ServerResponse): void => answer(state, request, response)
  const server = certificate === null ? createServer(listen) : createTlsServer(certificate, listen)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${certificate === null ? 'http' : 'https'}://127.0.0.1:${port}/${basename(repository)}`,
    behave: (how) => (state.how = how),
    requireToken: (token) => (state.token = token),
    redirectTo: (origin) => (state.redirect = origin),
    hangUp: () => server.closeAllConnections(),
    requests: state.requests,
    authorizations: state.authorizations,
    stop: () => stop(server),
  }
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  state.requests.push(`${request.method} ${url.pathname}${url.search}`)
  const isPush = `${url.pathname}${url.search}`.includes('git-receive-pack')
  const refusal = refusalOf(state, request, isPush)
  state.authorizations.push(request.headers.authorization)
  if (state.how === 'hang') return
  if (state.redirect !== null) {
    request.resume()
    response.writeHead(307, { location: `${state.redirect}${url.pathname}${url.search}` }).end()
    return
  }
  if (refusal !== null) {
    request.resume()
    response.writeHead(refusal).end('no')
    return
  }
  runBackend(state, request, response, url)
}

function refusalOf({ how, token }: State, request: IncomingMessage, isPush: boolean): number | null {
  if (typeof how === 'number') return how
  if (how === 'push-403' && isPush) return 403
  if (how === 'push-500' && isPush) return 500
  const expected = token === null ? null : `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  return expected === null || request.headers.authorization === expected ? null : 401
}

function runBackend(state: State, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const git = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_PROJECT_ROOT: dirname(state.repository),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: 'mainward',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const parts: Buffer[] = []
  request.pipe(git.stdin)
  git.stdin.on('error', () => request.unpipe())
  git.stdout.on('data', (part: Buffer) => parts.push(part))
  git.on('close', () => respond(state, Buffer.concat(parts), response, request.method === 'POST'))
}

function respond({ how }: State, output: Buffer, response: ServerResponse, isPost: boolean): void {
  const end = output.indexOf('\r\n\r\n')
  const headers = output.subarray(0, end).toString().split('\r\n').map((line) => line.split(': ') as [string, string]) // prettier-ignore
  const status = headers.find(([name]) => name === 'Status')?.[1]
  const body = output.subarray(end + 4)
  response.writeHead(Number(status?.slice(0, 3) ?? 200), Object.fromEntries(headers.filter(([name]) => name !== 'Status')))
  const isPack = isPost && body.includes('PACK')
  switch (how) {
    case 'stall':
      return void response.write(body.subarray(0, body.length / 2))
    case 'drip':
      return drip(body, response)
    case 'flood':
      return flood(response)
    case 'garbage':
      return void response.end(randomBytes(2000))
    case 'cut':
      if (!isPack) break
      response.write(body.subarray(0, body.length / 2))
      return void setTimeout(() => response.destroy(), 20)
    default:
  }
  response.end(isPack && how === 'truncate' ? cutPack(body) : isPack && how === 'flip' ? flipPack(body) : body)
}

function drip(body: Buffer, response: ServerResponse): void {
  let at = 0
  const timer = setInterval(() => response.write(body.subarray(at, (at += 1))), 50)
  response.on('close', () => clearInterval(timer))
}

function flood(response: ServerResponse): void {
  const piece = Buffer.alloc(65_536, '0')
  const pour = (): void => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', pour)
  pour()
}

function flipPack(body: Buffer): Buffer {
  const at = body.indexOf('PACK') + 40
  return Buffer.concat([body.subarray(0, at), Buffer.from([(body[at] ?? 0) ^ 0x10]), body.subarray(at + 1)])
}

/** Leaves out the second half of the pack, with packet lines that are whole. */
function cutPack(body: Buffer): Buffer {
  const start = body.indexOf('PACK')
  const pack = body.subarray(start, start + Math.floor((body.length - start) / 2))
  const length = (pack.length + 5).toString(16).padStart(4, '0')
  return Buffer.concat([body.subarray(0, start - 5), Buffer.from(`${length}\u0001`, 'latin1'), pack, Buffer.from('0000')])
}
