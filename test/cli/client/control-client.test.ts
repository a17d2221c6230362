import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findControl, findControlIfAny } from '../../../reconciler/cli/client/control-address.ts'
import { createControlClient } from '../../../reconciler/cli/client/control-client.ts'
import { createTestContext } from '../../support/cli-context.ts'

const answers: Readonly<Record<string, readonly [number, string]>> = {
  '/ok': [200, '{"fine":true}'],
  '/conflict': [409, '{"error":"the clock stands later"}'],
  '/hint': [400, '{"error":{"message":"no such rollout","hint":"did you mean flight-delay?"}}'],
  '/forbidden': [401, '{"error":"wrong token"}'],
  '/proxy': [502, '<html>bad gateway</html>'],
  '/broken': [500, '{"error"'],
  '/page': [200, '<html></html>'],
}
const seen: { authorization: string | undefined; body: string }[] = []
let server: Server
let url = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => (body += data.toString()))
    request.on('end', () => {
      seen.push({ authorization: request.headers.authorization, body })
      const [status, text] = answers[request.url ?? ''] ?? [404, '{"error":"no such route"}']
      response.writeHead(status).end(text)
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

function client() {
  return createControlClient({ url, servingUrl: null, token: 'secret', origin: 'the test' }, fetch)
}

describe('the client', () => {
  it('sends its token and JSON', async () => {
    seen.length = 0
    expect(await client().post('/ok', { a: 1 })).toEqual({ fine: true })
    expect(seen).toEqual([{ authorization: 'Bearer secret', body: '{"a":1}' }])
  })

  it.each([
    ['/conflict', 'conflict', 'the clock stands later', undefined],
    ['/hint', 'invalid-input', 'no such rollout', 'did you mean flight-delay?'],
    ['/forbidden', 'unauthorized', 'wrong token', 'give the admin token by --token-file or MAINWARD_TOKEN'],
    ['/nowhere', 'not-found', 'no such route', undefined],
    ['/proxy', 'invalid-input', '/proxy answered 502', undefined],
    ['/broken', 'invalid-input', '/broken answered 500', undefined],
    ['/page', 'unavailable', "/page did not answer JSON: is this the control plane's address?", undefined],
  ])('says in the words of the server what is wrong: %s', async (path, code, message, hint) => {
    await expect(client().get(path)).rejects.toMatchObject({ code, message, hint })
  })

  it('says where the address came from when nobody answers', async () => {
    const nobody = createControlClient(
      { url: 'http://127.0.0.1:1', servingUrl: null, token: null, origin: '/x/control.json' },
      fetch,
    )
    await expect(nobody.get('/ok')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^no reconciler answers at http:\/\/127\.0\.0\.1:1: /) as string,
      hint: 'the address comes from /x/control.json; start one with mainward up',
    })
  })
})

describe('the address', () => {
  const repository = mkdtempSync(join(tmpdir(), 'mainward-control-'))
  const state = join(repository, '.mainward')
  const inner = join(repository, 'a', 'b')
  mkdirSync(state)
  mkdirSync(inner, { recursive: true })
  writeFileSync(join(state, 'token'), 'from-file\n')
  const write = (control: string | null) =>
    writeFileSync(
      join(state, 'control.json'),
      JSON.stringify({ pid: 1, startedAt: '', serving: 'http://s', control, tokenFile: 'token' }),
    )
  const input = (options: Record<string, string> = {}) => ({ arguments: [], options })

  it('is the nearest state folder upwards, with the token that it names', async () => {
    write('http://c')
    const { configuration } = createTestContext({ folder: inner })
    expect(await findControl(configuration, input())).toEqual({
      url: 'http://c',
      servingUrl: 'http://s',
      token: 'from-file',
      origin: join(state, 'control.json'),
    })
  })

  it('is what --server says, with the token of the environment or of --token-file', async () => {
    const { configuration } = createTestContext({ folder: inner, adminToken: 'from-environment' })
    expect(await findControl(configuration, input({ server: 'http://x:1' }))).toMatchObject({
      url: 'http://x:1',
      token: 'from-environment',
    })
    const file = { server: 'http://x:1', tokenFile: '../../.mainward/token' }
    expect(await findControl(configuration, input(file))).toMatchObject({ token: 'from-file' })
  })

  it('is not there yet while the reconciler starts', async () => {
    write(null)
    const { configuration } = createTestContext({ folder: inner })
    await expect(findControl(configuration, input())).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('is missing without a state folder', async () => {
    const { configuration } = createTestContext({ folder: tmpdir() })
    await expect(findControl(configuration, input())).rejects.toMatchObject({ code: 'not-found' })
    expect(await findControlIfAny(configuration, input())).toBeNull()
    await expect(findControl(configuration, input({ state: '/no/such' }))).rejects.toThrow('no control.json in /no/such')
  })

  it.each(['127.0.0.1:8090', 'ftp://x', 'x'])('refuses %s as --server', async (server) => {
    const { configuration } = createTestContext({})
    await expect(findControl(configuration, input({ server }))).rejects.toMatchObject({ code: 'usage' })
  })
})
