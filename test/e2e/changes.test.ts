/** What people do with commits and commands while predictions are asked for: one installation, changed step by step. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runGit } from '../support/git-repositories.ts'
import { countVersions, PatientClient, predictFlight } from './support/clients.ts'
import {
  breakFlights,
  flightRollout,
  loanRollout,
  mendGoldenRow,
  serveFlights,
  spoilGoldenRow,
  wrongScore,
} from './support/example.ts'
import { conditionOf, Installation, isAtRest } from './support/installation.ts'
import { eventsOf, readBranch, readOutcome, readProvenHistory } from './support/outcome.ts'
import { eventually } from '../support/eventually.ts'
import { readPlainExample } from '../support/plain-example.ts'
import { pause } from './support/processes.ts'

let installation: Installation
let client: PatientClient

beforeAll(async () => {
  installation = new Installation()
  await installation.start()
  client = new PatientClient(installation)
})

afterAll(async () => {
  await client.stop()
  await installation.end()
})

describe('commits on main', () => {
  it('roll a new version out in steps, while every answer is right', async () => {
    const commit = installation.commit(serveFlights(2), 'Serve version 2')
    const early = await installation.until(({ models }) => models.some(({ arms }) => arms.some(({ weight }) => weight === 5)))
    expect(early.appliedCommit).toBe(commit)
    await installation.untilSettled(commit)
    expect(await countVersions(installation.control.serving, 20)).toEqual({ 2: 20 })
    expect(eventsOf(await readProvenHistory(installation))).toEqual([
      'Started v1=0',
      'Succeeded v1=100',
      'Started v1=100 v2=0',
      'StepReached v2=5 v1=95',
      'StepReached v2=25 v1=75',
      'Succeeded v2=100',
    ])
  })

  it('that are broken change nothing, and the status says what is wrong and where', async () => {
    const good = runGit(installation.repository, 'rev-parse', 'HEAD')
    const broken = installation.commit(breakFlights(), 'Break the steps')
    const status = await installation.until(({ head }) => head?.commit === broken)
    expect(status).toMatchObject({ appliedCommit: good, head: { valid: false } })
    const line = readPlainExample(flightRollout)
      .split('\n')
      .findIndex((text) => text.includes('weight: 25'))
    const said = await installation.cli('status', '--state', installation.state)
    expect(said.output).toMatch(new RegExp(`${flightRollout}:${line + 1}:\\d+ +[a-z-]+ `))
    expect(conditionOf(await installation.status(), 'ManifestsValid')).toBe('False Findings')
    expect(await predictFlight(installation.control.serving, 'a')).toMatchObject({ version: 2 })

    await installation.untilSettled(installation.commit(serveFlights(2), 'Mend the steps'))
    expect(await readProvenHistory(installation)).toHaveLength(8)
  })

  it('never give traffic to a version that fails its golden rows, and the status shows row, expected and found', async () => {
    const commit = installation.commit({ ...serveFlights(3), ...spoilGoldenRow() }, 'Serve a version 3 that is wrong')
    const status = await installation.until((now) => now.appliedCommit === commit && isAtRest(now))
    const model = status.models.find(({ name }) => name === 'flight-delay')
    expect(model).toMatchObject({ ready: true, phase: 'RolledBack', stableVersion: 2 })
    expect(model?.stalled).toMatch(/row 0\b/)
    expect(model?.stalled).toContain(String(wrongScore))
    expect(model?.stalled).toMatch(/expected.*found|found.*expected/)
    expect(await countVersions(installation.control.serving, 100)).toEqual({ 2: 100 })

    const retried = await installation.cli('retry', 'flight-delay', '--reason', 'look again', '--state', installation.state)
    expect(retried).toMatchObject({ code: 0 })
    await installation.until(() => eventsOfBranch().filter((event) => event.startsWith('RolledBack')).length === 2)
    expect(eventsOfBranch()).not.toContainEqual(expect.stringMatching(/v3=[1-9]/))
    await installation.untilSettled(installation.commit(serveFlights(2), 'Go back to version 2'))
  })

  it('that suspend a canary freeze it, and lifting that goes on where it stood', async () => {
    const slow = { hold: '4s' }
    installation.commit(serveFlights(1, { hold: '8d' }), 'Forget nothing')
    await installation.until(({ models }) =>
      models.some(({ name, stableVersion }) => name === 'flight-delay' && stableVersion === 1),
    )
    installation.commit({ ...serveFlights(3, slow), ...mendGoldenRow() }, 'Mend its golden rows')
    await installation.untilHeld(3)
    const frozen = installation.commit(serveFlights(3, { ...slow, suspend: true }), 'Freeze')
    const status = await installation.until(({ models }) =>
      models.some(({ conditions }) => conditions.some(({ type }) => type === 'Suspended')),
    )
    expect(status.appliedCommit).toBe(frozen)
    await pause(5_000)
    expect(await installation.model()).toMatchObject({ phase: 'Progressing', step: 0 })
    await installation.untilSettled(installation.commit(serveFlights(3, slow), 'Thaw'))
    expect(eventsOf(await readProvenHistory(installation)).slice(-4)).toEqual([
      expect.stringMatching(/^Started .*v3=0/),
      'StepReached v3=5 v1=95',
      'StepReached v3=25 v1=75',
      'Succeeded v3=100',
    ])
  })

  it('that delete a rollout end its serving, and bring it back', async () => {
    runGit(installation.repository, 'rm', '--quiet', loanRollout)
    await installation.untilSettled(installation.commit({}, 'Remove the loans'))
    expect(await askLoans()).toBe(404)
    await installation.untilSettled(installation.commit({ [loanRollout]: readPlainExample(loanRollout) }, 'Bring the loans back'))
    expect(await askLoans()).toBe(200)
    expect(eventsOf(await readProvenHistory(installation), 'loan-approval').map((event) => event.split(' ')[0])).toEqual([
      'Started',
      'Succeeded',
      'Removed',
      'Started',
      'Succeeded',
    ])
  })

  it('that would leave nothing are refused, unless the project allows it', async () => {
    runGit(installation.repository, 'rm', '--quiet', loanRollout, flightRollout)
    const empty = installation.commit({}, 'Remove everything')
    const status = await installation.until((now) => conditionOf(now, 'Reconciled').startsWith('False'))
    expect(status.head?.commit).toBe(empty)
    expect(JSON.stringify(status.conditions)).toContain('allowEmpty')
    expect(await predictFlight(installation.control.serving, 'a')).toMatchObject({ version: 3 })
    expect(await askLoans()).toBe(200)

    await client.stop()
    const project = readPlainExample('mainward.yaml').replace('spec: {}', 'spec:\n  allowEmpty: true')
    const allowed = installation.commit({ 'mainward.yaml': project }, 'Allow nothing')
    await installation.until(({ appliedCommit, models }) => appliedCommit === allowed && models.length === 0)
    await eventually(async () => expect(await askLoans()).toBe(404))
    const back = {
      ...serveFlights(3),
      [loanRollout]: readPlainExample(loanRollout),
      'mainward.yaml': readPlainExample('mainward.yaml'),
    }
    await installation.untilSettled(installation.commit(back, 'Bring everything back'))
    expect(await predictFlight(installation.control.serving, 'a')).toMatchObject({ version: 3 })
  })

  it('have left answers without a fault, and a history and a repository that are whole', async () => {
    expect(client.wrong).toEqual([])
    expect(client.outages).toEqual([])
    expect(client.answered).toBeGreaterThan(100)
    const { tags } = await readOutcome(installation)
    expect(tags.map((tag) => tag.split(' ')[0])).toEqual(
      expect.arrayContaining([
        'flight-delay@v1.0.0',
        'flight-delay#production#1',
        'flight-delay#production#4',
        'loan-approval#production#1',
      ]),
    )
  })
})

function eventsOfBranch(): readonly string[] {
  return eventsOf(readBranch(installation.repository).map((text) => JSON.parse(text) as never))
}

async function askLoans(): Promise<number> {
  const response = await fetch(`${installation.control.serving}/v1/models/loan-approval/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: [(await readLoanRow()) ?? {}] }),
  })
  await response.arrayBuffer()
  return response.status
}

let loanRow: unknown = null

async function readLoanRow(): Promise<unknown> {
  const { models } = await installation.status()
  loanRow = models.find(({ name }) => name === 'loan-approval')?.exampleRow ?? loanRow
  return loanRow
}

describe('a history', () => {
  it('is proven by a clone alone', async () => {
    const clone = join(installation.folder, 'clone')
    runGit(installation.folder, 'clone', '--quiet', '--mirror', installation.repository, clone)
    expect(await installation.cli('history', 'verify', '--path', clone)).toMatchObject({ code: 0 })
  })
})

describe('a second up', () => {
  it('on the same state folder says who has it', async () => {
    const { repository, state } = installation
    const second = await installation.cli('up', repository, '--state', state, '--port', '0', '--admin-port', '0')
    expect(second.code).toBe(1)
    expect(second.output).toContain(`is in use by process ${installation.pid('up')}`)
  })
})
