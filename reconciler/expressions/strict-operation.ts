/** What is no value stays none: an operation on null is null, one on what could not be computed can not be computed either. */
import type { ExpressionValue, Outcome, Run } from './expression-type.ts'

/** Gives undefined when it can not compute a value. */
export type Operation = (...values: ExpressionValue[]) => Outcome

/** The operation on what the operands give. */
export function strictly(operands: readonly Run[], operation: Operation): Run {
  const [first, second] = operands
  if (first !== undefined && operands.length === 1) return strictlyOne(first, operation)
  if (first !== undefined && second !== undefined && operands.length === 2) return strictlyTwo(first, second, operation)
  return (slots) => {
    const values = operands.map((run) => run(slots))
    if (values.includes(undefined)) return undefined
    return values.includes(null) ? null : operation(...(values as ExpressionValue[]))
  }
}

function strictlyOne(run: Run, operation: Operation): Run {
  return (slots) => {
    const value = run(slots)
    return value === undefined || value === null ? value : operation(value)
  }
}

function strictlyTwo(left: Run, right: Run, operation: Operation): Run {
  return (slots) => {
    const [a, b] = [left(slots), right(slots)]
    if (a === undefined || b === undefined) return undefined
    return a === null || b === null ? null : operation(a, b)
  }
}

/** What would be infinite, or no number, could not be computed. */
export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

/** An int has 64 bits (CEL, "Overflow"). */
export function wholeNumber(value: bigint): bigint | undefined {
  return BigInt.asIntN(64, value) === value ? value : undefined
}
