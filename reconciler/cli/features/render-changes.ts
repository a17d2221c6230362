/** Changes of definitions as text. Pure. */
import type { Digest } from '../../core/digest.ts'
import { shortDigest } from '../../core/digest.ts'
import type { ChangeKind, DefinitionChange, FieldChange } from '../../governance/catalogue/definition-change.ts'
import type { DefinitionDiff } from '../../governance/catalogue/diff-definitions.ts'
import { printable } from '../../manifests/findings-text.ts'
import type { DefinitionHistory } from './read-definition-history.ts'

const words: Readonly<Record<ChangeKind, string>> = {
  added: 'added',
  removed: 'removed',
  broken: 'cannot be used',
  repaired: 'can be used again',
  values: 'values change',
  checks: 'checks change, values do not',
  text: 'text changes, values do not',
}

/** The newest first: commit, date, author and subject, then what changed. */
export function renderDefinitionHistory(view: string, { entries, whole }: DefinitionHistory): string {
  if (entries.length === 0) return 'no commit has this definition yet\n'
  const blocks = entries.map(
    (entry) =>
      `${entry.commit.slice(0, 12)}  ${entry.date.slice(0, 10)}  ${printable(entry.author.replace(/ <.*$/, ''))}  ${printable(entry.subject)}\n` +
      `  ${describeChange(entry)}\n${renderFields(entry.fields, view, '    ')}`,
  )
  return blocks.join('') + (whole ? '' : 'the clone is shallow: what is older than its first commit is not known\n')
}

/** View by view, side by side. */
export function renderDefinitionDiff({ before, after, views, models }: DefinitionDiff): string {
  const head = `${before.origin} → ${after.origin}\n`
  if (views.length === 0) return `${head}no definition differs\n`
  const blocks = views.map(
    ({ name, ...change }) => `\n${name}: ${describeChange(change)}\n${renderFields(change.fields, name, '  ')}`,
  )
  const stale = models.length === 0 ? 'no training inputs become stale' : `training inputs become stale: ${models.join(', ')}`
  return `${head}${blocks.join('')}\n${stale}\n`
}

function describeChange({ change, before, after, reason }: DefinitionChange): string {
  const digests = before === after ? ` (${showDigest(after)})` : ` (${showDigest(before)} → ${showDigest(after)})`
  return `${words[change]}${digests}${reason === null ? '' : `: ${printable(reason)}`}`
}

function showDigest(digest: Digest | null): string {
  return digest === null ? 'none' : shortDigest(digest)
}

function renderFields(fields: readonly FieldChange[], view: string, indent: string): string {
  return fields.map((field) => renderField(field, `FeatureView/${view}`, indent)).join('')
}

/** Fields of the view itself stand without its name. */
function renderField({ resource, field, before, after, effect }: FieldChange, own: string, indent: string): string {
  const name = resource === own ? field : `${resource} ${field}`
  const label = `${indent}${printable(name)}${effect === 'values' ? '' : ` (${effect} only)`}`
  if (before === null && after === null) return `${label}\n`
  const isLong = [before, after].some((text) => text !== null && (text.includes('\n') || text.length > 60))
  if (!isLong) return `${label}: ${show(before)} → ${show(after)}\n`
  return `${label}\n${renderLines(before ?? '', after ?? '', `${indent}  `)}`
}

function show(text: string | null): string {
  return text === null ? 'none' : printable(text)
}

/** Lines that both begin or end with are left out. */
function renderLines(before: string, after: string, indent: string): string {
  const [old, next] = [before, after].map((text) => (text === '' ? [] : text.split('\n'))) as [string[], string[]]
  const most = Math.min(old.length, next.length)
  let start = 0
  while (start < most && old[start] === next[start]) start += 1
  let end = 0
  while (end < most - start && old[old.length - 1 - end] === next[next.length - 1 - end]) end += 1
  const part = (lines: readonly string[], sign: string): string =>
    lines
      .slice(start, lines.length - end)
      .map((line) => `${indent}${sign} ${printable(line)}\n`)
      .join('')
  return part(old, '-') + part(next, '+')
}
