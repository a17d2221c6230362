/** Opens an engine: DuckDB in memory, in a process of its own. */
import { realpath } from 'node:fs/promises'
import { MainwardError } from '../../core/error.ts'
import { EngineHolder } from './engine-holder.ts'
import type { EngineCall, EngineTable } from './engine-messages.ts'
import type { Cell, Engine, EngineRow } from './engine.ts'
import { createSpillFolder, removeSpillFolder } from './spill-folder.ts'

export interface EngineOptions {
  /** Where a folder for what does not fit into memory is made; it is removed with the engine. */
  readonly spillFolder: string
  /** Default 2. */
  readonly threads?: number
  /** What DuckDB may hold; the process may take 512 MiB more. Default 1 GiB. */
  readonly memoryLimitBytes?: number
  /** Default 8 GiB. */
  readonly spillLimitBytes?: number
  /** How long one call may take, in milliseconds. Default: for ever. */
  readonly timeLimitMs?: number
  /** How large an answer may be, in bytes, about. Default 64 MiB. */
  readonly resultLimitBytes?: number
  /** Files that statements may read and write after `lock`. DuckDB tells reading and writing not apart. */
  readonly files?: readonly string[]
  /** Folders, likewise. */
  readonly folders?: readonly string[]
  /** Gets the share of the running statement that is done, 0 to 1, a few times a second; never exact. */
  readonly onProgress?: (share: number) => void
  /** Ends the engine at once: what runs fails with `cancelled`. */
  readonly signal?: AbortSignal
}

const mebibyte = 1024 * 1024
const startLimitMs = 30_000

/** Throws `engine-failed` when it cannot be started, and `not-found` for allowed files and folders that are not there. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const [files, folders] = [await realPaths(options.files ?? []), await realPaths(options.folders ?? [])]
  const spillFolder = await createSpillFolder(options.spillFolder)
  const { threads = 2, memoryLimitBytes = 1024 * mebibyte, spillLimitBytes = 8192 * mebibyte, onProgress } = options
  const holder = new EngineHolder({ timeLimitMs: options.timeLimitMs ?? null, onProgress: onProgress ?? null })
  const engine = new ProcessEngine(holder, spillFolder, options.signal)
  const slow = setTimeout(() => holder.end(new MainwardError('engine-failed', 'the engine did not start in time')), startLimitMs)
  try {
    const resultLimitBytes = options.resultLimitBytes ?? 64 * mebibyte
    const settings = { threads, memoryLimitBytes, spillLimitBytes, resultLimitBytes, spillFolder, files, folders }
    await engine.open({ type: 'open', settings: { ...settings, progress: onProgress !== undefined } })
    return engine
  } catch (thrown) {
    await engine.close()
    throw thrown
  } finally {
    clearTimeout(slow)
  }
}

/** DuckDB compares real paths: one that leads over a link would allow nothing. */
async function realPaths(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of paths) {
    try {
      found.push(await realpath(path))
    } catch (cause) {
      throw new MainwardError('not-found', `${path} is not there, or cannot be reached`, { cause })
    }
  }
  return found
}

class ProcessEngine implements Engine {
  readonly #holder: EngineHolder
  readonly #spillFolder: string
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void
  #last: Promise<unknown> = Promise.resolve()

  constructor(holder: EngineHolder, spillFolder: string, signal: AbortSignal | undefined) {
    this.#holder = holder
    this.#spillFolder = spillFolder
    this.#signal = signal
    this.#onAbort = () => holder.end(new MainwardError('cancelled', 'the work was cancelled'))
    if (signal?.aborted === true) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
    // Also when nobody closes: an engine that was ended by a limit or a signal leaves nothing on disk.
    void holder.gone.then(() => this.#tidy())
  }

  async open(call: EngineCall): Promise<void> {
    await this.#inTurn(() => this.#holder.ask(call))
  }

  async query(...[sql, parameters = []]: Parameters<Engine['query']>): Promise<readonly EngineRow[]> {
    const table = await this.#inTurn(() => this.#holder.ask({ type: 'query', sql, parameters }))
    return toRows(table)
  }

  async hash(sql: string, head: string): Promise<string> {
    const table = await this.#inTurn(() => this.#holder.ask({ type: 'hash', sql, head }))
    return String(table?.rows[0]?.[0])
  }

  load(...[table, columns, rows]: Parameters<Engine['load']>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#holder.ask({ type: 'load', table, columns })
      try {
        for await (const batch of rows) await this.#holder.ask({ type: 'append', rows: batch })
        await this.#holder.ask({ type: 'endLoad' })
      } catch (thrown) {
        await this.#holder.ask({ type: 'dropLoad' }).catch(() => null)
        throw thrown
      }
    })
  }

  async lock(): Promise<void> {
    await this.#inTurn(() => this.#holder.ask({ type: 'lock' }))
  }

  async close(): Promise<void> {
    this.#holder.end(new MainwardError('cancelled', 'the engine was closed'))
    await this.#tidy()
  }

  /** Calls are answered in the order in which they are made. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => null)
    return result
  }

  async #tidy(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    await this.#holder.gone
    await removeSpillFolder(this.#spillFolder)
  }
}

function toRows(table: EngineTable | null): readonly EngineRow[] {
  const { names, rows } = table ?? { names: [], rows: [] }
  // A loop: pairs made for each cell cost more than all else that is done with large answers.
  return rows.map((row) => {
    const named: Record<string, Cell> = {}
    for (let at = 0; at < names.length; at++) named[names[at] ?? ''] = row[at] ?? null
    return named
  })
}
