/** A thread in a model's process: ends the process when its parent is gone, also in the middle of a run. Knows no model. */
import { workerData } from 'node:worker_threads'

const everyMs = 1000

const { parent } = workerData as { readonly parent: number }
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, everyMs)
