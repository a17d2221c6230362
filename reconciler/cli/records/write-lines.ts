/** Writes lines to a file as a whole, gzipped when its name ends in .gz: a reader sees all of it or what was there before. */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { MainwardError, messageOf } from '../../core/error.ts'

/** Returns the number of lines. Throws `environment` when the file can not be written; what the text's source throws stays. */
export async function writeLines(file: string, text: AsyncIterable<string>): Promise<number> {
  const half = `${file}.${process.pid}.new`
  const counter = countLines()
  const steps = file.endsWith('.gz') ? [counter.stream, createGzip()] : [counter.stream]
  try {
    await pipeline([Readable.from(text), ...steps, createWriteStream(half, { mode: 0o600 })])
    await rename(half, file)
  } catch (thrown) {
    await rm(half, { force: true })
    if (!(thrown instanceof Error) || !('syscall' in thrown)) throw thrown
    throw new MainwardError('environment', `can not write ${file}: ${messageOf(thrown)}`, { cause: thrown })
  }
  return counter.lines()
}

function countLines(): { readonly stream: Transform; readonly lines: () => number } {
  let lines = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const byte of chunk) if (byte === 10) lines += 1
      done(null, chunk)
    },
  })
  return { stream, lines: () => lines }
}
