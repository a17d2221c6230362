/** The admin API's HTTP edge: token, Host check, JSON only, errors as `{"error": {message, hint}}`. Knows no route. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { assertNever } from '../../core/assert-never.ts'
import { type ErrorCode, MainwardError, messageOf } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import { isLoopback } from '../../core/loopback.ts'
import type { ControlRoute } from './control-route.ts'
import { describeRefused } from './describe-refused.ts'

export interface ControlServerOptions {
  readonly routes: readonly ControlRoute[]
  readonly token: string
  readonly host: string
  readonly log: Logger
  /** Why nothing can be answered yet; null once everything can. */
  readonly notStarted: () => string | null
}

export interface ControlServer {
  /** Resolves with the address. Throws `port-in-use`. */
  listen(port: number): Promise<string>
  close(): Promise<void>
}

const bodyLimitBytes = 64 * 1024
/** Letters of one part of a path: two names and what stands between them. */
const pathPartLimit = 600

export function createControlServer(options: ControlServerOptions): ControlServer {
  const app = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    ajv: { customOptions: { removeAdditional: false, verbose: true } },
    schemaErrorFormatter: ([error], part) =>
      new MainwardError('invalid-input', describeRefused(error, part), { hint: '/openapi.json describes every request' }),
    routerOptions: { maxParamLength: pathPartLimit },
  })
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', (request, _reply, done) => {
    checkHost(request, options.host)
    done()
  })
  for (const route of options.routes) addRoute(app, route, options)
  app.setNotFoundHandler((request, reply) => {
    checkToken(request, options.token)
    const allowed = methodsAt(request.url, options.routes)
    if (allowed.length > 0) {
      const message = `expected ${allowed.join(' or ')} at ${request.url}, found ${request.method}`
      return reply
        .code(405)
        .header('allow', allowed.join(', '))
        .send({ error: { code: 'invalid-input', message } })
    }
    return reply
      .code(404)
      .send({ error: { code: 'not-found', message: `there is nothing at ${request.url}; /openapi.json lists what there is` } })
  })
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, error, options.log))
  return {
    listen: (port) => listen(app, options.host, port),
    close: () => app.close(),
  }
}

function addRoute(app: FastifyInstance, route: ControlRoute, { token, notStarted }: ControlServerOptions): void {
  const { pathSchema, querySchema, bodySchema } = route
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    schema: {
      ...(pathSchema && { params: pathSchema }),
      ...(querySchema && { querystring: querySchema }),
      ...(bodySchema && { body: bodySchema }),
    },
    onRequest: (request, _reply, done) => {
      if (route.open !== true) checkToken(request, token)
      done()
    },
    handler: async (request, reply) => {
      const reason = route.always === true ? null : notStarted()
      if (reason !== null) throw new MainwardError('unavailable', reason, { retry: 'backoff' })
      const query = request.query as Readonly<Record<string, unknown>>
      const body = (request.body ?? {}) as Readonly<Record<string, unknown>>
      const path = request.params as Readonly<Record<string, unknown>>
      const answer = await route.answer({ query, body, path })
      return reply
        .code(answer.status)
        .type(answer.contentType ?? 'application/json')
        .header('cache-control', 'no-store')
        .send(isSentAsItIs(answer.body) ? answer.body : JSON.stringify(answer.body))
    },
  })
}

/** By which methods there is something at a path, whatever stands in its braces. */
function methodsAt(url: string, routes: readonly ControlRoute[]): readonly string[] {
  const parts = url.replace(/[?#].*$/s, '').split('/')
  const fits = (path: string): boolean => {
    const wanted = path.split('/')
    return wanted.length === parts.length && wanted.every((part, at) => part.startsWith('{') || part === parts[at])
  }
  return [...new Set(routes.filter(({ path }) => fits(path)).map(({ method }) => method))].sort()
}

function isSentAsItIs(body: unknown): boolean {
  return typeof body === 'string' || body instanceof Readable
}

/** A browser that was tricked into calling loopback names another host. */
function checkHost({ headers }: FastifyRequest, host: string): void {
  if (!isLoopback(host)) return
  const named = headers.host === undefined || !URL.canParse(`http://${headers.host}`) ? null : new URL(`http://${headers.host}`)
  if (named !== null && isLoopback(named.hostname.replace(/^\[|\]$/g, ''))) return
  throw new MainwardError('unauthorized', `expected a Host of this machine, found ${headers.host ?? 'none'}`)
}

function checkToken({ headers }: FastifyRequest, token: string): void {
  const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  if (timingSafeEqual(digest(given), digest(token))) return
  throw new MainwardError('unauthorized', 'expected Authorization: Bearer with the admin token', {
    hint: 'the token lies in the state folder, in the file token',
  })
}

function refuse(reply: FastifyReply, error: FastifyError | MainwardError, log: Logger): FastifyReply {
  if (error instanceof MainwardError) {
    const { code, message, hint } = error
    const status = statusOf(code)
    if (status === 401) void reply.header('www-authenticate', 'Bearer')
    return reply.code(status).send({ error: { code, message, ...(hint === undefined ? {} : { hint }) } })
  }
  const status = error.statusCode ?? 500
  if (status === 415) {
    const message = 'expected a body with Content-Type: application/json'
    return reply.code(status).send({ error: { code: 'invalid-input', message } })
  }
  if (status < 500) return reply.code(status).send({ error: { code: 'invalid-input', message: error.message } })
  log.error({ err: error }, `unexpected: ${messageOf(error)}`)
  return reply.code(500).send({ error: { message: 'unexpected: the log has the stack' } })
}

function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'usage':
    case 'invalid-input':
      return 400
    case 'unauthorized':
      return 401
    case 'not-found':
      return 404
    case 'conflict':
      return 409
    case 'too-large':
      return 413
    case 'unsupported':
      return 501
    case 'unavailable':
    case 'timeout':
    case 'git-unreachable':
    case 'git-protocol':
    case 'git-rejected':
    case 'history-broken':
    case 'artifact-missing':
    case 'artifact-mismatch':
    case 'model-unusable':
    case 'database-unavailable':
    case 'database-newer':
    case 'state-locked':
    case 'leadership-lost':
    case 'port-in-use':
    case 'environment':
    case 'engine-failed':
    case 'engine-limit':
    case 'cancelled':
    case 'source-unusable':
    case 'requirements-unusable':
    case 'trainer-failed':
    case 'trainer-limit':
      return 503
    default:
      return assertNever(code)
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return (await app.listen({ host, port })).replace(/\/$/, '')
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'EADDRINUSE') throw thrown
    throw new MainwardError('port-in-use', `port ${port} of ${host} is taken by another program`, {
      hint: 'choose another one with --admin-port; 0 picks a free one',
      cause: thrown,
    })
  }
}
