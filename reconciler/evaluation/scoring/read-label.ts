/** Labels as metrics count them: 0 or 1, the number of a class, or a value. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import { codePointOrder } from './label-order.ts'

/** The text of a label: 1, 1n and '1' are alike. */
export function labelText(label: FeatureValue): string {
  return String(label)
}

/** 1 for the positive class. With null, 1 and true are positive, 0 and false are not, and all else is refused. */
export function compileBinaryLabel(positive: string | number | boolean | null): (text: string, row: number) => number {
  if (positive !== null) {
    const wanted = labelText(positive)
    return (text) => (text === wanted ? 1 : 0)
  }
  return (text, row) => {
    if (text === '1' || text === 'true') return 1
    if (text === '0' || text === 'false') return 0
    throw new MainwardError(
      'invalid-input',
      `row ${row}: expected the label 0 or 1, or true or false, found ${JSON.stringify(text)}`,
      {
        hint: 'say in evaluation.positiveClass of the model which label the score is the probability of',
      },
    )
  }
}

/** Numbers by size, texts by code point: as numpy sorts labels. */
export function orderClasses(labels: readonly string[]): readonly string[] {
  const numbers = labels.every((label) => label.trim() !== '' && Number.isFinite(Number(label)))
  return [...labels].sort(numbers ? (a, b) => Number(a) - Number(b) : codePointOrder)
}
