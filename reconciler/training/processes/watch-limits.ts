/** Watches of a running process tree. Each resolves with its reason when the limit is passed, and never otherwise. */
import type { StopReason } from '../../core/training-run.ts'
import type { ProcessTree } from './process-tree.ts'

const memoryEveryMs = 100
const diskEveryMs = 300
/** Looking takes at most a fifth of the time, however many processes or files there are. */
const pauseFactor = 4
/** What a timer of Node can wait. */
const longestWaitMs = 2 ** 31 - 1

export function watchTime(timeoutMs: number, stop: AbortSignal): Promise<StopReason> {
  const until = performance.now() + timeoutMs
  return watch({ reason: 'timeout', pauseMs: () => until - performance.now(), stop }, () =>
    Promise.resolve(performance.now() >= until),
  )
}

export interface MemoryWatch {
  readonly tree: ProcessTree
  readonly limitBytes: number
  /** Hears the most that was seen, in bytes. */
  readonly onPeak: (bytes: number) => void
  readonly stop: AbortSignal
}

export function watchMemory({ tree, limitBytes, onPeak, stop }: MemoryWatch): Promise<StopReason> {
  return watch({ reason: 'memory', pauseMs: (tookMs) => Math.max(memoryEveryMs, tookMs * pauseFactor), stop }, async () => {
    const { bytes, peakBytes } = await tree.measure(await tree.look(), limitBytes)
    onPeak(Math.max(bytes, peakBytes))
    return bytes > limitBytes
  })
}

export interface DiskWatch {
  readonly measure: () => Promise<number>
  readonly limitBytes: number
  readonly stop: AbortSignal
}

export function watchDisk({ measure, limitBytes, stop }: DiskWatch): Promise<StopReason> {
  if (limitBytes === Infinity) return new Promise(() => undefined)
  return watch(
    { reason: 'disk', pauseMs: (tookMs) => Math.max(diskEveryMs, tookMs * pauseFactor), stop },
    async () => (await measure()) > limitBytes,
  )
}

interface Watch {
  readonly reason: StopReason
  readonly pauseMs: (tookMs: number) => number
  readonly stop: AbortSignal
}

function watch({ reason, pauseMs, stop }: Watch, isPassed: () => Promise<boolean>): Promise<StopReason> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const look = async (): Promise<void> => {
      const startedMs = performance.now()
      const passed = await isPassed()
      if (stop.aborted) return
      if (passed) resolve(reason)
      else timer = setTimeout(() => void look().catch(reject), Math.min(pauseMs(performance.now() - startedMs), longestWaitMs))
    }
    stop.addEventListener('abort', () => clearTimeout(timer), { once: true })
    look().catch(reject)
  })
}
