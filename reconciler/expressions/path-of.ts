/** The path that a part of an expression names: `metrics["pinball_0.1"].low` is `metrics.pinball_0.1.low`. */
import type { ASTNode } from '@marcbachmann/cel-js'

/** Null: it is no name, and no member of a member of one by a constant text. */
export function pathOf(node: ASTNode): string | null {
  if (node.op === 'id') return node.args
  if (node.op !== '.' && node.op !== '[]') return null
  const [holder, key] = node.args
  const name: unknown = typeof key === 'string' ? key : key.op === 'value' ? key.args : null
  const path = pathOf(holder)
  return path === null || typeof name !== 'string' ? null : `${path}.${name}`
}
