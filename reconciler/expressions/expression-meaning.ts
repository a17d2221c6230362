/** What an expression means, as a value: two that differ in spaces, comments, quotes and needless parentheses alone mean the same. */
import { type ASTNode } from '@marcbachmann/cel-js'
import type { Json } from '../core/digest.ts'
import { ProblemFound } from './expression-problem.ts'
import { parseExpression } from './parse-expression.ts'

/** The tree of the expression; its text where it is none. */
export function expressionMeaning(text: string): Json {
  try {
    return treeOf(parseExpression(text))
  } catch (error) {
    if (error instanceof ProblemFound) return text
    throw error
  }
}

function treeOf(node: ASTNode): Json {
  if (node.op === 'value') return literalOf(node.args)
  return { [node.op]: partOf(node.args) }
}

function partOf(part: unknown): Json {
  if (Array.isArray(part)) return part.map(partOf)
  if (isNode(part)) return treeOf(part)
  return literalOf(part)
}

/** An int is told from a double, which JSON does not. */
function literalOf(value: unknown): Json {
  if (typeof value === 'bigint') return { int: value.toString() }
  if (typeof value === 'number') return { double: Number.isFinite(value) ? value : String(value) }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  // Uints and bytes: no expression that has them is one of ours.
  return { unsupported: true }
}

function isNode(part: unknown): part is ASTNode {
  return part !== null && typeof part === 'object' && 'op' in part && 'args' in part
}
