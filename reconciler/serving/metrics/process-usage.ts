/** What one process uses of its machine, as gauges and counters of the registry. Knows nothing of what the process does. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { MetricRegistry } from './metric-registry.ts'

const lagResolutionMs = 10
/** The lag is of at most this long. */
const lagWindowMs = 15_000

/** Sets the process's series before every snapshot. Returns a function that ends the measurement. */
export function observeProcess(registry: MetricRegistry): () => void {
  const lag = monitorEventLoopDelay({ resolution: lagResolutionMs })
  lag.enable()
  const startedAt = Date.now() / 1000 - process.uptime()
  registry.number('process_start_time_seconds').set(startedAt)
  registry.beforeSnapshot(() => {
    observeUsage(registry)
    // The histogram measures the time between its own ticks: what is above the resolution is the delay.
    const delayMs = lag.count === 0 ? 0 : Math.max(0, lag.percentile(99) / 1e6 - lagResolutionMs)
    registry.number('nodejs_eventloop_lag_p99_seconds').set(delayMs / 1000)
  })
  const window = setInterval(() => lag.reset(), lagWindowMs)
  window.unref()
  return () => {
    clearInterval(window)
    lag.disable()
  }
}

function observeUsage(registry: MetricRegistry): void {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  registry.number('process_cpu_user_seconds_total').set(user / 1e6)
  registry.number('process_cpu_system_seconds_total').set(system / 1e6)
  registry.number('process_cpu_seconds_total').set((user + system) / 1e6)
  registry.number('process_resident_memory_bytes').set(rss)
  registry.number('nodejs_heap_size_used_bytes').set(heapUsed)
  registry.number('nodejs_external_memory_bytes').set(external)
}
