/** Reads a file of lines, plain or gzip, one by one. Knows nothing of what stands in them. */
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { MainwardError, messageOf } from '../../core/error.ts'

export interface PlacedLine {
  readonly text: string
  /** For messages: `FILE:NUMBER`. */
  readonly place: string
  /** Share of the file that lies before the end of the line, 0 to 1; of a gzip file, of what had to be read for it, by chunks. */
  readonly progress: number
}

/** The lines of a file that are not empty; gzip when its name ends in .gz. Throws `usage` when it is not there, and `invalid-input` when it is no gzip file. */
export async function* readLines(file: string): AsyncGenerator<PlacedLine> {
  const handle = await open(file).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException
    throw new MainwardError(
      'usage',
      code === 'ENOENT' ? `there is no file ${file}` : `can not read ${file}: ${messageOf(cause)}`,
      { cause },
    )
  })
  const { size } = await handle.stat()
  const bytes = handle.createReadStream()
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes
  const lines = createInterface({ input: text, crlfDelay: Infinity })
  let [number, passed] = [0, 0]
  // A stream reads ahead: a small file is read as a whole before its first line is used.
  const progress = (): number => Math.min(1, (file.endsWith('.gz') ? bytes.bytesRead : passed) / size)
  try {
    for await (const line of lines) {
      number += 1
      passed += Buffer.byteLength(line) + 1
      if (line.trim() === '') continue
      yield { text: line, place: `${file}:${number}`, progress: progress() }
    }
  } catch (thrown) {
    throw explainGzip(thrown, file)
  } finally {
    bytes.destroy()
  }
}

/** Errors of zlib are about the file; anything else stays what it is. */
function explainGzip(thrown: unknown, file: string): unknown {
  const { code } = thrown as NodeJS.ErrnoException
  if (code?.startsWith('Z_') !== true) return thrown
  return new MainwardError('invalid-input', `expected a gzip file, found ${file}: ${messageOf(thrown)}`, { cause: thrown })
}
