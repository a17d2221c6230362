/** The file that scores go into: its kind by its name, and its place, which gets it whole or not at all. */
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MainwardError, messageOf } from '../../core/error.ts'

export type RowFormat = 'json-lines' | 'json' | 'csv' | 'parquet'

const endings: readonly (readonly [RegExp, RowFormat])[] = [
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'json-lines'],
  [/\.json$/i, 'json'],
  [/\.csv$/i, 'csv'],
  [/\.(parquet|pq)$/i, 'parquet'],
]

/** `option` as it is typed. Throws `usage` for a name that says nothing. */
export function rowFormatOf(file: string, option: string): RowFormat {
  const found = endings.find(([ending]) => ending.test(file))
  if (found !== undefined) return found[1]
  throw new MainwardError('usage', `${option}: expected a name that ends in .jsonl, .json, .csv or .parquet, found ${file}`)
}

/** Hidden, beside the file, and named after the process. */
export function halfOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.${process.pid}.new`)
}

/** Runs `write` for a file beside `file`, and puts that into its place; removes it when `write` throws. */
export async function writeInPlace<T>(file: string, write: (half: string) => Promise<T>): Promise<T> {
  const half = halfOf(file)
  try {
    const result = await write(half)
    await rename(half, file)
    return result
  } catch (thrown) {
    await rm(half, { force: true })
    if (!(thrown instanceof Error) || !('syscall' in thrown)) throw thrown
    throw new MainwardError('environment', `can not write ${file}: ${messageOf(thrown)}`, { cause: thrown })
  }
}
