/** Whether an evaluation that was done again says what is stored, as text for a terminal. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import type { RecomputedEvidence } from '../train/compare-evidence.ts'

/** Lines of differences that are shown; a program gets all of them. */
const shownLines = 20

export function renderRecomputed(recomputed: RecomputedEvidence | null): string {
  if (recomputed === null) return ''
  const { differences, compared, added } = recomputed
  const more = added === 0 ? '' : `; ${countNoun(added, 'measurement')} more than are stored`
  if (differences.length === 0) return `\nevaluated again: all of ${countNoun(compared, 'stored result')} agree${more}\n`
  const rest = differences.length - shownLines
  return [
    `\nevaluated again: ${differences.length} of ${countNoun(compared, 'stored result')} differ${more}\n`,
    ...differences.slice(0, shownLines).map((line) => `  ${line}\n`),
    ...(rest > 0 ? [`  and ${rest} more: --json has them\n`] : []),
  ].join('')
}
