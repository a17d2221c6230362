/** Fields of JSON that was written earlier, each with its sort. All throw `invalid-input` for anything else. */
import type { Json } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'

export type JsonRecord = Readonly<Record<string, Json>>

export function jsonRecord(value: Json | undefined, what: string): JsonRecord {
  if (typeof value === 'object' && value !== null && !isList(value)) return value
  throw wrong(what, 'an object', value)
}

export function jsonText(record: JsonRecord, name: string): string {
  const value = record[name]
  if (typeof value === 'string') return value
  throw wrong(name, 'a text', value)
}

export function jsonNumber(record: JsonRecord, name: string): number {
  const value = record[name]
  if (typeof value === 'number') return value
  throw wrong(name, 'a number', value)
}

export function jsonList(record: JsonRecord, name: string): readonly Json[] {
  const value = record[name]
  if (isList(value)) return value
  throw wrong(name, 'a list', value)
}

export function jsonNumbers(record: JsonRecord, name: string): readonly number[] {
  return jsonList(record, name).map((value) => {
    if (typeof value === 'number') return value
    throw wrong(name, 'numbers', value)
  })
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function wrong(name: string, wanted: string, found: Json | undefined): MainwardError {
  return new MainwardError('invalid-input', `${name}: expected ${wanted}, found ${JSON.stringify(found) ?? 'nothing'}`)
}
