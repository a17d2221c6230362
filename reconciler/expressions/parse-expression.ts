/** The text of an expression to its tree, within limits. What the tree means is not looked at. */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'
import { fail } from './expression-problem.ts'

/**
 * An expression has no loops: its cost is bounded by its size. Texts that it makes are bounded by `largestText`, since one
 * feature may double what another made.
 */
export const expressionLimits = { characters: 4096, nodes: 256, depth: 32, listElements: 100, textLength: 65_536 } as const

/** Throws ProblemFound. */
export function parseExpression(text: string): ASTNode {
  const { characters, nodes, depth, listElements } = expressionLimits
  if (text.length > characters)
    fail('limit', 0, `expected an expression of at most ${characters} characters, found ${text.length}`)
  const limits = { maxAstNodes: nodes, maxDepth: depth, maxListElements: listElements, maxCallArguments: 8 }
  try {
    return new Environment({ limits }).parse(text).ast
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const at = Math.min(error.range?.start ?? 0, text.length)
    if (error.code === 'limit_exceeded')
      return fail('limit', at, explainLimit(error.summary), 'split it into several expressions')
    const end = at >= text.length ? ', which ends too early' : ''
    return fail('syntax', at, `expected an expression in CEL${end}, found: ${error.summary}`, hintFor(error))
  }
}

function hintFor({ code, summary }: ParseError): string | undefined {
  const name = /^Reserved identifier: (.*)$/.exec(summary)?.[1]
  return code === 'reserved_identifier' ? `write inputs["${name ?? ''}"] for a feature of this name` : undefined
}

/** The parser names its own setting. */
function explainLimit(summary: string): string {
  const { nodes, depth, listElements } = expressionLimits
  if (summary.includes('maxAstNodes')) return `expected an expression of at most ${nodes} parts, found more`
  if (summary.includes('maxDepth')) return `expected at most ${depth} levels of nesting, found more`
  if (summary.includes('maxListElements')) return `expected a list of at most ${listElements} elements, found more`
  return `expected a smaller expression, found: ${summary}`
}
