/** Reads sample rows from text: a JSON list, `{"rows": [...]}` as requests have it, or one JSON object a line. Pure. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Json } from '../../core/digest.ts'

export type SampleRow = Readonly<Record<string, Json>>

/** At least one row; each an object by column name. Throws `invalid-input` with the place in the file. */
export function parseSample(text: string, file: string): readonly SampleRow[] {
  const plain = text.replace(/^\uFEFF/, '').trim()
  const values = isJsonLines(plain) ? parseLines(plain, file) : listRows(parseJson(plain, file))
  if (values.length === 0) throw invalid(`expected at least one row in ${file}, found none`)
  return values.map((value, index) => requireRow(value, `row ${index + 1} of ${file}`))
}

/** More than one line, and the first is a whole object. */
function isJsonLines(text: string): boolean {
  const [first = '', ...others] = text.split('\n')
  return others.length > 0 && first.startsWith('{') && first.trimEnd().endsWith('}') && isJson(first)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return false
    throw thrown
  }
}

function parseLines(text: string, file: string): readonly unknown[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseJson(line, `${file}:${index + 1}`)]))
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(`expected rows as JSON in ${place}: ${messageOf(cause)}`, cause)
  }
}

/** A single object is one row, unless it is a request with rows. */
function listRows(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[]
  const rows = value !== null && typeof value === 'object' && 'rows' in value ? value.rows : undefined
  return Array.isArray(rows) ? (rows as readonly unknown[]) : [value]
}

function requireRow(value: unknown, place: string): SampleRow {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as SampleRow
  throw invalid(`expected an object by column name in ${place}, found ${Array.isArray(value) ? 'a list' : typeof value}`)
}

function invalid(message: string, cause?: unknown): MainwardError {
  return new MainwardError('invalid-input', message, {
    cause,
    hint: 'for example [{"distance": 200, "wind_speed": 12.5}], or one such object a line',
  })
}
