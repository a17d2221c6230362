/** What an engine's process is asked, and what it answers. */
import type { Cell, EngineColumn } from './engine.ts'

export interface EngineSettings {
  readonly threads: number
  readonly memoryLimitBytes: number
  /** A folder of this engine's own. */
  readonly spillFolder: string
  readonly spillLimitBytes: number
  readonly resultLimitBytes: number
  /** Files and folders that statements reach after `lock`, by their real paths. */
  readonly files: readonly string[]
  readonly folders: readonly string[]
  /** Whether `progress` is sent. */
  readonly progress: boolean
}

/** `open` may come again after `shut`, which forgets everything of the database before and answers with the memory of the process, in bytes. */
export type EngineCall =
  | { readonly type: 'open'; readonly settings: EngineSettings }
  | { readonly type: 'query'; readonly sql: string; readonly parameters: readonly Cell[] }
  | { readonly type: 'hash'; readonly sql: string; readonly head: string }
  | { readonly type: 'load'; readonly table: string; readonly columns: readonly EngineColumn[] }
  | { readonly type: 'append'; readonly rows: readonly (readonly Cell[])[] }
  | { readonly type: 'endLoad' }
  | { readonly type: 'dropLoad' }
  | { readonly type: 'lock' }
  | { readonly type: 'shut' }

export interface EngineTable {
  readonly names: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** While a statement runs: which part of it is done, 0 to 1. */
export interface EngineNews {
  readonly share: number
}

/** The guard thread ends the process with it, after it wrote to its standard error which limit was passed. */
export const guardSignal = 'SIGUSR2'

export type GuardedLimit = 'memory' | 'spill'

/** Memory beside DuckDB's own: the runtime, answers on their way, and what DuckDB does not account for. */
export const memoryAllowanceBytes = 512 * 1024 * 1024
