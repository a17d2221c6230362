/** The names that an expression reads, as far as it can be read. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { ProblemFound } from './expression-problem.ts'
import { parseExpression } from './parse-expression.ts'

/** Each once, in the order in which they come; empty for a text that is no expression. */
export function namesOf(text: string): readonly string[] {
  try {
    const names = new Set<string>()
    collect(parseExpression(text), names)
    return [...names]
  } catch (error) {
    if (error instanceof ProblemFound) return []
    throw error
  }
}

function collect(part: unknown, names: Set<string>): void {
  if (Array.isArray(part)) for (const each of part) collect(each, names)
  if (part === null || typeof part !== 'object' || !('op' in part) || !('args' in part)) return
  const { op, args } = part as ASTNode
  if (op === 'id') names.add(args)
  else collect(args, names)
  if (op === '[]' && args[0].op === 'id' && args[0].args === 'inputs' && args[1].op === 'value') names.add(String(args[1].args))
}
