/** The hold on an engine's process, with what may be another for each engine: how long a call may take, and who hears of progress. */
import { MainwardError } from '../../core/error.ts'
import { HeldProcess, type HeldProgram } from '../../processes/held-process.ts'
import { guardSignal, type EngineCall, type EngineNews, type EngineTable, type GuardedLimit } from './engine-calls.ts'

export interface HolderOptions {
  /** How long one call may take, in milliseconds; null: for ever. */
  readonly timeLimitMs: number | null
  readonly onProgress: ((share: number) => void) | null
}

const program: HeldProgram = {
  file: 'features/engine/engine-process.js',
  name: 'the engine',
  codes: { start: 'engine-failed', ask: 'engine-failed' },
  describeEnd,
}

export class EngineHolder {
  readonly #held: HeldProcess<EngineCall, EngineTable | null, EngineNews>
  #options: HolderOptions

  constructor(options: HolderOptions) {
    this.#options = options
    this.#held = new HeldProcess(program, ({ share }) => this.#options.onProgress?.(share))
  }

  /** For whoever uses it next. */
  serve(options: HolderOptions): void {
    this.#options = options
  }

  get isEnded(): boolean {
    return this.#held.isEnded
  }

  /** The caller waits for one answer before it asks again. A call that passes a limit ends the process. */
  async ask(call: EngineCall): Promise<EngineTable | null> {
    // Starting is no statement: a limit of its own ends it.
    const timeLimitMs = call.type === 'open' ? null : this.#options.timeLimitMs
    const timer = timeLimitMs === null ? null : setTimeout(() => this.end(tooSlow(timeLimitMs)), timeLimitMs)
    try {
      return await this.#held.ask(call)
    } catch (thrown) {
      if (thrown instanceof MainwardError && thrown.code === 'engine-limit') this.end(thrown)
      throw thrown
    } finally {
      if (timer !== null) clearTimeout(timer)
    }
  }

  /** Kills the process; what waits, and every later call, fails with `reason`. The first reason counts. */
  end(reason: MainwardError): void {
    void this.#held.end(reason)
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#held.gone
  }
}

function tooSlow(timeLimitMs: number): MainwardError {
  return new MainwardError('engine-limit', `a statement took longer than ${timeLimitMs} ms and was ended`, {
    hint: 'allow more time, or read fewer rows; a statement that never ends has to be written differently',
  })
}

function describeEnd(how: string, lastWords: string): MainwardError {
  if (how === guardSignal) return describeLimit(lastWords)
  if (how === 'SIGKILL') {
    return new MainwardError('engine-limit', 'the engine was killed from outside: probably the machine ran out of memory', {
      hint: 'allow the engine less memory than the machine has free',
    })
  }
  return new MainwardError('engine-failed', `the engine crashed (${how})${lastWords === '' ? '' : `: ${lastWords}`}`)
}

function describeLimit(lastWords: string): MainwardError {
  const spilled = lastWords.endsWith('spill' satisfies GuardedLimit)
  return spilled
    ? new MainwardError('engine-limit', 'a statement spilled more to disk than is allowed and was ended', {
        hint: 'allow more spill, or read fewer rows',
      })
    : new MainwardError('engine-limit', 'a statement took more memory than is allowed and was ended', {
        hint: 'allow more memory, or build smaller texts and lists',
      })
}
