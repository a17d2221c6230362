/** What commands remember of each other in a file of the state folder: entries by name. What is lost is found out again. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../../artifacts/write-whole.ts'

/** None where the file is not there, or was damaged. */
export async function readKeptEntries<Value>(folder: string, file: string): Promise<Map<string, Value>> {
  try {
    return new Map(Object.entries(JSON.parse(await readFile(join(folder, file), 'utf8')) as Readonly<Record<string, Value>>))
  } catch (thrown) {
    if (thrown instanceof SyntaxError || (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'))
      return new Map()
    throw thrown
  }
}

export function keepEntries<Value>(folder: string, file: string, entries: ReadonlyMap<string, Value>): Promise<void> {
  return writeWhole(folder, file, Buffer.from(JSON.stringify(Object.fromEntries(entries))))
}
