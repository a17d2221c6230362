/** One YAML document as a plain value, with a finding for everything that manifests do not use. Positions come from the same parse. */
import { isAlias, isMap, isScalar, isSeq, parseDocument, Schema, type Document, type Node, type ParsedNode } from 'yaml'
import type { RuleId } from './explain.ts'
import type { LineIndex } from './line-index.ts'
import { isExactNumber } from './number-precision.ts'
import type { Problem } from './local-finding.ts'
import type { DocumentText } from './split-documents.ts'
import { placesInText, type TextPlace } from './text-places.ts'

/** A problem and the index of its character in the file. */
export interface OffsetProblem extends Problem {
  readonly offset: number
}

export interface DocumentReading {
  readonly value: unknown
  readonly problems: readonly OffsetProblem[]
  /**
   * Index in the file of the place that a JSON pointer names: a scalar itself, else the key of the map or list, or the
   * item of a list; always the key when asked for. As far as the pointer leads.
   */
  offsetOf(pointer: string, part?: 'key'): number
  /** Where the characters of a text stand, by their index in it; offsets are indexes in the file. Empty for what is no text. */
  placesOf(pointer: string): readonly TextPlace[]
}

export const maximumDepth = 64

/** As long as YAML lets a key without quotes be (YAML 1.2.2, section 7.4.3); longer ones would fill every pointer and message. */
const maximumKeyLength = 1024

/** YAML 1.2's core schema, without the tags that a document may ask for. */
const schema = new Schema({ schema: 'core', resolveKnownTags: false, merge: false })

/** Parses a document that is small enough. Never throws. */
export function readDocument(source: DocumentText, lines: LineIndex): DocumentReading {
  const document = parseSafely(source.text)
  if (document === null) return unreadable(source, 'document-too-deep', 'expected at most 64 levels of nesting, found more')
  const lineOf = (offset: number): number => lines.positionOf(offset).line
  const problems = syntaxProblems(document, source.offset, lineOf)
  const reader = new ValueReader(source.offset, lineOf)
  const value = reader.read(document.contents, 0)
  const tooDeep = reader.problems.filter(({ rule }) => rule === 'document-too-deep')
  return {
    value,
    problems: tooDeep.length > 0 ? tooDeep : [...problems, ...directiveProblems(source), ...reader.problems],
    offsetOf: (pointer, part) => source.offset + offsetOf(document, pointer, part),
    placesOf: (pointer) => placesOf(document, source, pointer),
  }
}

function parseSafely(text: string): Document.Parsed | null {
  try {
    // Strict parsing with our own check of duplicate keys, which names both places.
    return parseDocument(text, { schema, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function unreadable(source: DocumentText, rule: RuleId, message: string): DocumentReading {
  return {
    value: undefined,
    problems: [{ rule, message, offset: source.offset }],
    offsetOf: () => source.offset,
    placesOf: () => [],
  }
}

/** A parser stumbles on over one mistake: tabs alone when there are tabs, else one problem a line. */
function syntaxProblems(document: Document.Parsed, offset: number, lineOf: (offset: number) => number): OffsetProblem[] {
  const tabs = document.errors.filter((error) => error.code === 'TAB_AS_INDENT')
  const seen = new Set<number>()
  const first = (tabs.length > 0 ? tabs : document.errors).filter(({ pos: [start] }) => {
    const line = lineOf(offset + start)
    return seen.size < maximumSyntaxProblems && !seen.has(line) && seen.add(line)
  })
  return first.map((error) => {
    const isTab = error.code === 'TAB_AS_INDENT'
    const message = isTab ? 'expected spaces as indentation, found a tab' : `expected well-formed YAML, found: ${error.message}`
    return { rule: isTab ? 'tab-indentation' : 'yaml-syntax', message, offset: offset + error.pos[0] }
  })
}

const maximumSyntaxProblems = 20

function directiveProblems({ text, offset }: DocumentText): OffsetProblem[] {
  const match = /^%[^\n]*/m.exec(text)
  const marker = text.search(/^---/m)
  if (match === null || marker === -1 || match.index > marker) return []
  return [{ rule: 'yaml-extra', message: `expected no directive, found ${match[0].trim()}`, offset: offset + match.index }]
}

class ValueReader {
  readonly problems: OffsetProblem[] = []
  readonly #offset: number
  readonly #lineOf: (offset: number) => number
  #tooDeep = false

  constructor(offset: number, lineOf: (offset: number) => number) {
    this.#offset = offset
    this.#lineOf = lineOf
  }

  read(node: ParsedNode | null, depth: number): unknown {
    if (node === null) return null
    if (depth > maximumDepth) return this.#reportDepth(node)
    this.#reportExtras(node)
    if (isScalar(node)) return this.#readScalar(node)
    if (isSeq(node)) return node.items.map((item) => this.read(item as ParsedNode | null, depth + 1))
    if (isMap(node)) return this.#readMap(node.items, depth)
    return null
  }

  #readMap(pairs: readonly { key: unknown; value: unknown }[], depth: number): unknown {
    const members: Record<string, unknown> = {}
    const places = new Map<string, number>()
    for (const pair of pairs) {
      const key = this.#readKey(pair.key as ParsedNode | null)
      if (key === null) continue
      const value = this.read(pair.value as ParsedNode | null, depth + 1)
      const place = startOf(pair.key as Node)
      const first = places.get(key)
      if (first !== undefined) this.#reportDuplicate(key, first, place)
      places.set(key, place)
      if (key === '__proto__')
        Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true })
      else members[key] = value
    }
    return members
  }

  #reportDuplicate(key: string, first: number, place: number): void {
    const line = this.#lineOf(this.#offset + first)
    this.#report('duplicate-key', `expected the key ${key} once, found it again (first in line ${line})`, place)
  }

  #readKey(key: ParsedNode | null): string | null {
    if (isScalar(key)) {
      this.#reportExtras(key)
      const isMerge = key.value === '<<' && key.type === 'PLAIN'
      if (!isMerge) return this.#checkKeyLength(typeof key.value === 'string' ? key.value : (key.source ?? ''), key)
      this.#report('merge-key', 'expected the members themselves, found the merge key <<', startOf(key))
      return null
    }
    if (key !== null) this.#reportExtras(key)
    this.#report('key-type', 'expected a text as key, found a list, a map, an alias or nothing', key === null ? 0 : startOf(key))
    return null
  }

  #checkKeyLength(name: string, key: ParsedNode): string | null {
    if (name.length <= maximumKeyLength) return name
    const message = `expected a key of at most ${maximumKeyLength} characters, found one of ${name.length}`
    this.#report('key-type', message, startOf(key))
    return null
  }

  #readScalar(node: { value: unknown; source?: string; type?: unknown; range?: readonly number[] | null }): unknown {
    if (typeof node.value !== 'number' || isExactNumber(node.value, node.source ?? '')) return node.value
    const hint = Number.isFinite(node.value)
      ? 'write fewer digits, or a whole number beyond 2^53 in quotes'
      : 'write null for a missing value'
    this.#report(
      'number-precision',
      `expected a number that 64-bit floating point holds, found ${node.source}`,
      node.range?.[0] ?? 0,
      hint,
    )
    return node.value
  }

  #reportExtras(node: ParsedNode): void {
    if (isAlias(node)) this.#report('anchor', `expected the value itself, found the alias *${node.source}`, startOf(node))
    else if (node.anchor !== undefined) this.#report('anchor', `expected no anchor, found &${node.anchor}`, startOf(node))
    if (node.tag !== undefined && !isAlias(node)) this.#report('yaml-extra', `expected no tag, found ${node.tag}`, startOf(node))
  }

  #reportDepth(node: ParsedNode): null {
    if (!this.#tooDeep)
      this.#report('document-too-deep', `expected at most ${maximumDepth} levels of nesting, found more`, startOf(node))
    this.#tooDeep = true
    return null
  }

  #report(rule: RuleId, message: string, offset: number, hint?: string): void {
    this.problems.push({ rule, message, hint, offset: this.#offset + offset })
  }
}

/** Walks down as far as the pointer leads. */
function offsetOf(document: Document.Parsed, pointer: string, part?: 'key'): number {
  let node: unknown = document.contents
  let offset = startOf(document.contents)
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (isMap(node)) {
      const pair = node.items.findLast((item) => isScalar(item.key) && (item.key.value === name || item.key.source === name))
      if (pair === undefined) return offset
      offset = startOf(pair.key as Node)
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(name)]
      if (node === undefined) return offset
      offset = startOf(node as Node | null)
    } else {
      return offset
    }
  }
  // A value that is not there has a place of no length.
  if (!isScalar(node) || part === 'key') return offset
  return node.range?.[0] === node.range?.[1] ? offset : startOf(node)
}

function placesOf(document: Document.Parsed, { text, offset }: DocumentText, pointer: string): readonly TextPlace[] {
  const steps = pointer.split('/').slice(1)
  const node = document.getIn(
    steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
    true,
  )
  if (!isScalar(node) || typeof node.value !== 'string') return []
  const [start = 0, end = start] = node.range ?? []
  return placesInText(text.slice(start, end), node.value).map((place) => ({ ...place, offset: offset + start + place.offset }))
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}
