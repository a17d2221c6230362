/** mainward history and history verify on real clones. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digestValue } from '../../reconciler/core/digest.ts'
import type { HistoryLine } from '../../reconciler/core/history-line.ts'
import { buildLine, type ChainTip, emptyChain, writeLine } from '../../reconciler/governance/history-chain.ts'
import { type ControlServer, startControlServer, writeControlFile } from '../support/control-server.ts'
import { commitFiles, createRepository, removeFolder, runGit, temporaryFolder } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'

const release = digestValue('release')

function state(rollout: string, version: number, at: string): HistoryLine['state'] {
  const arm = { name: 'stable', release, version, weight: 100 }
  const traffic = { strategy: 'canary', seed: 's', coverage: 100, unit: null, arms: [arm], defaultArm: 'stable' } as const
  return {
    rollout,
    target: release,
    phase: 'Succeeded',
    step: -1,
    traffic,
    stable: { release, version },
    formerStables: [],
    rejections: [],
    promotions: version,
    startedAt: at,
    stepStartedAt: at,
    reason: 'Succeeded',
    message: '',
  }
}

/** Versions 1 to `count` of flight-delay, a minute apart from 10:00 on. */
function chain(environment: string, count: number): readonly string[] {
  const texts: string[] = []
  let tip: ChainTip = emptyChain
  for (let version = 1; version <= count; version += 1) {
    const at = `2026-01-01T10:0${version}:00.000Z`
    const line = buildLine(tip, {
      environment,
      at,
      rollout: 'flight-delay',
      event: 'Succeeded',
      commit: String(version).repeat(40),
      by: { kind: 'reconciler', name: 'host' },
      reason: 'Succeeded',
      message: `version ${version} serves`,
      state: state('flight-delay', version, at),
      releases: {},
    })
    texts.push(writeLine(line))
    tip = { sequence: line.sequence, hash: line.hash }
  }
  return texts
}

function fileOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

let folder: string
const lines = chain('production', 3)

/** Commits these files as the branch mainward/history, and goes back to main. */
function writeBranch(files: Readonly<Record<string, string>>): void {
  runGit(folder, 'checkout', '--quiet', '--orphan', 'mainward/history')
  runGit(folder, 'rm', '-r', '--quiet', '--force', '--ignore-unmatch', '.')
  commitFiles(folder, files, 'History')
  runGit(folder, 'checkout', '--quiet', 'main')
}

beforeEach(() => {
  folder = createRepository()
  commitFiles(folder, { 'README.md': 'x' })
})

afterEach(() => removeFolder(folder))

describe('mainward history verify', () => {
  it('proves every environment, and prints the tip', async () => {
    writeBranch({ 'production.jsonl': fileOf(lines), 'staging.jsonl': fileOf(chain('staging', 1)), 'notes.txt': 'x' })
    const { code, output } = await runCommand(folder, ['history', 'verify'])
    const tip = (JSON.parse(lines[2] ?? '') as HistoryLine).hash
    expect(code).toBe(0)
    expect(output).toMatch(/^refs\/heads\/mainward\/history \(commit [0-9a-f]{12}\)\n/)
    expect(output).toContain(`production: 3 lines, proven; tip ${tip}\n`)
    expect(output).toContain('staging: 1 line, proven; tip sha256:')
  })

  it('needs nothing but a clone', async () => {
    writeBranch({ 'production.jsonl': fileOf(lines) })
    const clone = `${temporaryFolder()}/clone`
    runGit(folder, 'clone', '--quiet', folder, clone)
    removeFolder(folder)
    const { code, output } = await runCommand(clone, ['history', 'verify', '--json'])
    const shown = await runCommand(clone, ['history', 'flight-delay'])
    removeFolder(clone)
    expect(code).toBe(0)
    expect(JSON.parse(output)).toMatchObject({
      ref: 'refs/remotes/origin/mainward/history',
      valid: true,
      environments: [{ environment: 'production', valid: true, lines: 3 }],
    })
    expect(shown.output).toContain('version 3 serves')
  })

  const [first = '', second = '', third = ''] = lines
  const foreign = chain('staging', 3)
  it.each([
    ['a changed line', [first, second.replace('version 2 serves', 'version 9 serves'), third], 2, 'the content has the hash'],
    ['a removed line', [first, third], 2, 'expected sequence 2, found 3'],
    ['a missing beginning', [second, third], 1, 'expected sequence 1, found 2'],
    ['lines in another order', [first, third, second], 2, 'expected sequence 2, found 3'],
    ['a line twice', [first, first, second], 2, 'expected sequence 2, found 1'],
    ['a line of another environment', [first, second, foreign[2] ?? ''], 3, 'expected environment production, found staging'],
    ['a line of another chain', [first, chain('production', 2)[1]?.replace(/"at":"[^"]*"/, '"at":"2026-02-01T00:00:00.000Z"') ?? ''], 2, 'the content has the hash'], // prettier-ignore
    ['an empty line', [first, '', second], 2, 'expected one JSON object'],
    ['half a line', [first, second.slice(0, 40)], 2, 'expected one JSON object'],
    ['no line at all', [], 1, 'expected at least one line, found none'],
  ])('finds %s', async (_, broken, line, message) => {
    writeBranch({ 'production.jsonl': fileOf(broken), 'staging.jsonl': fileOf(chain('staging', 1)) })
    const { code, output } = await runCommand(folder, ['history', 'verify'])
    expect(code).toBe(1)
    expect(output).toContain(`production: broken at line ${line}: ${message}`)
    expect(output).toContain('staging: 1 line, proven')
    const shown = await runCommand(folder, ['history'])
    if (broken.length > 0) expect(shown).toMatchObject({ code: 1, output: '' })
  })

  it.each([
    ['prodution', 'did you mean production?; '],
    ['typo', 'it has production, staging; '],
  ])('says which environments there are for %s', async (environment, named) => {
    writeBranch({ 'production.jsonl': fileOf(lines), 'staging.jsonl': fileOf(chain('staging', 1)) })
    const { code, errors } = await runCommand(folder, ['history', 'verify', '--environment', environment])
    const hint = `${named}nothing removes a file from this branch: where there was one, compare it with another clone`
    expect([code, errors]).toEqual([
      1,
      `error: there is no history of ${environment} on refs/heads/mainward/history\nhint: ${hint}\n`,
    ])
  })

  it('says when there is no branch, or nothing on it', async () => {
    expect(await runCommand(folder, ['history', 'verify'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('there is no branch mainward/history') as string,
    })
    writeBranch({ 'README.md': 'nothing' })
    expect(await runCommand(folder, ['history', 'verify'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('there is no history on refs/heads/mainward/history') as string,
    })
  })
})

describe('mainward history', () => {
  beforeEach(() => writeBranch({ 'production.jsonl': fileOf(lines) }))

  it('lists every change, the oldest first', async () => {
    const { code, output } = await runCommand(folder, ['history'])
    expect(code).toBe(0)
    expect(
      output
        .split('\n')
        .slice(1, 4)
        .map((line) => line.slice(0, 23)),
    ).toEqual(['2026-01-01 10:01:00.000', '2026-01-01 10:02:00.000', '2026-01-01 10:03:00.000'])
  })

  it.each([
    ['2026-01-01T10:02:30Z', 2],
    ['2026-01-01 10:02', 2],
    ['2026-01-01T12:02:30+02:00', 2],
    ['2026-01-02', 3],
  ])('answers what was served at %s', async (at, version) => {
    const { output } = await runCommand(folder, ['history', 'flight-delay', '--at', at, '--json'])
    const { served } = JSON.parse(output) as { served: { arms: { version: number }[] }[] }
    expect(served.map(({ arms }) => arms[0]?.version)).toEqual([version])
  })

  it('is read from the reconciler near here, and proven', async () => {
    const newer = chain('production', 4)
    const servers: ControlServer[] = []
    for (const texts of [newer, [newer[0]?.replace('version 1', 'version 7') ?? '', ...newer.slice(1)]]) {
      const answer = { environment: 'production', lines: texts, pushed: 3 }
      servers.push(await startControlServer({ '/api/v1/history': answer }))
    }
    writeControlFile(folder, servers[0]?.url ?? '')
    expect((await runCommand(folder, ['history'])).output).toContain('version 4 serves')
    writeControlFile(folder, servers[1]?.url ?? '')
    expect(await runCommand(folder, ['history'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('history of production, line 1: the content has the hash') as string,
    })
    await Promise.all(servers.map((server) => server.stop()))
    const alone = await runCommand(folder, ['history'])
    expect([alone.code, alone.errors]).toEqual([0, expect.stringContaining('reading the branch mainward/history')])
  })

  it.each([
    [['history', '--at', 'yesterday'], 2, 'expected a time in ISO 8601, found yesterday'],
    [['history', 'flight-dely'], 2, 'did you mean flight-delay?'],
    [['history', '--environment', 'prodution'], 1, 'did you mean production?'],
  ])('is used wrongly by %j', async (argv, code, message) => {
    const found = await runCommand(folder, argv)
    expect([found.code, found.errors]).toEqual([code, expect.stringContaining(message)])
  })
})
