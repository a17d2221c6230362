/** Everything that lasts of a run, without times, so that two runs compare. Proves on the way that it is whole. */
import { compareText } from '../../../reconciler/core/finding.ts'
import type { HistoryLine } from '../../../reconciler/core/history-line.ts'
import { verifyChain } from '../../../reconciler/governance/history-chain.ts'
import { runGit } from '../../support/git-repositories.ts'
import type { Installation } from './installation.ts'
import { eventually } from '../../support/eventually.ts'

export interface Outcome {
  /** Lines of each rollout in their order; rollouts do not wait for each other. */
  readonly history: readonly string[]
  readonly rollouts: string
  readonly routes: string
  readonly tags: readonly string[]
}

/** Throws when the chain is broken, the branch differs from Postgres, or git finds fault with the repository. */
export async function readOutcome(installation: Installation): Promise<Outcome> {
  const lines = await readProvenHistory(installation)
  runGit(installation.repository, 'fsck', '--strict', '--no-dangling')
  const { observed } = (await installation.ask('GET', '/api/v1/observed')).body as { observed: { states: readonly unknown[] } }
  const { routes } = (await installation.ask('GET', '/api/v1/serving-state')).body as { routes: readonly unknown[] }
  const tags = runGit(installation.repository, 'for-each-ref', '--format=%(refname:short) %(*objectname)', 'refs/tags')
  const comparable = createComparable(installation.repository)
  return {
    history: [...lines]
      .sort((a, b) => compareText(a.rollout, b.rollout) || a.sequence - b.sequence)
      .map(({ rollout, event, reason, message, commit, by, state }) =>
        comparable({ rollout, event, reason, message, commit, by, state }),
      ),
    rollouts: comparable(observed.states),
    routes: comparable(routes),
    tags: tags.split('\n').map(comparable),
  }
}

/** The lines, once the branch has all of them. */
export async function readProvenHistory(installation: Installation): Promise<readonly HistoryLine[]> {
  return proveLines(await eventually(() => readEqualHistory(installation)))
}

async function readEqualHistory(installation: Installation): Promise<readonly string[]> {
  const { lines: texts } = (await installation.ask('GET', '/api/v1/history')).body as { lines: readonly string[] }
  const branch = readBranch(installation.repository)
  if (JSON.stringify(branch) !== JSON.stringify(texts)) throw new Error(`branch ${branch.length}, Postgres ${texts.length} lines`)
  return texts
}

export function readBranch(repository: string): readonly string[] {
  return runGit(repository, 'show', 'mainward/history:production.jsonl').split('\n')
}

export function proveLines(texts: readonly string[]): readonly HistoryLine[] {
  const verdict = verifyChain(texts, 'production')
  if (!verdict.valid) throw new Error(`the history is broken: ${verdict.broken.message}`)
  return verdict.lines
}

/** `ROLLOUT EVENT` of every line, for reading. */
export function eventsOf(lines: readonly HistoryLine[], rollout = 'flight-delay'): readonly string[] {
  return lines.filter((line) => line.rollout === rollout).map(({ event, state }) => `${event} ${describeTraffic(state)}`.trim())
}

function describeTraffic(state: HistoryLine['state']): string {
  return (state?.traffic.arms ?? []).map(({ version, weight }) => `v${version}=${weight}`).join(' ')
}

/** Text without times, and with the subjects of commits in place of their ids. */
function createComparable(repository: string): (value: unknown) => string {
  const subjects = new Map(
    runGit(repository, 'log', '--format=%H %s', 'main')
      .split('\n')
      .map((line): [string, string] => [line.slice(0, 40), line.slice(41)]),
  )
  return (value) =>
    (typeof value === 'string' ? value : JSON.stringify(value, null, 1))
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
      .replaceAll(/\b[0-9a-f]{40}\b/g, (commit) => subjects.get(commit) ?? commit)
}
