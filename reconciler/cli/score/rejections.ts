/** What becomes of a row that can not be scored: it ends the work, or goes into a file of its own with the reason. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { MainwardError } from '../../core/error.ts'
import { writeInPlace } from './out-file.ts'

export const onErrorChoices = ['fail', 'skip'] as const

export type OnError = (typeof onErrorChoices)[number]

export interface RejectedRow {
  /** Counted from 0. */
  readonly row: number
  /** Its message begins with the place of the row. */
  readonly error: MainwardError
  /** JSON text of what is known of the row; null: it can not be read. */
  readonly input: string | null
}

export interface Rejections {
  readonly count: number
  has(row: number): boolean
  /** Throws the error where one such row ends the work. */
  reject(rejected: RejectedRow): void
}

/** `scored.csv` has `scored.rejected.jsonl` beside it. */
export function rejectedFileOf(out: string): string {
  return join(dirname(out), `${basename(out).replace(/\.(jsonl|ndjson|json|csv|parquet|pq)(\.gz)?$/i, '')}.rejected.jsonl`)
}

const noRejections: Rejections = {
  count: 0,
  has: () => false,
  reject: ({ error }) => {
    throw error
  },
}

/** Runs `work`. Its file of rejected rows, which may have none, appears as a whole or not at all. */
export async function withRejections<T>(
  { out, onError }: { readonly out: string; readonly onError: OnError },
  work: (rejections: Rejections) => Promise<T>,
): Promise<T> {
  if (onError === 'fail') return work(noRejections)
  return writeInPlace(rejectedFileOf(out), async (half) => {
    const file = openSync(half, 'w', 0o600)
    try {
      const rejections = new RejectedLines((text) => writeSync(file, text))
      const result = await work(rejections)
      rejections.flush()
      return result
    } finally {
      closeSync(file)
    }
  })
}

const flushedCharacters = 64 * 1024

class RejectedLines implements Rejections {
  readonly #write: (text: string) => void
  readonly #rows = new Set<number>()
  #lines: string[] = []
  #length = 0

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  get count(): number {
    return this.#rows.size
  }

  has(row: number): boolean {
    return this.#rows.has(row)
  }

  reject({ row, error, input }: RejectedRow): void {
    this.#rows.add(row)
    const line = `{"row":${row + 1},"reason":${JSON.stringify(error.message)},"input":${input ?? 'null'}}\n`
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= flushedCharacters) this.flush()
  }

  flush(): void {
    this.#write(this.#lines.join(''))
    this.#lines = []
    this.#length = 0
  }
}
