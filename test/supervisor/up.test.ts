import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import type { ModelStatus } from '../../reconciler/core/status.ts'
import { findRunningServer } from '../../reconciler/database/embedded/postmaster-file.ts'
import { isRoot } from '../../reconciler/database/embedded/account.ts'
import { createTestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { findOtherUser, isRunning, Sandbox, stop, type UpRun } from './support.ts'

const sandboxes: Sandbox[] = []

afterEach(async () => {
  for (const sandbox of sandboxes.splice(0)) await sandbox.end()
})

function makeSandbox(...settings: ConstructorParameters<typeof Sandbox>): Sandbox {
  const sandbox = new Sandbox(...settings)
  sandboxes.push(sandbox)
  return sandbox
}

async function databaseUrl(sandbox: Sandbox, run: UpRun): Promise<string> {
  const { control } = await sandbox.control(run)
  const answer = (await (await fetch(`${control}/environment`)).json()) as { url: string }
  return answer.url
}

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

function postgresPid(sandbox: Sandbox): number {
  const running = findRunningServer(join(sandbox.state, 'postgres/data'))
  if (running === null) throw new Error('Postgres does not run')
  return running.pid
}

const model: ModelStatus = {
  name: 'flight-delay',
  ready: true,
  stalled: null,
  phase: 'Succeeded',
  step: 0,
  reason: 'Succeeded',
  message: 'v1 serves all units',
  arms: [{ name: 'stable', release: 'sha256:aa', version: 1, weight: 100 }],
  stableVersion: 1,
  unit: null,
  strategy: 'canary',
  fallback: null,
  conditions: [],
  exampleRow: { carrier: "O'Hare", distance: 12.5 },
}

const head = {
  commit: '0123456789abcdef0123456789abcdef01234567',
  author: 'Ada',
  message: 'Serve the first version\n\nBody',
  committedAt: '2026-11-24T10:00:00.000Z',
  valid: true,
  findings: [],
  resources: { Project: 1, Model: 1, ModelVersion: 2, Rollout: 1 },
}

const users = [['the user of the tests', null] as const, ['another user than root', findOtherUser()] as const].filter(
  ([name, user]) => name === 'the user of the tests' || user !== null,
)

describe.each(users)('up as %s', (_name, user) => {
  it('starts everything, says where, and stops in order', async () => {
    const sandbox = makeSandbox('repo with blanks', user)
    const run = sandbox.up()
    const control = await sandbox.control(run)
    const url = await databaseUrl(sandbox, run)
    await eventually(() => query(url, 'select 1'))
    expect(control).toMatchObject({ pid: run.process.pid, tokenFile: join(sandbox.state, 'token') })
    expect(statSync(join(sandbox.state, 'control.json')).mode & 0o777).toBe(0o600)
    expect(statSync(control.tokenFile).mode & 0o777).toBe(0o600)
    expect(statSync(sandbox.state).mode & 0o707).toBe(0o700)
    const pid = postgresPid(sandbox)
    expect(await stop(run)).toBe(0)
    expect(sandbox.notes().slice(-2)).toEqual(['serve stopped', 'reconcile stopped'])
    expect(isRunning(pid)).toBe(false)
    expect(existsSync(join(sandbox.state, 'control.json'))).toBe(false)
  })

  it('adopts the Postgres of a supervisor that was killed, whose children are gone', async () => {
    const sandbox = makeSandbox('repo', user)
    const first = sandbox.up()
    const url = await databaseUrl(sandbox, first)
    await eventually(() => query(url, 'select 1'))
    await query(url, 'create table kept as select 42 as value')
    const pid = postgresPid(sandbox)
    const children = sandbox.notes().map((note) => Number(note.split(' ')[2]))
    await stop(first, 'SIGKILL')
    await eventually(() => expect(children.filter(isRunning)).toEqual([]))
    expect(sandbox.notes().filter((note) => note.endsWith('orphaned'))).toHaveLength(2)

    const second = sandbox.up()
    expect(await databaseUrl(sandbox, second)).toBe(url)
    await eventually(() => expect(second.output()).toContain('taken over'))
    expect(postgresPid(sandbox)).toBe(pid)
    expect(await query(url, 'select value from kept')).toEqual([{ value: 42 }])
    expect(await stop(second, 'SIGINT')).toBe(0)
    expect(isRunning(pid)).toBe(false)
  })
})

describe('up', () => {
  it('refuses a state folder that another one uses, and says which', async () => {
    const sandbox = makeSandbox()
    const first = sandbox.up()
    await sandbox.control(first)
    const second = sandbox.up()
    expect(await second.exited).toBe(1)
    expect(second.output()).toContain(`is in use by process ${first.process.pid} since 20`)
    expect(first.process.exitCode).toBe(null)
    expect(await stop(first)).toBe(0)
    const third = sandbox.up()
    await sandbox.control(third)
    expect(await stop(third)).toBe(0)
  })

  it('lets exactly one of two that start at the same moment win', async () => {
    const sandbox = makeSandbox()
    const runs = [sandbox.up(), sandbox.up(), sandbox.up()]
    const ended: UpRun[] = []
    for (const run of runs) void run.exited.then(() => ended.push(run))
    await eventually(() => expect(ended).toHaveLength(2))
    for (const run of ended) expect(run.output()).toContain('is in use by process')
    const winner = runs.find((run) => !ended.includes(run))
    if (winner === undefined) throw new Error('nobody won')
    await sandbox.control(winner)
    expect(await stop(winner)).toBe(0)
  })

  it('starts a dead Postgres again at the same address, without losing what was committed', async () => {
    const sandbox = makeSandbox()
    const run = sandbox.up()
    const url = await databaseUrl(sandbox, run)
    await eventually(() => query(url, 'create table kept as select 42 as value'))
    const pid = postgresPid(sandbox)
    process.kill(pid, 'SIGKILL')
    await eventually(() => expect(postgresPid(sandbox)).not.toBe(pid))
    expect(await eventually(() => query(url, 'select value from kept'))).toEqual([{ value: 42 }])
    expect(run.output()).toContain('postgres ended (was ended by SIGKILL); starting again in 0.1 s')
    expect(await databaseUrl(sandbox, run)).toBe(url)
    expect(await stop(run)).toBe(0)
  })

  it('tries again until a dead Postgres can start', async () => {
    const sandbox = makeSandbox()
    const run = sandbox.up()
    const url = await databaseUrl(sandbox, run)
    await eventually(() => query(url, 'create table kept as select 42 as value'))
    const control = join(sandbox.state, 'postgres/data/global/pg_control')
    renameSync(control, `${control}.away`)
    process.kill(postgresPid(sandbox), 'SIGKILL')
    await eventually(() => expect(run.output()).toMatch(/Postgres did not start.*again in 0\.4 s/))
    renameSync(`${control}.away`, control)
    expect(await eventually(() => query(url, 'select value from kept'))).toEqual([{ value: 42 }])
    expect(await stop(run)).toBe(0)
  })

  it('starts a dead child again where it listened before, and leaves the other alone', async () => {
    const sandbox = makeSandbox()
    const run = sandbox.up()
    const { serving, control } = await sandbox.control(run)
    await expect(fetch(`${control}/die`)).rejects.toThrow()
    expect((await fetch(`${serving}/environment`)).status).toBe(200)
    await eventually(async () => expect((await fetch(`${control}/environment`)).status).toBe(200))
    await expect(fetch(`${serving}/die`)).rejects.toThrow()
    await eventually(async () => expect((await fetch(`${serving}/environment`)).status).toBe(200))
    expect(run.output()).toContain('reconcile ended (killed by SIGKILL)')
    expect(run.output()).toContain('serve ended (killed by SIGKILL)')
    expect(await sandbox.control(run)).toMatchObject({ serving, control })
    expect(await stop(run)).toBe(0)
  })

  it('does not tell the last line of a killed child as the cause', async () => {
    const sandbox = makeSandbox()
    sandbox.write('reconcile-says', 'filled an online view')
    const run = sandbox.up()
    const { control } = await sandbox.control(run)
    await expect(fetch(`${control}/die`)).rejects.toThrow()
    const told = 'reconcile ended (killed by SIGKILL; its last line: filled an online view); starting again in'
    await eventually(() => expect(run.output()).toContain(told))
    expect(await stop(run)).toBe(0)
  })

  it('goes on trying a child that cannot start, and says why', async () => {
    const sandbox = makeSandbox()
    sandbox.write('serve-fails', 'the model cache is not readable')
    const run = sandbox.up()
    await eventually(() => expect(run.output()).toMatch(/again in 0\.1 s[^]*again in 0\.2 s[^]*again in 0\.4 s/))
    expect(run.output()).toContain('serve ended (exit code 3: the model cache is not readable)')
    expect(await stop(run)).toBe(0)
  })

  it('ends with what a child says about wrong use', async () => {
    const sandbox = makeSandbox()
    sandbox.write('serve-refuses', '0.0.0.0 can be reached from other machines')
    const run = sandbox.up()
    expect(await run.exited).toBe(2)
    expect(run.output()).toContain('error: serve: 0.0.0.0 can be reached from other machines')
    const lives = (word: string): number => sandbox.notes().filter((note) => note.startsWith(`reconcile ${word}`)).length
    expect(lives('stopped')).toBe(lives('listens'))
    expect(findRunningServer(join(sandbox.state, 'postgres/data'))).toBe(null)
  })

  it('lets the data plane drain before anything else stops', async () => {
    const sandbox = makeSandbox()
    sandbox.write('drain-ms', '500')
    const run = sandbox.up()
    const { control } = await sandbox.control(run)
    const url = await databaseUrl(sandbox, run)
    await eventually(() => query(url, 'select 1'))
    const stopped = stop(run)
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect((await fetch(`${control}/environment`)).status).toBe(200)
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(await stopped).toBe(0)
  })

  it.each([1, 2])('takes one Ctrl-C for one, also when it arrives %d times at once', async (times) => {
    const sandbox = makeSandbox()
    sandbox.write('drain-ms', '300')
    const run = sandbox.up()
    await sandbox.control(run)
    for (let time = 0; time < times; time++) {
      run.process.kill('SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(await run.exited).toBe(0)
    expect(sandbox.notes().slice(-2)).toEqual(['serve stopped', 'reconcile stopped'])
  })

  it('ends at once at the second Ctrl-C', async () => {
    const sandbox = makeSandbox()
    sandbox.write('drain-ms', '20000')
    const run = sandbox.up()
    await sandbox.control(run)
    run.process.kill('SIGINT')
    await eventually(() => expect(run.output()).toContain('stopping'))
    await new Promise((resolve) => setTimeout(resolve, 600))
    const before = Date.now()
    await stop(run, 'SIGINT')
    expect(Date.now() - before).toBeLessThan(2_000)
  })

  it('writes the ready file once every model answers or cannot, and prints a request that answers', async () => {
    const sandbox = makeSandbox()
    const readyFile = join(sandbox.folder, 'ready.json')
    const run = sandbox.up({ readyFile })
    const { serving, control } = await sandbox.control(run)
    sandbox.status({ head, models: [{ ...model, ready: false, phase: 'Initializing', message: 'loading' }] })
    await eventually(() => expect(run.output()).toContain('Initializing'))
    expect(existsSync(readyFile)).toBe(false)
    const stalled = { ...model, name: 'loans', ready: false, stalled: 'golden row 1 differs', exampleRow: null }
    sandbox.status({ head, settled: true, models: [model, stalled] })
    const ready = await eventually(() => JSON.parse(readFileSync(readyFile, 'utf8')) as unknown)
    expect(ready).toEqual({
      serving,
      grpc: '127.0.0.1:4711',
      control,
      models: { 'flight-delay': 'Ready', loans: 'Stalled: golden row 1 differs' },
    })
    const line = /try: (.*)/.exec(run.output())?.[1]?.replace('curl -s', 'curl -s -o /dev/null -w %{url}') ?? ''
    expect(line).toContain(`-d '{"rows":[{"carrier":"O'\\''Hare","distance":12.5}]}'`)
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe(`${serving}/v1/models/flight-delay/predict`)
    expect(run.output()).toContain('commit 0123456789ab "Serve the first version" by Ada')
    expect(await stop(run)).toBe(0)
  })

  it('goes on serving when what the control plane says makes no sense', async () => {
    const sandbox = makeSandbox()
    sandbox.write('stand-in-status.json', '{"settled":true}')
    const run = sandbox.up()
    const { serving } = await sandbox.control(run)
    await eventually(() => expect(run.output()).toContain('the status cannot be shown'))
    expect((await fetch(`${serving}/environment`)).status).toBe(200)
    expect(await stop(run)).toBe(0)
  })

  it('removes the ready file of an earlier run first', async () => {
    const sandbox = makeSandbox()
    sandbox.write('ready.json', '{}')
    const run = sandbox.up({ readyFile: join(sandbox.state, 'ready.json') })
    await sandbox.control(run)
    expect(existsSync(join(sandbox.state, 'ready.json'))).toBe(false)
    expect(await stop(run)).toBe(0)
  })

  it('uses the database that it is given, and starts none', async () => {
    const database = await createTestDatabase()
    const sandbox = makeSandbox()
    const run = sandbox.up({}, { DATABASE_URL: database.url })
    expect(await databaseUrl(sandbox, run)).toBe(database.url)
    expect(existsSync(join(sandbox.state, 'postgres'))).toBe(false)
    expect(await stop(run)).toBe(0)
    await database.drop()
  })

  it('hides its state from git', async () => {
    const sandbox = makeSandbox()
    const run = sandbox.up()
    await sandbox.control(run)
    expect(execFileSync('git', ['-C', sandbox.repository, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('')
    expect(await stop(run)).toBe(0)
  })

  it('says when a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const run = makeSandbox().up({ port })
    expect(await run.exited).toBe(1)
    expect(run.output()).toContain(`port ${port} of 127.0.0.1 is taken by another program`)
    server.close()
  })

  it('says when there is no repository, with exit code 2', async () => {
    const sandbox = makeSandbox()
    const run = sandbox.up({ repository: sandbox.folder })
    expect(await run.exited).toBe(2)
    expect(run.output()).toContain('expected a git repository, found none')
  })

  it('ends with one clear message when the data folder is of another major version', async () => {
    const sandbox = makeSandbox()
    const first = sandbox.up()
    const url = await databaseUrl(sandbox, first)
    await eventually(() => query(url, 'select 1'))
    expect(await stop(first)).toBe(0)
    const owner = statSync(join(sandbox.state, 'postgres/data')).uid
    execFileSync('sh', ['-c', `echo 16 > '${sandbox.state}/postgres/data/PG_VERSION'`])
    expect(isRoot() ? owner : process.getuid?.()).toBe(owner)
    const second = sandbox.up()
    expect(await second.exited).toBe(1)
    expect(second.output()).toContain('was made by Postgres 16, and this is Postgres 18')
  })
})
