/** Postgres goes away, comes back, and is lost for good: predictions go on, and a clone brings the rest back. */
import { existsSync, rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { removeEmbeddedPostgres } from '../../reconciler/database/embedded/start-embedded.ts'
import { countVersions, PatientClient, predictFlight } from './support/clients.ts'
import { mendGoldenRow, serveFlights, spoilGoldenRow } from './support/example.ts'
import { Installation } from './support/installation.ts'
import { eventsOf, readBranch, readProvenHistory } from './support/outcome.ts'
import { eventually } from '../support/eventually.ts'
import { pause } from './support/processes.ts'

let installation: Installation

beforeAll(async () => {
  installation = new Installation()
  await installation.start()
})

afterAll(() => installation.end())

describe('with Postgres away for a while', () => {
  let client: PatientClient

  afterEach(async () => {
    await client.stop()
    expect(client.wrong).toEqual([])
    expect(client.outages).toEqual([])
  })

  it.each([
    ['stopped', 'SIGTERM', 2],
    ['stopped at once', 'SIGQUIT', 1],
    ['killed', 'SIGKILL', 2],
  ] as const)('%s, it is started again, and what was committed meanwhile is applied', async (_how, signal, version) => {
    client = new PatientClient(installation)
    expect(installation.signal('postgres', signal)).toBe(true)
    const commit = installation.commit(serveFlights(version), `Serve version ${version}`)
    await installation.untilSettled(commit)
    expect(await countVersions(installation.control.serving, 10)).toEqual({ [version]: 10 })
    await readProvenHistory(installation)
  })

  it('frozen, it is waited for, and serving does not notice', async () => {
    client = new PatientClient(installation)
    const pid = installation.pid('postgres') ?? 0
    const backends = installation.databaseProcesses()
    for (const each of [pid, ...backends]) process.kill(each, 'SIGSTOP')
    const commit = installation.commit(serveFlights(1), 'Serve version 1 when Postgres wakes up')
    const before = client.answered
    await pause(3_000)
    expect(client.answered).toBeGreaterThan(before + 20)
    // A process that lives says so, whatever its database does.
    expect((await installation.ask('GET', '/health/live')).status).toBe(200)
    for (const each of [pid, ...backends]) process.kill(each, 'SIGCONT')
    await installation.untilSettled(commit)
  })
})

describe('with Postgres lost for good', () => {
  it('the clone brings back what succeeded, and what was refused stays refused', async () => {
    const good = installation.commit(serveFlights(1), 'Serve version 1 again')
    await installation.untilSettled(good)
    const bad = installation.commit({ ...serveFlights(3), ...spoilGoldenRow() }, 'Serve a wrong version 3')
    await installation.untilSettled(bad)
    expect(await installation.model()).toMatchObject({ phase: 'RolledBack', stableVersion: 1 })
    const before = await readProvenHistory(installation)
    await installation.stop()
    await removeEmbeddedPostgres(installation.state)

    await installation.start()
    expect(await countVersions(installation.control.serving, 50)).toEqual({ 1: 50 })
    await installation.untilSettled(bad)
    const model = await installation.model()
    expect(model).toMatchObject({ ready: true, phase: 'RolledBack', stableVersion: 1 })
    expect(model.stalled).toMatch(/row 0.*expected.*found/)
    expect((await readProvenHistory(installation)).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash))

    const retried = await installation.cli('retry', 'flight-delay', '--reason', 'look again', '--state', installation.state)
    expect(retried.code).toBe(0)
    await eventually(async () => {
      const events = eventsOf(await readProvenHistory(installation)).slice(-2)
      expect(events).toEqual([expect.stringMatching(/^Retried/), expect.stringMatching(/^RolledBack v1=100/)])
    })
  })

  it('and the whole state folder too, a rollout under way begins again from what succeeded', async () => {
    await installation.untilSettled(installation.commit(serveFlights(1), 'Serve version 1 once more'))
    installation.commit({ ...serveFlights(3, { hold: '8d' }), ...mendGoldenRow() }, 'Serve version 3, slowly')
    await installation.untilHeld(3)
    const before = await readProvenHistory(installation)
    await installation.stop()
    await removeEmbeddedPostgres(installation.state)
    rmSync(installation.state, { recursive: true })
    expect(existsSync(installation.state)).toBe(false)

    await installation.start()
    expect(await predictFlight(installation.control.serving, 'a')).toMatchObject({
      variant: expect.stringMatching(/stable|canary/) as unknown,
    })
    await installation.untilHeld(3)
    const after = await readProvenHistory(installation)
    expect(after.slice(0, before.length).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash))
    expect(eventsOf(after.slice(before.length))).toEqual([
      'Recovered v1=100',
      expect.stringMatching(/^Started v1=100 v3=0/),
      'StepReached v3=5 v1=95',
    ])
    expect(readBranch(installation.repository)).toHaveLength(after.length)
  })
})

describe('with everything else gone', () => {
  it('serving goes on, and starts again from disk without a database', async () => {
    await installation.untilSettled(installation.commit(serveFlights(2), 'Serve version 2 for good'))
    const { serving } = installation.control
    const servePid = installation.pid('serve')
    // A frozen supervisor starts nothing again.
    const victims = (['reconcile', 'postgres'] as const).map((victim) => installation.pid(victim))
    installation.signal('up', 'SIGSTOP')
    for (const pid of victims) process.kill(pid ?? 0, 'SIGKILL')
    await pause(1_000)
    expect(await countVersions(serving, 50)).toEqual({ 2: 50 })
    expect((await fetch(`${serving}/v2/health/ready`)).status).toBe(200)
    process.kill(servePid ?? 0, 'SIGKILL')

    const alone = await installation.serveAlone()
    try {
      await eventually(async () => expect(await countVersions(alone.url, 20)).toEqual({ 2: 20 }))
      // The other model may be loaded a moment later.
      await eventually(async () => expect((await fetch(`${alone.url}/v2/health/ready`)).status).toBe(200))
    } finally {
      await alone.stop()
    }
  })
})
