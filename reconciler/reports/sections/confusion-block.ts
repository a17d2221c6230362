/** Which classes a version takes for which: a table on demand. Pure. */
import type { Evaluation } from '../../core/evaluation.ts'
import { code, type Block, type Column, type Text } from '../document/document.ts'
import { formatCount } from '../document/format-number.ts'

/** Of more classes nobody reads it: the JSON has it. */
const shownClasses = 20

/** Nothing for tasks without classes. */
export function confusionBlocks({ curves, classes, weights }: Evaluation): readonly Block[] {
  const confusion = curves?.confusion ?? []
  if (confusion.length === 0 || confusion.length > shownClasses) return []
  const names = confusion.map((_, index) => classes?.[index] ?? String(index))
  const columns: readonly Column[] = [
    { title: 'True class' },
    ...names.map((name) => ({ title: `taken for ${name}`, align: 'right' }) as const),
  ]
  const rows = confusion.map((counts, index): readonly Text[] => [code(names[index] ?? ''), ...counts.map(formatCount)])
  const counted = weights === undefined ? 'rows' : `sums of ${weights}`
  return [
    { type: 'details', summary: `Which classes are taken for which (${counted})`, blocks: [{ type: 'table', columns, rows }] },
  ]
}
