/** Opens an engine: DuckDB in memory, in a process of its own. */
import { realpath } from 'node:fs/promises'
import { MainwardError } from '../../core/error.ts'
import { EngineHolder, type HolderOptions } from './engine-holder.ts'
import type { EngineKeeper } from './engine-keeper.ts'
import type { EngineCall, EngineTable } from './engine-calls.ts'
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
  /** Has processes of engines that were closed, and takes this one's back. Default: each engine has a process of its own, which ends with it. */
  readonly keeper?: EngineKeeper
}

const mebibyte = 1024 * 1024
const startLimitMs = 30_000

/** Throws `engine-failed` when it cannot be started, and `not-found` for allowed files and folders that are not there. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const [files, folders] = [await realPaths(options.files ?? []), await realPaths(options.folders ?? [])]
  const spillFolder = await createSpillFolder(options.spillFolder)
  const { threads = 2, memoryLimitBytes = 1024 * mebibyte, spillLimitBytes = 8192 * mebibyte, onProgress, keeper } = options
  const holder = holdProcess({ timeLimitMs: options.timeLimitMs ?? null, onProgress: onProgress ?? null }, keeper)
  const engine = new ProcessEngine(holder, spillFolder, options)
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

function holdProcess(options: HolderOptions, keeper: EngineKeeper | undefined): EngineHolder {
  const kept = keeper?.take() ?? null
  kept?.serve(options)
  return kept ?? new EngineHolder(options)
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
  readonly #keeper: EngineKeeper | undefined
  #isClosed = false
  /** The process may serve others now: what is in the folder's place is theirs. */
  #isTidy = false
  /** Under way, or waiting for their turn. */
  #calls = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(holder: EngineHolder, spillFolder: string, { signal, keeper }: Pick<EngineOptions, 'signal' | 'keeper'>) {
    this.#holder = holder
    this.#spillFolder = spillFolder
    this.#signal = signal
    this.#keeper = keeper
    this.#onAbort = () => holder.end(new MainwardError('cancelled', 'the work was cancelled'))
    if (signal?.aborted === true) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
    // Also when nobody closes: an engine that was ended by a limit or a signal leaves nothing on disk.
    void holder.gone.then(() => (this.#isTidy ? undefined : this.#tidy()))
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
    if (!this.#isClosed && this.#keeper !== undefined) await this.#giveBack(this.#keeper)
    else if (this.#keeper === undefined) this.#holder.end(wasClosed())
    await this.#tidy()
  }

  /** What is under way is not waited for: its process is ended. */
  async #giveBack(keeper: EngineKeeper): Promise<void> {
    this.#isClosed = true
    if (this.#calls > 0) this.#holder.end(wasClosed())
    await keeper.takeBack(this.#holder)
  }

  /** Calls are answered in the order in which they are made. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(wasClosed())
    this.#calls += 1
    const result = this.#last.then(work).finally(() => (this.#calls -= 1))
    this.#last = result.catch(() => null)
    return result
  }

  async #tidy(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    // A process that is kept spills nothing any more.
    if (this.#keeper === undefined || this.#holder.isEnded) await this.#holder.gone
    await removeSpillFolder(this.#spillFolder)
    this.#isTidy = true
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

function wasClosed(): MainwardError {
  return new MainwardError('cancelled', 'the engine was closed')
}
