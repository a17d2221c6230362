/** What the admin API's edge says to requests that fit no route, or not its schema: a real server, and routes of the real schemas. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ControlRoute } from '../../../reconciler/reconcile/api/control-route.ts'
import { type ControlServer, createControlServer } from '../../../reconciler/reconcile/api/control-server.ts'
import type { JsonSchema } from '../../../reconciler/reconcile/api/json-schema.ts'

const answer: ControlRoute['answer'] = () => Promise.resolve({ status: 200, body: {} })
const querySchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { last: { type: 'integer', minimum: 1, maximum: 100 } },
}
const bodySchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['verb'],
  properties: {
    verb: { type: 'string', enum: ['abort', 'resume'] },
    reason: { type: 'string', minLength: 1, maxLength: 10 },
    dataTime: { type: 'string', format: 'date-time' },
  },
}
const pathSchema: JsonSchema = { type: 'object', properties: { view: { type: 'string', maxLength: 8 } } }
const routes: readonly ControlRoute[] = [
  { method: 'GET', path: '/api/v1/records', summary: 'Records.', querySchema, answer },
  { method: 'POST', path: '/api/v1/commands', summary: 'Commands.', bodySchema, answer },
  { method: 'GET', path: '/api/v1/features/{view}', summary: 'A view.', pathSchema, answer },
]
let server: ControlServer
let url: string

beforeAll(async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  server = createControlServer({ routes, token: 'secret', host: '127.0.0.1', log, notStarted: () => null })
  url = await server.listen(0)
})

afterAll(() => server.close())

interface Answer {
  readonly status: number
  readonly allow: string | null
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | undefined
}

async function ask(method: string, path: string, body?: unknown, token = 'secret'): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) }
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { error } = (await response.json()) as Pick<Answer, 'error'>
  return { status: response.status, allow: response.headers.get('allow'), error }
}

describe('a path that another method has', () => {
  it.each([
    ['DELETE', 'commands', 'POST'],
    ['PUT', 'records?last=1', 'GET'],
    ['POST', 'features/weather', 'GET'],
  ])('is answered with 405: %s %s', async (method, path, allow) => {
    const message = `expected ${allow} at /api/v1/${path}, found ${method}`
    expect(await ask(method, path)).toEqual({ status: 405, allow, error: { code: 'invalid-input', message } })
  })

  it('tells nothing without the token', async () => {
    expect(await ask('DELETE', 'commands', undefined, 'wrong')).toMatchObject({ status: 401, allow: null })
  })

  it('stays 404 where there is nothing', async () => {
    expect(await ask('DELETE', 'command')).toMatchObject({ status: 404, allow: null })
    expect(await ask('POST', 'features/weather/more')).toMatchObject({ status: 404 })
  })
})

describe('a request that is not as described', () => {
  it.each<[string, string, unknown, string]>([
    ['GET', 'records?last=x', undefined, 'last in the query: expected a whole number, found "x"'],
    ['GET', 'records?last=0', undefined, 'last in the query: expected at least 1, found 0'],
    ['GET', 'records?last=101', undefined, 'last in the query: expected at most 100, found 101'],
    ['GET', 'records?lst=1', undefined, 'the query: there is no "lst"; /openapi.json lists what there is'],
    ['POST', 'commands', {}, 'the body: expected verb, found none'],
    ['POST', 'commands', [], 'the body: expected an object, found []'],
    ['POST', 'commands', { verb: 'stop' }, 'verb in the body: expected one of abort, resume, found "stop"'],
    ['POST', 'commands', { verb: 'abort', reason: '' }, 'reason in the body: expected at least 1 characters, found ""'],
    [
      'POST',
      'commands',
      { verb: 'abort', reason: 'x'.repeat(11) },
      'reason in the body: expected at most 10 characters, found 11',
    ],
    [
      'POST',
      'commands',
      { verb: 'abort', reason: { a: 'x'.repeat(90) } },
      `reason in the body: expected a text, found {"a":"${'x'.repeat(54)}…`,
    ],
    [
      'POST',
      'commands',
      { verb: 'abort', dataTime: 'now' },
      'dataTime in the body: expected a time in ISO 8601 with its zone, such as 2013-06-01T06:00:00Z, found "now"',
    ],
    ['GET', 'features/abcdefghi', undefined, 'view in the path: expected at most 8 characters, found 9'],
  ])('is told where and what: %s %s %j', async (method, path, body, message) => {
    expect(await ask(method, path, body)).toEqual({
      status: 400,
      allow: null,
      error: { code: 'invalid-input', message, hint: '/openapi.json describes every request' },
    })
  })
})
