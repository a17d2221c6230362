/** Two reconcilers on one repository and database: one leads, the other stands by, and takes over when the first dies or freezes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StatusDocument } from '../../reconciler/core/status.ts'
import { predictFlight } from './support/clients.ts'
import { serveFlights } from './support/example.ts'
import { askControl, type ControlAnswer, Installation, isAtRest, type LoneProcess } from './support/installation.ts'
import { eventsOf, readBranch, proveLines } from './support/outcome.ts'
import { eventually } from '../support/eventually.ts'
import { pause } from './support/processes.ts'

let installation: Installation
let standby: LoneProcess

beforeAll(async () => {
  installation = new Installation()
  await installation.start()
  standby = await installation.standBy(join(installation.folder, 'standby'))
})

afterAll(async () => {
  await standby.stop()
  await installation.end()
})

/** Asks the second reconciler. */
function askStandby(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ControlAnswer> {
  const token = readFileSync(join(installation.folder, 'standby/token'), 'utf8').trim()
  return askControl({ url: standby.url, token }, method, path, body)
}

async function statusOfStandby(): Promise<StatusDocument> {
  return (await askStandby('GET', '/api/v1/status')).body as StatusDocument
}

async function untilStandbySettled(commit: string): Promise<void> {
  await eventually(async () => {
    const status = await statusOfStandby()
    if (status.appliedCommit !== commit || !isAtRest(status))
      throw new Error(`not yet: ${JSON.stringify(status)}\n${standby.log()}`)
  }, 60_000)
}

/** What both say of the leader: its epoch. */
async function epochOf(status: Promise<StatusDocument>): Promise<number> {
  return (await status).leader?.epoch ?? 0
}

it('the second stands by, answers what it is asked, and passes on what only the leader can do', async () => {
  await eventually(async () => expect((await askStandby('GET', '/api/v1/status')).status).toBe(200))
  const mine = await installation.status()
  const theirs = await statusOfStandby()
  expect(theirs).toMatchObject({ leader: mine.leader, appliedCommit: mine.appliedCommit, models: mine.models })
  expect(standby.log()).not.toContain('"leading"')
  installation.commit(serveFlights(2, { hold: '8d' }), 'Serve version 2, slowly')
  expect((await askStandby('POST', '/api/v1/reconcile')).status).toBe(202)
  await installation.untilHeld(2)
  const command = { rollout: 'flight-delay', verb: 'promote', reason: 'asked beside the leader' }
  expect(await askStandby('POST', '/api/v1/commands', command)).toMatchObject({ status: 200, body: { accepted: true } })
  expect(await installation.model()).toMatchObject({ stableVersion: 2 })
})

it('a leader that is killed is followed within seconds', async () => {
  const before = await epochOf(installation.status())
  // A frozen supervisor does not start it again.
  installation.signal('up', 'SIGSTOP')
  installation.signal('reconcile', 'SIGKILL')
  const startedMs = Date.now()
  const commit = installation.commit(serveFlights(1), 'Serve version 1 under another leader')
  await untilStandbySettled(commit)
  expect(Date.now() - startedMs).toBeLessThan(10_000)
  expect(await epochOf(statusOfStandby())).toBe(before + 1)
  expect(await predictFlight(installation.control.serving, 'a')).toMatchObject({ version: 1 })
  installation.signal('up', 'SIGCONT')
  await eventually(async () => expect(await epochOf(installation.status())).toBe(before + 1))
})

it('a leader that freezes is followed after its silence, and writes nothing when it wakes up', async () => {
  // The one beside `up` leads after the last test: back to the one under `up`.
  await standby.stop()
  await eventually(async () =>
    expect((await installation.status()).leader?.holder).toMatch(new RegExp(`/${installation.pid('reconcile')}$`)),
  )
  standby = await installation.standBy(join(installation.folder, 'standby'))
  const before = await epochOf(installation.status())
  installation.commit(serveFlights(3, { hold: '2s' }), 'Serve version 3 while a leader freezes')
  await installation.untilHeld(3)
  installation.signal('reconcile', 'SIGSTOP')
  await eventually(async () => expect(await epochOf(statusOfStandby())).toBe(before + 1), 30_000)
  const commit = installation.commit(serveFlights(3, { hold: '2s' }), 'Change nothing')
  installation.signal('reconcile', 'SIGCONT')
  await untilStandbySettled(installation.commit({}, `Change nothing after ${commit}`))
  await pause(1_500)

  expect(await epochOf(statusOfStandby())).toBe(before + 1)
  expect((await installation.ask('POST', '/api/v1/reconcile')).status).toBe(202)
  expect(installation.log('reconcile')).toContain('standing by')
  const lines = proveLines(readBranch(installation.repository))
  expect(eventsOf(lines).slice(-4)).toEqual([
    expect.stringMatching(/^Started v1=100 v3=0/),
    'StepReached v3=5 v1=95',
    'StepReached v3=25 v1=75',
    'Succeeded v3=100',
  ])
  const { body } = await askStandby('GET', '/api/v1/history')
  expect((body as { lines: string[] }).lines).toEqual(readBranch(installation.repository))
})
