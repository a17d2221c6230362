/** Behaviour tests whose outcome does not depend on the model: they could not fail, or never pass. */
import type { Task } from '../../core/release.ts'
import type { WrittenBehaviourTest, WrittenDirectionalTest, WrittenGoldenTest } from '../generated/model.ts'
import { defaultTolerance } from './model-tests.ts'

export interface Unfailing {
  /** Below the test. */
  readonly place: string
  readonly message: string
}

/** Null: what the model predicts decides. Scores of classifications are probabilities, 0 to 1. */
export function unfailing(test: WrittenBehaviourTest, task: Task): Unfailing | null {
  const isProbability = task !== 'regression'
  const { golden, invariance, directional, range } = test
  if (golden !== undefined && isProbability) return unfailingGolden(golden)
  if (invariance !== undefined && isProbability && invariance.tolerance >= 1) {
    return {
      place: 'invariance/tolerance',
      message: `expected less than 1, found ${invariance.tolerance}: no probability moves further`,
    }
  }
  if (directional !== undefined) return unfailingDirection(directional, isProbability)
  const isBounded = range?.min !== undefined || range?.max !== undefined
  if (isBounded && isProbability && (range.min ?? 0) <= 0 && (range.max ?? 1) >= 1) {
    return { place: 'range', message: 'expected bounds within 0 and 1, found none: every probability is within these' }
  }
  return null
}

function unfailingGolden({ score, tolerance = defaultTolerance }: WrittenGoldenTest): Unfailing | null {
  if (score === undefined) return null
  if (score < 0 || score > 1) return { place: 'golden/score', message: `expected a probability, 0 to 1, found ${score}` }
  if (tolerance < Math.max(score, 1 - score)) return null
  return {
    place: 'golden/tolerance',
    message: `expected less than ${Math.max(score, 1 - score)}, found ${tolerance}: every probability is within it`,
  }
}

function unfailingDirection({ add, multiply, tolerance = 0 }: WrittenDirectionalTest, isProbability: boolean): Unfailing | null {
  if (add === 0) return { place: 'directional/add', message: 'expected another number than 0, which changes nothing' }
  if (multiply === 1) return { place: 'directional/multiply', message: 'expected another number than 1, which changes nothing' }
  if (!isProbability || tolerance < 1) return null
  return { place: 'directional/tolerance', message: `expected less than 1, found ${tolerance}: no probability moves further` }
}
