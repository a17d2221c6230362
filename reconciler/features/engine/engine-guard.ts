/**
 * A thread in the engine's process: ends the process when its parent is gone, or when it takes more memory or disk than it may.
 * DuckDB counts what its buffers hold, not every text and state of an aggregate: `repeat('x', 3000000000)` stays below any limit of
 * its; and `max_temp_directory_size` (1.5.6) lets sorts and distinct counts write many times as much.
 */
import { readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { guardSignal, type GuardedLimit } from './engine-calls.ts'

export interface GuardSettings {
  readonly parent: number
  readonly memoryLimitBytes: number
  readonly spillFolder: string
  readonly spillLimitBytes: number
}

const everyMs = 50
const standardError = 2
const blockBytes = 512

const state = { settings: workerData as GuardSettings }
// The process is opened again with other limits.
parentPort?.on('message', (settings: GuardSettings) => (state.settings = settings))
setInterval(() => {
  const { parent, memoryLimitBytes, spillFolder, spillLimitBytes } = state.settings
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  if (process.memoryUsage.rss() > memoryLimitBytes) end('memory')
  if (measure(spillFolder) > spillLimitBytes) end('spill')
}, everyMs)

/** The holder reads what is written last, and the signal. */
function end(limit: GuardedLimit): void {
  writeSync(standardError, `\n${limit}`)
  process.kill(process.pid, guardSignal)
}

/** Bytes on disk. */
function measure(folder: string): number {
  return list(folder).reduce((sum, name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false })
    return sum + (found === undefined ? 0 : found.blocks * blockBytes)
  }, 0)
}

/** Between two openings the folder of the one before is removed, and something else may lie in the place of its parent. */
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}
