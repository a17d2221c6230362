/** What the commands on records ask of the control plane. Calls nobody. */
import { MainwardError } from '../../core/error.ts'
import type { OptionDefinition } from '../command.ts'

/** What the control plane hands out at most. */
const mostRecords = 1_000_000

export const environmentOption: OptionDefinition = {
  flags: '--environment <name>',
  description: "another environment of the reconciler's database",
}

export interface RecordsWish {
  readonly model: string
  /** How many, the newest, as it was typed. */
  readonly last: string
  /** Null: the reconciler's own. */
  readonly environment: string | null
}

/** Path and query. Throws `usage` for what is no such number. */
export function recordsPath({ model, last, environment }: RecordsWish): string {
  const count = last.trim() === '' ? Number.NaN : Number(last)
  if (!Number.isInteger(count) || count < 1 || count > mostRecords) {
    throw new MainwardError('usage', `--last: expected a whole number from 1 to ${mostRecords}, found ${last}`)
  }
  const query = new URLSearchParams({ model, last: String(count) })
  if (environment !== null) query.set('environment', environment)
  return `/api/v1/records?${query.toString()}`
}
