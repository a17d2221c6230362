/** The effective manifest: what was written, and every default that holds beside it. */
import { stringify } from 'yaml'
import type { Kind } from '../core/resource.ts'
import type { JsonSchema } from './kinds/kind-definition.ts'
import { kindDefinitions } from './kinds/registry.ts'
import { escapePointer } from './kinds/request-features.ts'
import { LineIndex } from './line-index.ts'
import { readDocument } from './read-document.ts'
import { isManifest } from './recognise.ts'
import { splitDocuments } from './split-documents.ts'
import { validateDocument } from './validate-document.ts'

/** Where a value of the effective manifest comes from. */
export type Origin = 'written' | 'default'

export interface EffectiveManifest {
  /** The manifest as YAML; a value that nobody wrote ends in `# default`. */
  readonly yaml: string
  /** The manifest as a value, defaults filled, in the manifest's own words. */
  readonly value: unknown
  /** By JSON pointer of every value that is neither a map nor a list with entries. */
  readonly origins: Readonly<Record<string, Origin>>
}

/** Which document of a file is meant. */
export interface DocumentChoice {
  readonly kind: Kind
  readonly name: string
  readonly environment?: string
}

/** The effective manifest of a valid document, or null when the text has no such document. */
export function effectiveManifest(text: string, choice: DocumentChoice): EffectiveManifest | null {
  const lines = new LineIndex(text)
  for (const source of splitDocuments(text)) {
    const { value } = readDocument(source, lines)
    if (!isManifest(value)) continue
    const { kind, manifest } = validateDocument(value)
    if (kind !== choice.kind || manifest === null || manifest.metadata.name !== choice.name) continue
    const filled = fillDefaults(kind, value)
    const { environment } = filled.value.metadata as { environment?: string }
    if (choice.environment === undefined || choice.environment === environment) return describe(filled)
  }
  return null
}

interface Filled {
  readonly value: Readonly<Record<string, unknown>>
  readonly defaults: ReadonlySet<string>
}

function fillDefaults(kind: Kind, manifest: Readonly<Record<string, unknown>>): Filled {
  const definition = kindDefinitions[kind]
  const root: JsonSchema = definition.schema
  const skipped = new Set(definition.inapplicableDefaults(manifest.spec))
  const defaults = new Set<string>()
  return { value: fill(root, manifest, '') as Readonly<Record<string, unknown>>, defaults }

  function fill(reference: JsonSchema, value: unknown, pointer: string): unknown {
    const own = resolve(reference)
    if (Array.isArray(value)) return value.map((item, index) => fill(own.items ?? {}, item, `${pointer}/${index}`))
    if (value === null || typeof value !== 'object') return value
    const members: Record<string, unknown> = {}
    const written = value as Readonly<Record<string, unknown>>
    for (const [name, property] of Object.entries(own.properties ?? {})) {
      const inner = `${pointer}/${escapePointer(name)}`
      if (name in written) members[name] = fill(property, written[name], inner)
      else if (!skipped.has(inner)) addDefault({ members, name, property: resolve(property), pointer: inner })
    }
    for (const name of Object.keys(written)) if (!(name in members)) members[name] = written[name]
    return members
  }

  function addDefault({ members, name, property, pointer }: DefaultPlace): void {
    if (property.default !== undefined) {
      members[name] = fill(property, property.default, pointer)
      markDefaults(members[name], pointer)
      return
    }
    if (property.properties === undefined || property.required !== undefined) return
    const inner = fill(property, {}, pointer) as object
    if (Object.keys(inner).length > 0) members[name] = inner
  }

  function markDefaults(value: unknown, pointer: string): void {
    defaults.add(pointer)
    if (value === null || typeof value !== 'object') return
    for (const [step, member] of Object.entries(value)) markDefaults(member, `${pointer}/${escapePointer(step)}`)
  }

  function resolve(property: JsonSchema): JsonSchema {
    const target = property.$ref === undefined ? undefined : root.$defs?.[property.$ref.replace('#/$defs/', '')]
    return target === undefined ? property : { ...target, ...property }
  }
}

interface DefaultPlace {
  readonly members: Record<string, unknown>
  readonly name: string
  readonly property: JsonSchema
  readonly pointer: string
}

function describe({ value, defaults }: Filled): EffectiveManifest {
  const origins: Record<string, Origin> = {}
  const originOf = (pointer: string): Origin => {
    const origin = defaults.has(pointer) ? 'default' : 'written'
    origins[pointer] = origin
    return origin
  }
  return { yaml: `${writeLines(value, '', originOf).join('\n')}\n`, value, origins }
}

/** Block style, one value a line: the line of a default says so. */
function writeLines(value: unknown, pointer: string, originOf: (pointer: string) => Origin): string[] {
  const isList = Array.isArray(value)
  return Object.entries(value as object).flatMap(([step, member]: [string, unknown]) => {
    const inner = `${pointer}/${escapePointer(step)}`
    const key = isList ? '-' : `${scalarText(step)}:`
    if (isBlock(member)) return [`${key} ${blockHeader(member)}`, ...blockLines(member)]
    if (isLeaf(member)) return [`${key} ${scalarText(member)}${originOf(inner) === 'default' ? ' # default' : ''}`]
    const lines = writeLines(member, inner, originOf)
    return isList
      ? lines.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
      : [key, ...lines.map((line) => `  ${line}`)]
  })
}

function isLeaf(value: unknown): boolean {
  return value === null || typeof value !== 'object' || Object.keys(value).length === 0
}

/** Whether a value is a text of several lines that a literal block holds to the letter: no odd white space, no control characters. */
function isBlock(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^[^\s\p{Cc}][^\p{Cc}]*(?:\n[^\p{Cc}]*)+$/u.test(value) &&
    !/[ \u0085\u2028\u2029](?:\n|$)|\n\n$/.test(value)
  )
}

function blockHeader(text: string): string {
  return text.endsWith('\n') ? '|' : '|-'
}

function blockLines(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n').map((line) => (line === '' ? '' : `  ${line}`)) // prettier-ignore
}

/** A value in one line; a text of several lines in double quotes. */
function scalarText(value: unknown): string {
  if (typeof value === 'string' && value.includes('\n')) return JSON.stringify(value)
  return stringify(value, { lineWidth: 0, blockQuote: false, defaultStringType: 'PLAIN' }).trimEnd()
}
