/** The expression of a rule to a function of what was measured: true, false, not decided, or not to be computed. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { compileTree } from './compile-tree.ts'
import { fail, ProblemFound, type ExpressionProblem } from './expression-problem.ts'
import { finite, wholeNumber } from './strict-operation.ts'
import type { Outcome } from './expression-type.ts'
import { parseExpression } from './parse-expression.ts'
import { pathOf } from './path-of.ts'
import { ruleEnvironment, ruleEnvironmentNames } from './rule-environment.ts'

export interface Condition {
  /** Paths of the environment that it reads, each once. */
  readonly reads: readonly string[]
  /** Null: it has no value, since one that it needs is not known. Undefined: it can not be computed, as a division by zero. */
  evaluate(valueOf: (path: string) => number | null): boolean | null | undefined
}

export type ConditionCompilation =
  { readonly type: 'compiled'; readonly condition: Condition } | { readonly type: 'problem'; readonly problem: ExpressionProblem }

/** Its type is bool, over `ruleEnvironment`. */
export function compileCondition(cel: string): ConditionCompilation {
  try {
    const tree = parseExpression(cel)
    const reads = [...new Set(pathsIn(tree))].filter((path) => ruleEnvironment.has(path))
    const slots = new Map([...ruleEnvironment].map(([path, type]) => [path, { slot: reads.indexOf(path), type }] as const))
    const noun = 'a value that rules may read'
    const { type, run } = compileTree(tree, { slots, hidden: new Map(), tree: { noun, names: ruleEnvironmentNames } })
    if (type !== 'bool') fail('type', 0, `expected a bool, found an expression of the type ${type}`, 'compare it with a number')
    const evaluate: Condition['evaluate'] = (valueOf) => {
      const outcome = run(reads.map((path) => toOutcome(path, valueOf(path))))
      return typeof outcome === 'boolean' || outcome === null ? outcome : undefined
    }
    return { type: 'compiled', condition: { reads, evaluate } }
  } catch (error) {
    if (error instanceof ProblemFound) return { type: 'problem', problem: error.problem }
    throw error
  }
}

function toOutcome(path: string, value: number | null): Outcome {
  if (value === null || Number.isNaN(value)) return null
  return ruleEnvironment.get(path) === 'int' ? wholeNumber(BigInt(value)) : finite(value)
}

function pathsIn(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(pathsIn)
  if (part === null || typeof part !== 'object' || !('op' in part) || !('args' in part)) return []
  const node = part as ASTNode
  const path = pathOf(node)
  return path === null ? pathsIn(node.args) : [path]
}
