/** One worker as a process of node's cluster: messages, signals, its end. Knows nothing of what workers do. */
import cluster from 'node:cluster'
import { readFromWorker, type FromWorker, type ToWorker } from '../channel/messages.ts'
import { workerHeap, workerMemory } from '../worker-memory.ts'
import type { ProcessEnd } from './death-cause.ts'

export interface WorkerProcess {
  readonly pid: number
  /** A message to a process that is gone is lost. */
  send(message: ToWorker): void
  kill(signal: NodeJS.Signals): void
}

export interface WorkerEvents {
  /** Not called after `onEnd`. */
  onMessage(message: FromWorker): void
  onEnd(end: ProcessEnd): void
}

/** A worker that closed its channel, and did not end, is not reachable any more. */
const speechlessMs = 5_000

/**
 * Runs this program once more, with the same arguments. Workers accept connections themselves, from a socket that all share: where
 * the primary hands them out in turn, as is node's default, one that is on its way to a worker that dies stays open for ever, and
 * its client waits (node 20, lib/internal/cluster/round_robin_handle.js: what is handed over is forgotten).
 */
export function startWorkerProcess(events: WorkerEvents): WorkerProcess {
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ execArgv: [...process.execArgv, ...workerHeap] })
  const worker = cluster.fork(workerMemory)
  let ended = false
  let timer: NodeJS.Timeout | undefined
  worker.on('message', (received: unknown) => {
    const message = readFromWorker(received)
    if (message !== null && !ended) events.onMessage(message)
  })
  worker.on('disconnect', () => {
    timer = setTimeout(() => worker.process.kill('SIGKILL'), speechlessMs)
    timer.unref()
  })
  const end = (how: ProcessEnd) => {
    clearTimeout(timer)
    if (!ended) events.onEnd(how)
    ended = true
  }
  worker.on('exit', (code, signal) => end({ code, signal: signal === '' ? null : (signal as NodeJS.Signals | null) }))
  // A process that could not be started has no end of its own.
  worker.on('error', () => {
    if (worker.process.pid === undefined) end({ code: 1, signal: null })
  })
  return {
    pid: worker.process.pid ?? 0,
    send: (message) => {
      if (worker.isConnected()) worker.process.send?.(message, () => undefined)
    },
    kill: (signal) => {
      worker.process.kill(signal)
    },
  }
}
