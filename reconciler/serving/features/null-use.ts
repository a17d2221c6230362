/** What happens to a feature without a value that a release reads or computes: its rule, and whether a tensor can hold it. */
import type { NullRule, Release } from '../../core/release.ts'
import { nullRuleOf } from '../../inference/rows/cell.ts'

export interface NullUse {
  /** False: no tensor of the model has it, on-demand features alone read it. */
  readonly isTaken: boolean
  /** What happens when it has no value. */
  readonly rule: NullRule
  /** A missing value refuses the request: by the rule, or because no tensor of the feature can hold it. */
  readonly refusesNull: boolean
}

export function compileNullUse({ signature, nulls }: Release, name: string): NullUse {
  const tensors = signature.inputs.filter(({ features }) => features?.includes(name) === true)
  if (tensors.length === 0) return { isTaken: false, rule: 'model', refusesNull: false }
  const rule = nullRuleOf(nulls, name)
  const holdsNaN = tensors.every(({ datatype }) => datatype === 'FP32' || datatype === 'FP64' || datatype === 'FP16')
  const holdsNumber = tensors.every(({ datatype }) => datatype !== 'BYTES')
  return { isTaken: true, rule, refusesNull: rule === 'reject' || (rule === 'model' ? !holdsNaN : !holdsNumber) }
}
