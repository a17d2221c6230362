/** The hash chain of the history: building lines and proving them. Pure. */
import { canonicalJson, type Digest, digestValue } from '../core/digest.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import type { HistoryLine } from '../core/history-line.ts'

/** Where a chain ends. */
export interface ChainTip {
  readonly sequence: number
  readonly hash: Digest | null
}

export const emptyChain: ChainTip = { sequence: 0, hash: null }

/** What a new line says; its place in the chain is added. */
export type HistoryEntry = Omit<HistoryLine, 'formatVersion' | 'sequence' | 'previous' | 'hash'>

/** The next line of a chain. Its hash covers everything in it, the previous hash included. */
export function buildLine(tip: ChainTip, entry: HistoryEntry): HistoryLine {
  const body = { formatVersion: 1 as const, sequence: tip.sequence + 1, previous: tip.hash, ...entry }
  return { ...body, hash: digestValue(body) }
}

/** One line of the file `ENVIRONMENT.jsonl`: canonical JSON, without the line feed. */
export function writeLine(line: HistoryLine): string {
  return canonicalJson(line)
}

/** The first place where a chain does not hold. */
export interface ChainBreak {
  /** Line of the file, from 1. */
  readonly line: number
  readonly message: string
}

export type ChainVerdict =
  | { readonly valid: true; readonly lines: readonly HistoryLine[]; readonly tip: ChainTip }
  | { readonly valid: false; readonly broken: ChainBreak }

/** Proves a chain from its text lines: sequence without gaps, every hash right, every line bound to the one before and written canonically. */
export function verifyChain(texts: readonly string[], environment: string): ChainVerdict {
  const lines: HistoryLine[] = []
  let tip = emptyChain
  for (const [index, text] of texts.entries()) {
    const read = verifyLine(text, tip, environment)
    if (typeof read === 'string') return { valid: false, broken: { line: index + 1, message: read } }
    lines.push(read)
    tip = { sequence: read.sequence, hash: read.hash }
  }
  return { valid: true, lines, tip }
}

/** As `verifyChain`; throws `history-broken` with the place. */
export function readChain(
  texts: readonly string[],
  environment: string,
): { readonly lines: readonly HistoryLine[]; readonly tip: ChainTip } {
  const verdict = verifyChain(texts, environment)
  if (verdict.valid) return verdict
  const { line, message } = verdict.broken
  throw new MainwardError('history-broken', `history of ${environment}, line ${line}: ${message}`, {
    hint: 'restore the branch mainward/history from a clone that verifies; nothing was changed',
  })
}

function verifyLine(text: string, tip: ChainTip, environment: string): HistoryLine | string {
  const line = parseLine(text)
  if (typeof line === 'string') return line
  if (line.formatVersion !== 1)
    return `expected formatVersion 1, found ${String(line.formatVersion)}: written by a newer Mainward`
  if (line.environment !== environment) return `expected environment ${environment}, found ${line.environment}`
  if (line.sequence !== tip.sequence + 1) return `expected sequence ${tip.sequence + 1}, found ${line.sequence}`
  if (line.previous !== tip.hash) return `expected the previous hash ${String(tip.hash)}, found ${String(line.previous)}`
  const { hash, ...body } = line
  const computed = digestValue(body)
  if (hash !== computed) return `the content has the hash ${computed}, but the line says ${hash}`
  return text === writeLine(line) ? line : 'expected canonical JSON (RFC 8785): the text says more than what is hashed'
}

function parseLine(text: string): HistoryLine | string {
  try {
    const value = JSON.parse(text) as HistoryLine | null
    return value !== null && typeof value === 'object' ? value : 'expected a JSON object'
  } catch (thrown) {
    return `expected one JSON object: ${messageOf(thrown)}`
  }
}
