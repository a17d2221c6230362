/** The program of on-demand features that validation has found right. */
import type { OnDemandFeature } from '../core/on-demand-feature.ts'
import { compileOnDemand, type OnDemandInput, type OnDemandProgram } from './compile-on-demand.ts'

/** Null for none. What is wrong here is a bug: no manifest with it gets so far. */
export function programOf(features: readonly OnDemandFeature[], known: readonly OnDemandInput[]): OnDemandProgram | null {
  if (features.length === 0) return null
  const found = compileOnDemand(features, known)
  if (found.type === 'compiled') return found.program
  const [first] = found.problems
  throw new Error(`a valid model has on-demand features that can be computed: ${first?.problem.message ?? ''}`)
}
