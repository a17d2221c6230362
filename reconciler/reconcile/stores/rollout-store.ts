/** Rollouts and their history on Postgres: a transition and everything that follows from it is one transaction. */
import { finishCommand, readOpenCommands } from '../../database/command-queries.ts'
import { addHistoryLine, readHistoryTip } from '../../database/history-queries.ts'
import type { Queryable } from '../../database/queryable.ts'
import {
  addReleases,
  addTags,
  readReleases,
  readRemovedRollouts,
  readRollouts,
  removeRollout,
  writeRollout,
} from '../../database/rollout-queries.ts'
import { buildLine, emptyChain, writeLine } from '../../governance/history-chain.ts'
import type { HistoryLine } from '../../core/history-line.ts'
import type { Digest } from '../../core/digest.ts'
import type { RolloutStore, TransitionWrite } from '../ports.ts'
import { fencedWrite, type StorePlace } from './fenced-write.ts'

export function createRolloutStore(place: StorePlace): RolloutStore {
  const { pool, environment } = place
  return {
    readRollouts: () => readRollouts(pool, environment),
    readRemoved: () => readRemovedRollouts(pool, environment),
    readReleases: (digests) => readReleases(pool, environment, digests),
    readOpenCommands: () => readOpenCommands(pool, environment),
    writeTransition: (epoch, write) =>
      fencedWrite(place, epoch, (transaction) => writeTransition(transaction, environment, write)),
    refuseCommand: (epoch, id, at, outcome) =>
      fencedWrite(place, epoch, (transaction) => finishCommand(transaction, id, { finishedAt: at, accepted: false, outcome })),
  }
}

async function writeTransition(transaction: Queryable, environment: string, write: TransitionWrite): Promise<number> {
  const described = await addReleases(transaction, environment, write.releases)
  const line = await addLine(transaction, environment, write, described)
  if (write.state === null) await removeRollout(transaction, environment, write.rollout, line.sequence)
  else await writeRollout(transaction, environment, write.state, line.sequence)
  if (write.tag !== null) await addTags(transaction, environment, [write.tag])
  if (write.command !== null) {
    const outcome = `${write.rollout}: ${write.state?.message ?? write.message}`
    await finishCommand(transaction, write.command, { finishedAt: write.at, accepted: true, outcome })
  }
  return line.sequence
}

/** A line describes the releases that no line before it described. */
async function addLine(
  transaction: Queryable,
  environment: string,
  { rollout, event, commit, at, by, reason, message, state, releases }: TransitionWrite,
  described: readonly Digest[],
): Promise<HistoryLine> {
  const tip = (await readHistoryTip(transaction, environment)) ?? emptyChain
  const news = releases
    .filter(({ release }) => described.includes(release.digest))
    .map(({ release }) => [release.digest, release])
  const line = buildLine(
    { sequence: tip.sequence, hash: tip.hash as Digest | null },
    {
      environment,
      at,
      rollout,
      event,
      commit,
      by,
      reason,
      message,
      state,
      releases: Object.fromEntries(news) as HistoryLine['releases'],
    },
  )
  await addHistoryLine(transaction, line, writeLine(line), false)
  return line
}
