/**
 * A thread in the engine's process: ends the process when its parent is gone, or when it takes more memory than it may. DuckDB
 * counts what its buffers hold, not every string and state of an aggregate: `repeat('x', 3000000000)` stays below any limit of its.
 */
import { workerData } from 'node:worker_threads'
import { memoryGuardSignal } from './engine-messages.ts'

const everyMs = 50

const { parent, limitBytes } = workerData as { readonly parent: number; readonly limitBytes: number }
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  if (process.memoryUsage.rss() > limitBytes) process.kill(process.pid, memoryGuardSignal)
}, everyMs)
