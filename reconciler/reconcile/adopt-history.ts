/** The stage that brings Postgres and the history branch together at the start of a leadership: a lost database is rebuilt from the clone. */
import { messageOf, MainwardError } from '../core/error.ts'
import { readChain } from '../governance/history-chain.ts'
import { recoverFromHistory } from '../governance/history-recovery.ts'
import { recoverState } from '../rollout/recover.ts'
import { type Instant, toInstant } from '../core/clock.ts'
import type { HistoryLine } from '../core/history-line.ts'
import { ensureRollouts, forgetRollouts, writeTransition } from './rollout-cache.ts'
import type { Pass } from './stages.ts'

/** Once per leadership. Lines that only the branch has are imported; lines that only Postgres has are pushed later. */
export async function adoptHistory(pass: Pass): Promise<void> {
  const { memory, ports, settings, log } = pass
  if (memory.historyAdopted) return
  const texts = await ports.historyBranch.readLines(settings.environment)
  const { lines } = readChain(texts, settings.environment)
  const stored = await ports.history.readAfter(0)
  const common = Math.min(stored.length, texts.length)
  for (let index = 0; index < common; index += 1) {
    if (stored[index]?.line !== texts[index]) throw diverged(settings.environment, index + 1)
  }
  if (texts.length > stored.length) {
    const recovered = recoverFromHistory(lines)
    forgetRollouts(memory)
    await ports.history.importLines(memory.epoch, lines.slice(stored.length), recovered)
    log.info(
      { lines: texts.length - stored.length, rollouts: recovered.states.length },
      'took the history over from the branch mainward/history',
    )
    await recoverRollouts(pass)
  } else if (stored.length > 0) {
    await ports.history.markPushed(memory.epoch, common)
  }
  memory.durability = { status: 'durable' }
  memory.historyAdopted = true
}

/** Whatever was under way when the database was lost begins again; until then the last succeeded release serves. */
async function recoverRollouts(pass: Pass): Promise<void> {
  const { wallMs } = pass
  for (const { state } of [...(await ensureRollouts(pass)).values()]) {
    const recovered = recoverState(state, wallMs)
    if (recovered === 'unchanged') continue
    await writeTransition(pass, {
      rollout: state.rollout,
      event: recovered === null ? 'Removed' : 'Recovered',
      state: recovered,
      releases: [],
      commit: pass.memory.desired?.commit ?? pass.memory.reading?.info.commit ?? '',
      at: toInstant(wallMs),
      by: { kind: 'reconciler', name: 'reconciler' },
      reason: 'Recovered',
      message: 'rebuilt from the history branch; what had not succeeded begins again',
      tag: null,
      command: null,
    })
  }
}

function diverged(environment: string, line: number): MainwardError {
  return new MainwardError('history-broken', `history of ${environment}: line ${line} on the branch differs from Postgres`, {
    hint: 'two reconcilers wrote different histories, or one was rewritten; keep the branch that verifies, and empty the database or the branch',
  })
}

/** Pushes the lines that the branch lacks. A refusal by permission is remembered, not repeated on every pass. */
export async function pushHistory(pass: Pass): Promise<void> {
  const { memory, ports, settings } = pass
  if (!memory.historyAdopted || memory.durability.status === 'refused') return
  const pushed = await ports.history.readPushed()
  const lines = await ports.history.readAfter(pushed)
  const last = lines.at(-1)
  if (last === undefined) {
    memory.durability = { status: 'durable' }
    return
  }
  try {
    const texts = lines.map(({ line }) => line)
    await ports.historyBranch.appendLines({
      environment: settings.environment,
      expectedCount: pushed,
      lines: texts,
      ...describeCommit(texts.map((text) => JSON.parse(text) as HistoryLine)),
    })
    await ports.history.markPushed(memory.epoch, last.sequence)
    memory.durability = { status: 'durable' }
  } catch (thrown) {
    if (!(thrown instanceof MainwardError)) throw thrown
    const status =
      thrown.code === 'git-rejected'
        ? 'refused'
        : thrown.code === 'conflict' || thrown.code === 'history-broken'
          ? 'broken'
          : 'behind'
    memory.durability = { status, message: messageOf(thrown) }
    // Somebody else changed the branch: it is compared with Postgres anew before anything else is decided.
    if (thrown.code === 'conflict') memory.historyAdopted = false
    if (status !== 'refused') throw thrown
  }
}

/** What the branch's log says. The time is that of the last line: the same lines give the same commit. */
function describeCommit(lines: readonly HistoryLine[]): { readonly message: string; readonly time: Instant } {
  const sentences = lines.map(({ rollout, event, message }) => `${rollout} ${event}: ${message}`)
  const [first = ''] = sentences
  const { environment = '', at = '' } = lines.at(-1) ?? {}
  const message =
    lines.length === 1 ? `${environment}: ${first}` : `${environment}: ${lines.length} changes\n\n${sentences.join('\n')}`
  return { message, time: at }
}
