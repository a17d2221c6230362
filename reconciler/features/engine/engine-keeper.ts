/**
 * Keeps the process of an engine that was closed for the next one: starting one takes a fifth of a second, a new database in it a hundredth.
 * Nothing of the database before is left in it.
 */
import { MainwardError } from '../../core/error.ts'
import { EngineHolder } from './engine-holder.ts'

export interface EngineKeeper {
  /** Starts a process, unless there is one. */
  warm(): void
  /** Null: there is none. */
  take(): EngineHolder | null
  /** Of an engine that is used no more: ends it when it is not as good as new. */
  takeBack(holder: EngineHolder): Promise<void>
  /** Ends the process. Later ones are not kept. */
  close(): Promise<void>
}

/** A new process has some 60 MiB; allocators give back little of what was used. */
const keptBytes = 256 * 1024 * 1024

const noOptions = { timeLimitMs: null, onProgress: null }

/** Keeps one process at most. */
export function createEngineKeeper(): EngineKeeper {
  return new KeptProcess()
}

class KeptProcess implements EngineKeeper {
  #holder: EngineHolder | null = null
  #closed = false

  warm(): void {
    if (!this.#closed && (this.#holder === null || this.#holder.isEnded)) this.#holder = new EngineHolder(noOptions)
  }

  take(): EngineHolder | null {
    const holder = this.#holder
    this.#holder = null
    return holder === null || holder.isEnded ? null : holder
  }

  async takeBack(holder: EngineHolder): Promise<void> {
    // What cannot be shut has ended, and says so to nobody who would care.
    const answer = await holder.ask({ type: 'shut' }).catch(() => null)
    const bytes = Number(answer?.rows[0]?.[0] ?? Infinity)
    if (this.#closed || this.#holder !== null || bytes > keptBytes) end(holder)
    else this.#holder = holder
  }

  async close(): Promise<void> {
    this.#closed = true
    const holder = this.take()
    if (holder === null) return
    end(holder)
    await holder.gone
  }
}

function end(holder: EngineHolder): void {
  holder.end(new MainwardError('cancelled', 'the engine was closed'))
}
