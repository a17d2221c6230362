/** Rows of a JSON file, one after the other: JSON lines, plain or gzip, or one list. A row's own text is kept. */
import { createReadStream } from 'node:fs'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { readLines } from '../records/read-lines.ts'
import { splitJsonList } from './split-json-list.ts'

export interface JsonRow {
  /** The object as it was written. */
  readonly text: string
  /** Null: the text is no row. */
  readonly row: Row | null
  /** Why it is none; null: it is one. */
  readonly problem: MainwardError | null
  /** For messages. */
  readonly place: string
}

/** Throws `not-found`, and `invalid-input` where the file is none of its format. */
export async function* readJsonRows(file: string, format: 'json-lines' | 'json'): AsyncGenerator<JsonRow> {
  for await (const { text, place } of format === 'json' ? readList(file) : readLines(file)) {
    yield { text, place, ...parseRow(text, place) }
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

function parseRow(text: string, place: string): Pick<JsonRow, 'row' | 'problem'> {
  try {
    const value = JSON.parse(text) as unknown
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { row: value as Row, problem: null }
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value
    return noRow(`${place}: expected an object by column name, found ${found}`)
  } catch (cause) {
    return noRow(`${place}: expected a row as JSON: ${messageOf(cause)}`, cause)
  }
}

function noRow(message: string, cause?: unknown): Pick<JsonRow, 'row' | 'problem'> {
  return { row: null, problem: new MainwardError('invalid-input', message, { cause }) }
}
