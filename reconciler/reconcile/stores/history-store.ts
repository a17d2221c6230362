/** The history and the tags on Postgres. */
import {
  addHistoryLine,
  markHistoryPushed,
  readHistory,
  readHistoryTip,
  readPushedSequence,
} from '../../database/history-queries.ts'
import {
  addReleases,
  addTags,
  deleteRollouts,
  removeRollout,
  markTagWritten,
  readPendingTags,
  writeRollout,
} from '../../database/rollout-queries.ts'
import { writeLine } from '../../governance/history-chain.ts'
import type { HistoryStore, TagStore } from '../ports.ts'
import { fencedWrite, type StorePlace } from './fenced-write.ts'

export function createHistoryStore(place: StorePlace): HistoryStore {
  const { pool, environment } = place
  return {
    readTip: () => readHistoryTip(pool, environment),
    readAfter: (sequence) => readHistory(pool, environment, { after: sequence }),
    readPushed: () => readPushedSequence(pool, environment),
    markPushed: (epoch, upTo) => fencedWrite(place, epoch, (transaction) => markHistoryPushed(transaction, environment, upTo)),
    importLines: (epoch, lines, { states, removed, releases }) =>
      fencedWrite(place, epoch, async (transaction) => {
        await addReleases(transaction, environment, releases)
        for (const line of lines) await addHistoryLine(transaction, line, writeLine(line), true)
        await deleteRollouts(transaction, environment)
        const newest = new Map(lines.map(({ rollout, sequence }) => [rollout, sequence]))
        for (const state of [...states, ...removed]) {
          await writeRollout(transaction, environment, state, newest.get(state.rollout) ?? lines.at(-1)?.sequence ?? 0)
        }
        for (const { rollout } of removed) {
          await removeRollout(transaction, environment, rollout, newest.get(rollout) ?? lines.at(-1)?.sequence ?? 0)
        }
      }),
  }
}

export function createTagStore(place: StorePlace): TagStore {
  const { pool, environment } = place
  return {
    addTags: (epoch, tags) => fencedWrite(place, epoch, (transaction) => addTags(transaction, environment, tags)),
    readPendingTags: () => readPendingTags(pool, environment),
    markTagWritten: (epoch, name) => fencedWrite(place, epoch, (transaction) => markTagWritten(transaction, name)),
  }
}
