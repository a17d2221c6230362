/** Waivers that have ended. No rule of a commit, which says the same whenever it is read: the time is passed in, and only people are told. */
import type { Finding } from '../core/finding.ts'
import { formatInstant, parseInstant } from '../core/instant.ts'
import type { CommitContents } from './assemble.ts'
import type { WaiverSpec } from './kinds/waiver.ts'
import { findingAt } from './local-finding.ts'

/** `nowMicros`: microseconds since the epoch, of the wall clock. A time that does not exist has a finding of its own. */
export function findExpiredWaivers(files: CommitContents['files'], nowMicros: bigint): readonly Finding[] {
  return files.flatMap(({ path, parsed }) =>
    parsed.documents.flatMap(({ kind, spec, positions, line }) => {
      if (kind !== 'Waiver' || spec === null) return []
      const untilMicros = parseInstant((spec as WaiverSpec).until)
      if (untilMicros === null || untilMicros > nowMicros) return []
      const message = `expected a time that is still to come, found one that is over: ${formatInstant(untilMicros)}`
      const hint = 'it lets nothing go on any more: remove the waiver, or have it granted anew'
      const position = positions['/spec/until'] ?? { line, column: 1 }
      return [{ file: path, ...findingAt(position, { rule: 'waiver-expired', message, hint }) }]
    }),
  )
}
