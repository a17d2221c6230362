/** What gates refuse on a real installation: it is told before and after the merge, takes nothing away, and stops nobody else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelStatus } from '../../reconciler/core/status.ts'
import { predictFlight } from './support/clients.ts'
import { Installation } from './support/installation.ts'
import {
  createJudgedExample,
  editedVersion,
  gateAtLeast,
  hostileVersion,
  judgedVersion,
  serveAtOnce,
  serveLoans,
  unprovenVersion,
  waiveUntil,
} from './support/judged-flights.ts'
import { eventsOf, readProvenHistory } from './support/outcome.ts'
import { eventually } from '../support/eventually.ts'
import { runGit } from '../support/git-repositories.ts'

let installation: Installation

beforeAll(async () => {
  installation = new Installation({ create: createJudgedExample })
  await installation.start()
})

afterAll(async () => {
  await installation.end()
})

type Files = Readonly<Record<string, string>>

const bad = { auc: 0.55 }
const good = { auc: 0.7 }
const failed = 'quality, roc_auc at least: failed: roc_auc is 0.55 (0.53 to 0.57): beyond >= 0.6'

/** Merges files that ask for a version, and gives what becomes of the model once the commit is applied. */
async function merge(files: Files, message: string): Promise<ModelStatus> {
  await installation.untilSettled(installation.commit(files, message))
  return installation.model()
}

/** What `plan` says of a branch, before it is merged. */
async function planOf(files: Files): Promise<{ readonly code: number; readonly output: string }> {
  const { repository } = installation
  runGit(repository, 'switch', '--quiet', '--create', 'proposal')
  installation.commit(files, 'Propose')
  runGit(repository, 'switch', '--quiet', 'main')
  const planned = await installation.cliInRepository('plan', '--ref', 'proposal')
  runGit(repository, 'branch', '--quiet', '-D', 'proposal')
  return planned
}

const servedVersion = async () => (await predictFlight(installation.control.serving, 'a')).version
const eventsOfFlights = async () => eventsOf(await readProvenHistory(installation))
const stalledOf = ({ conditions }: ModelStatus) => conditions.find(({ type, status }) => type === 'Stalled' && status === 'True')
const onlyFirst = ['Started v1=0', 'Succeeded v1=100']

describe('a version that may not go on', () => {
  const asked = { ...judgedVersion(2, bad), ...serveAtOnce(2), ...serveLoans() }

  it('is told by plan before the merge', async () => {
    const { code, output } = await planOf(asked)
    expect(code).toBe(1)
    expect(output).toContain(failed)
    expect(output).toContain('GateFailed')
  })

  it('stays out when its gate fails, while others roll on; status and up say why', async () => {
    const model = await merge(asked, 'Serve version 2')
    expect(model).toMatchObject({ ready: true, stableVersion: 1 })
    expect(stalledOf(model)).toMatchObject({ reason: 'GateFailed', message: expect.stringContaining(failed) as unknown })
    expect(await servedVersion()).toBe(1)
    expect(await installation.model('loan-approval')).toMatchObject({ ready: true, phase: 'Succeeded', stableVersion: 1 })
    expect(await eventsOfFlights()).toEqual(onlyFirst)
    const status = await installation.cli('status', '--state', installation.state)
    expect(status.output).toContain(failed)
    await eventually(() => expect(installation.output).toContain(failed))
  })

  it.each([
    ['its evidence was edited', editedVersion(2, bad, good), 'EvidenceMismatch', /changed after it was made: expected the digest sha256:\w+, found sha256:/],
    ['it was trained and has no evidence', unprovenVersion(2), 'EvidenceMissing', /no evidence that quality could be judged by/],
    ['its evidence is of wrong types', hostileVersion(2), 'EvidenceMismatch', /its evidence can not be read: expected digest/],
    ['its waiver has expired', { ...judgedVersion(2, bad), ...waiveUntil('2024-01-01') }, 'GateFailed', /the waiver until-summer ended at 2024-01-01T00:00:00Z/],
  ])('stays out when %s', async (title, files, reason, message) => {
    const planned = await planOf(files)
    expect(planned).toMatchObject({ code: 1, output: expect.stringContaining(reason) as unknown })
    const model = await merge(files, title)
    expect(stalledOf(model)).toMatchObject({ reason, message: expect.stringMatching(message) as unknown })
    expect(model).toMatchObject({ ready: true, stableVersion: 1 })
    expect(await servedVersion()).toBe(1)
    expect(await eventsOfFlights()).toEqual(onlyFirst)
  }) // prettier-ignore
})

describe('what lets it go on', () => {
  it('is a waiver that holds', async () => {
    expect(await planOf(waiveUntil('2999-01-01'))).toMatchObject({ code: 0 })
    const model = await merge(waiveUntil('2999-01-01'), 'Waive')
    expect(model).toMatchObject({ phase: 'Succeeded', stableVersion: 2 })
    expect(stalledOf(model)).toBeUndefined()
    expect(await servedVersion()).toBe(2)
    expect(await eventsOfFlights()).toEqual([...onlyFirst, 'Started v1=100 v2=0', 'Succeeded v2=100'])
  })

  it('is a later commit with a version that passes', async () => {
    const refused = await merge({ ...judgedVersion(3, bad), ...serveAtOnce(3) }, 'Serve version 3')
    expect(stalledOf(refused)).toMatchObject({ reason: 'GateFailed' })
    expect(await servedVersion()).toBe(2)
    expect(await merge(judgedVersion(3, good), 'Serve a better version 3')).toMatchObject({ stableVersion: 3 })
    expect(await servedVersion()).toBe(3)
  })
})

describe('a gate that is tightened', () => {
  it('takes nothing away that serves, and leaves the way back open', async () => {
    const before = await eventsOfFlights()
    const model = await merge(gateAtLeast(0.9), 'Tighten the gate')
    expect(model).toMatchObject({ ready: true, stableVersion: 3 })
    expect(stalledOf(model)).toBeUndefined()
    expect(await servedVersion()).toBe(3)
    expect(await eventsOfFlights()).toEqual(before)
    expect(await merge(serveAtOnce(1), 'Go back to version 1')).toMatchObject({ phase: 'Succeeded', stableVersion: 1 })
    expect(await servedVersion()).toBe(1)
  })
})
