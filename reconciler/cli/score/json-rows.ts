/** Rows of a JSON file, one after the other: JSON lines, plain or gzip, or one list. A row's own text is kept. */
import { createReadStream } from 'node:fs'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { readLines } from '../records/read-lines.ts'
import { splitJsonList } from './split-json-list.ts'

export interface JsonRow {
  /** The object as it was written. */
  readonly text: string
  readonly row: Row
  /** For messages. */
  readonly place: string
}

/** Throws `not-found`, and `invalid-input` with the place of what is no row. */
export async function* readJsonRows(file: string, format: 'json-lines' | 'json'): AsyncGenerator<JsonRow> {
  for await (const { text, place } of format === 'json' ? readList(file) : readLines(file)) {
    yield { text, row: parseRow(text, place), place }
  }
}

async function* readList(file: string): AsyncGenerator<{ readonly text: string; readonly place: string }> {
  const stream = createReadStream(file, 'utf8')
  let number = 0
  try {
    for await (const text of splitJsonList(stream as AsyncIterable<string>, file))
      yield { text, place: `row ${(number += 1)} of ${file}` }
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('syscall' in thrown)) throw thrown
    throw new MainwardError('not-found', `can not read ${file}: ${messageOf(thrown)}`, { cause: thrown })
  } finally {
    stream.destroy()
  }
}

function parseRow(text: string, place: string): Row {
  const value = parse(text, place)
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Row
  throw new MainwardError(
    'invalid-input',
    `${place}: expected an object by column name, found ${Array.isArray(value) ? 'a list' : typeof value}`,
  )
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MainwardError('invalid-input', `${place}: expected a row as JSON: ${messageOf(cause)}`, { cause })
  }
}
