/** What is wrong with a value that a behaviour test gives a feature, or with how it changes one. */
import type { FeatureChange, TestValue } from '../core/behaviour-test.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'
import type { Problem } from './local-finding.ts'
import { cellForms, isCellOf } from './test-cells.ts'

const rule = 'test-feature'

/** Null: nothing, or nobody here knows the dtype. */
export function testValueProblem(name: string, value: TestValue, dtype: FeatureDtype | null | undefined): Problem | null {
  if (dtype === undefined || dtype === null) return null
  // A request has no text for NaN and the infinities, so a test has none.
  const isNumber = dtype === 'float32' || dtype === 'float64'
  if (isNumber ? value === null || typeof value === 'number' : isCellOf(value, dtype)) return null
  return { rule, message: `expected ${cellForms[dtype]} for ${name}, found ${JSON.stringify(value)}` }
}

export function testChangeProblem(
  name: string,
  { type, by }: Extract<FeatureChange, { type: 'add' | 'multiply' }>,
  dtype: FeatureDtype | null | undefined,
): Problem | null {
  if (dtype === undefined || dtype === null || dtype === 'float32' || dtype === 'float64') return null
  if (dtype !== 'int32' && dtype !== 'int64') {
    return { rule, message: `expected set for ${name}, which is a ${dtype}, found ${type}`, hint: 'write set with the value' }
  }
  if (Number.isSafeInteger(by)) return null
  return { rule, message: `expected a whole number for ${name}, which is an ${dtype}, found ${by}` }
}
