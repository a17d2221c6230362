/** What was read, planned and noticed, on Postgres. */
import {
  addEvents,
  addPlan,
  readConditions,
  readEnvironment,
  replaceConditions,
  writeCommitRow,
  writeEnvironment,
} from '../../database/journal-queries.ts'
import type { JournalStore } from '../ports.ts'
import { fencedWrite, type StorePlace } from './fenced-write.ts'

/** `dataStart`: where a manual data clock begins that was never moved. */
export function createJournalStore(place: StorePlace, dataStart: string | null): JournalStore {
  const { pool, environment } = place
  return {
    readEnvironment: () => readEnvironment(pool, environment),
    readConditions: () => readConditions(pool, environment),
    writeCommit: (epoch, row, commit) =>
      fencedWrite(place, epoch, async (transaction) => {
        await writeEnvironment(transaction, environment, row, dataStart)
        await writeCommitRow(transaction, environment, commit)
      }),
    keepPlan: (epoch, plan, at) => fencedWrite(place, epoch, (transaction) => addPlan(transaction, plan, at)),
    writeConditions: (epoch, conditions, events) =>
      fencedWrite(place, epoch, async (transaction) => {
        await replaceConditions(transaction, environment, conditions)
        await addEvents(transaction, environment, events)
      }),
  }
}
