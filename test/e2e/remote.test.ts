/** A remote over HTTP: pushes are followed, whatever happens to the remote serving goes on, history and tags arrive there. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createBareClone, runGit } from '../support/git-repositories.ts'
import { type GitServer, serveGit } from '../support/git-http-server.ts'
import { countVersions, PatientClient, predictFlight } from './support/clients.ts'
import { type FlightVersion, serveFlights } from './support/example.ts'
import { conditionOf, Installation } from './support/installation.ts'
import { eventsOf, proveLines, readBranch } from './support/outcome.ts'
import { eventually } from '../support/eventually.ts'
import { pause } from './support/processes.ts'

let installation: Installation
let remote: string
let server: GitServer
let client: PatientClient

beforeAll(async () => {
  installation = new Installation()
  remote = createBareClone(installation.repository, join(installation.folder, 'remote.git'))
  server = await serveGit(remote)
  installation.follow(server.url)
  await installation.start()
  client = new PatientClient(installation)
})

afterEach(() => server.behave('none'))

afterAll(async () => {
  await client.stop()
  await installation.end()
  await server.stop()
})

/** Commits in the clone beside the remote, and pushes. */
function push(version: FlightVersion, message: string, hold = '1s'): string {
  const commit = installation.commit(serveFlights(version, { hold }), message)
  runGit(installation.repository, 'push', '--quiet', '--force', remote, 'main')
  return commit
}

function remoteLines(): ReturnType<typeof proveLines> {
  return proveLines(readBranch(remote))
}

describe('a remote', () => {
  it('is followed, and told as soon as it asks for it; history and tags arrive there', async () => {
    const commit = push(2, 'Serve version 2')
    expect(await installation.ask('POST', '/api/v1/reconcile')).toMatchObject({ status: 200, body: { head: commit } })
    await installation.untilSettled(commit)
    await eventually(() => {
      expect(eventsOf(remoteLines()).at(-1)).toBe('Succeeded v2=100')
      const tags = runGit(remote, 'tag').split('\n')
      expect(tags).toEqual(
        expect.arrayContaining(['flight-delay#production#1', 'flight-delay#production#2', 'flight-delay@v2.0.0']),
      )
    })
    runGit(remote, 'fsck', '--strict', '--no-dangling')
  })

  it.each([
    ['answers with errors', 500],
    ['cuts its answers', 'cut'],
    ['truncates its answers', 'truncate'],
    ['does not know us', 401],
  ] as const)('that %s: the status says so, serving goes on, and it recovers by itself', async (_what, how) => {
    const { stableVersion } = await installation.model()
    const next = stableVersion === 2 ? 1 : 2
    server.behave(how)
    const commit = push(next, `Serve version ${next} while the remote is ill`)
    await installation.until((status) => conditionOf(status, 'SourceReady').startsWith('False'))
    expect(await predictFlight(installation.control.serving, 'a')).toMatchObject({ version: stableVersion })
    server.behave('none')
    const status = await installation.untilSettled(commit)
    expect(conditionOf(status, 'SourceReady')).toBe('True Read')
  })

  it('that hangs holds up neither predictions nor the admin API', async () => {
    server.behave('hang')
    await pause(1_000)
    const startedMs = Date.now()
    await installation.status()
    expect(Date.now() - startedMs).toBeLessThan(3_000)
    expect(await countVersions(installation.control.serving, 20)).toBeDefined()
    server.behave('none')
    server.hangUp()
    await installation.until((status) => conditionOf(status, 'SourceReady').startsWith('True'))
  })

  it('whose branch was rewritten is followed to the new line', async () => {
    runGit(installation.repository, 'reset', '--quiet', '--hard', 'HEAD~2')
    const commit = push(3, 'Serve version 3 on another line')
    await installation.untilSettled(commit)
    expect(await predictFlight(installation.control.serving, 'a')).toMatchObject({ version: 3 })
  })

  it('that cannot be pushed to for a while: no weight grows until it is back', async () => {
    server.behave('push-500')
    const commit = push(1, 'Serve version 1 when it can be written down', '8d')
    // Version 1 was stable a moment ago: going back needs no steps, and is not written down either.
    await installation.until((status) => conditionOf(status, 'HistoryDurable') === 'False Behind')
    await pause(1_500)
    expect(await countVersions(installation.control.serving, 30)).toEqual({ 3: 30 })
    server.behave('none')
    await installation.untilSettled(commit)
    await eventually(async () => expect(await countVersions(installation.control.serving, 30)).toEqual({ 1: 30 }))
    await eventually(() => expect(eventsOf(remoteLines()).at(-1)).toBe('Succeeded v1=100'))
  })

  it('that permits no pushes: rollouts go on from Postgres, and the status says so', async () => {
    server.behave('push-403')
    const before = remoteLines().length
    const commit = push(2, 'Serve version 2 without writing it down')
    const status = await installation.untilSettled(commit)
    expect(conditionOf(status, 'HistoryDurable')).toBe('False NotPermitted')
    expect(await countVersions(installation.control.serving, 30)).toEqual({ 2: 30 })
    expect(remoteLines()).toHaveLength(before)
  })

  it('has cost no client an answer', async () => {
    await client.stop()
    expect(client.wrong).toEqual([])
    expect(client.outages).toEqual([])
  })

  it('that is gone when up starts again: what served before serves, and it catches up later', async () => {
    await installation.stop()
    server.behave(500)
    installation.launch()
    await eventually(async () => {
      expect(await countVersions(installation.control.serving, 20)).toEqual({ 2: 20 })
      expect(conditionOf(await installation.status(), 'SourceReady')).toMatch(/^False/)
    })
    const commit = push(1, 'Serve version 1 while nobody looks')
    server.behave('none')
    await installation.untilSettled(commit)
    expect(await countVersions(installation.control.serving, 20)).toEqual({ 1: 20 })
    await eventually(() => expect(eventsOf(remoteLines()).at(-1)).toBe('Succeeded v1=100'))
  })
})
