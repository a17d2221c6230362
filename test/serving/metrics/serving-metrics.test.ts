import { Counter, Histogram, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { durationBuckets } from '../../../reconciler/serving/metrics/metric-families.ts'
import { dropUnknown, keepCounters, mergeSnapshots } from '../../../reconciler/serving/metrics/metrics-snapshot.ts'
import { observeProcess } from '../../../reconciler/serving/metrics/process-usage.ts'
import { renderMetrics } from '../../../reconciler/serving/metrics/render-metrics.ts'
import { ServingMetrics } from '../../../reconciler/serving/metrics/serving-metrics.ts'
import { benchRelease } from '../support/bench-model.ts'

const first = benchRelease({ version: 1 })
const second = benchRelease({ version: 2 })
const odd = benchRelease({ model: 'a "quoted" \\ name\nof two lines', version: 3 })

function countSome(seed: number): ServingMetrics {
  const metrics = new ServingMetrics(() => 1000 + seed)
  metrics.forArm(first, 'stable').rows(seed)
  metrics.forArm(second, 'canary').rows(2 * seed)
  metrics.forArm(odd, null).rows(1)
  for (let index = 0; index < 40; index++) {
    metrics.beginRequest()
    metrics.endRequest(metrics.forRoute('predict', 'bench'), index % 4 === 0 ? 503 : 200, seed * index * 0.0007)
  }
  return metrics
}

/** What prom-client, which counts and renders by itself, says of the same events. */
async function renderReference(seeds: readonly number[]): Promise<readonly string[]> {
  const registers = [new Registry()]
  const rows = new Counter({
    name: 'mainward_predictions_total',
    help: 'x',
    labelNames: ['model', 'version', 'variant'],
    registers,
  })
  const name = 'mainward_request_duration_seconds'
  const labelNames = ['route', 'model', 'status']
  const seconds = new Histogram({ name, help: 'x', labelNames, buckets: [...durationBuckets], registers })
  for (const seed of seeds) {
    rows.labels('bench', '1', 'stable').inc(seed)
    rows.labels('bench', '2', 'canary').inc(2 * seed)
    rows.labels(odd.model, '3', '').inc(1)
    for (let index = 0; index < 40; index++) {
      seconds.labels('predict', 'bench', index % 4 === 0 ? '5xx' : '2xx').observe(seed * index * 0.0007)
    }
  }
  return linesOf((await registers[0]?.metrics()) ?? '')
}

/** Labels and sums as Prometheus reads them: the order of labels has no meaning, and a sum is a sum in any order. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name = line, labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    const sorted = (labels.match(/\w+="(?:[^"\\]|\\.)*"/g) ?? []).sort().join(',')
    return `${name}{${sorted}} ${Number(value).toPrecision(12)}`
  })
}

describe('the metrics of a process', () => {
  it('are rendered as prom-client renders the same events', async () => {
    const rendered = linesOf(renderMetrics(countSome(3).snapshot()))
    expect(rendered).toEqual(expect.arrayContaining([...(await renderReference([3]))]))
    expect(rendered).toContain('mainward_requests_in_flight{} 0.00000000000')
  })

  it('of several are rendered as if one had counted all of it', async () => {
    const snapshots = [1, 2, 5].map((seed) => JSON.parse(JSON.stringify(countSome(seed).snapshot())) as never)
    const rendered = linesOf(renderMetrics(mergeSnapshots(snapshots)))
    expect(rendered).toEqual(expect.arrayContaining([...(await renderReference([1, 2, 5]))]))
  })

  it('names every family once, with help and type', () => {
    const text = renderMetrics(countSome(1).snapshot())
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE'))
    expect(new Set(types).size).toBe(types.length)
    expect(text).toContain('# HELP mainward_predictions_total Rows predicted.\n# TYPE mainward_predictions_total counter\n')
  })

  it('make one handle for one arm, and go on counting after another version was dropped', () => {
    const metrics = countSome(1)
    metrics.prune([{ model: 'bench', version: 2 }])
    metrics.forArm(second, 'canary').rows(5)
    metrics.forRoute('predict', 'bench').error('invalid-input')
    const text = renderMetrics(metrics.snapshot())
    expect(text).toContain('mainward_predictions_total{model="bench",version="2",variant="canary"} 7\n')
    expect(text).toContain('mainward_request_errors_total{route="predict",model="bench",reason="invalid-input"} 1\n')
    expect(text).not.toContain('version="1"')
    expect(text).not.toContain('quoted')
    expect(metrics.forArm(second, 'canary')).toBe(metrics.forArm(second, 'canary'))
  })
})

describe('the metrics of several processes', () => {
  it('keep what a dead process counted, not its gauges', () => {
    const metrics = countSome(4)
    metrics.beginRequest()
    const kept = keepCounters(metrics.snapshot())
    expect(kept.series.map(({ name }) => name)).not.toContain('mainward_requests_in_flight')
    expect(kept.series.find(({ labels }) => labels[1] === '1')?.values).toEqual([4])
  })

  it('add up usage, and tell the slowest event loop and the oldest process', () => {
    const snapshots = [1, 2].map((seed) => {
      const metrics = new ServingMetrics(() => 0)
      metrics.registry.number('process_resident_memory_bytes').set(seed * 100)
      metrics.registry.number('nodejs_eventloop_lag_p99_seconds').set(seed)
      metrics.registry.number('process_start_time_seconds').set(seed)
      metrics.registry.number('process_cpu_seconds_total').set(seed)
      return metrics.snapshot()
    })
    const { series } = mergeSnapshots(snapshots)
    expect(Object.fromEntries(series.map(({ name, values }) => [name, values[0]]))).toMatchObject({
      process_resident_memory_bytes: 300,
      nodejs_eventloop_lag_p99_seconds: 2,
      process_start_time_seconds: 1,
      process_cpu_seconds_total: 3,
    })
  })

  it('drop the versions that nobody knows any more, and keep what belongs to no model', () => {
    const metrics = countSome(1)
    metrics.forRoute('predict', '').error('not-found')
    metrics.forRelease(first).countFailure(10)
    metrics.forRelease(second).countFailure(10)
    const left = dropUnknown(metrics.snapshot(), [{ model: 'bench', version: 2 }])
    expect(left.statistics.map(({ version }) => version)).toEqual(['2'])
    const text = renderMetrics(left)
    expect(text).toContain('version="2"')
    expect(text).not.toContain('version="1"')
    expect(text).toContain('mainward_request_errors_total{route="predict",model="",reason="not-found"} 1')
    expect(text).toContain('mainward_request_duration_seconds_count{route="predict",model="bench",status="2xx"} 30')
  })
})

describe('statistics', () => {
  const times = { inputNs: 10, inferNs: 100, outputNs: 1 }

  it('count runs by their size, and requests by how they went', () => {
    const metrics = new ServingMetrics(() => 77)
    const counters = metrics.forRelease(first)
    counters.countRun(3, times)
    counters.countSuccess(1, 5, times)
    counters.countSuccess(2, 7, times)
    counters.countRun(100, times)
    counters.countSuccess(100, 0, times)
    counters.countFailure(40)
    expect(metrics.snapshot().statistics).toEqual([
      {
        model: 'bench',
        version: '1',
        lastInferenceMs: 77,
        inferenceCount: 103,
        executionCount: 2,
        success: { count: 3, ns: 3 * 111 + 12 },
        fail: { count: 1, ns: 40 },
        queue: { count: 3, ns: 12 },
        computeInput: { count: 3, ns: 30 },
        computeInfer: { count: 3, ns: 300 },
        computeOutput: { count: 3, ns: 3 },
        batches: [3, 128].map((batchSize) => ({
          batchSize,
          computeInput: { count: 1, ns: 10 },
          computeInfer: { count: 1, ns: 100 },
          computeOutput: { count: 1, ns: 1 },
        })),
      },
    ])
  })

  it('of several processes are added up', () => {
    const metrics = new ServingMetrics(() => 77)
    for (const rows of [1, 4]) {
      metrics.forRelease(first).countRun(rows, times)
      metrics.forRelease(first).countSuccess(rows, 2, times)
    }
    const one = metrics.snapshot()
    const [merged] = mergeSnapshots([one, one, one]).statistics
    expect(merged).toMatchObject({ inferenceCount: 15, executionCount: 6, queue: { count: 6, ns: 12 } })
    expect(merged?.batches.map(({ batchSize, computeInfer }) => [batchSize, computeInfer.count])).toEqual([
      [1, 3],
      [4, 3],
    ])
    const text = renderMetrics(mergeSnapshots([one, one]))
    expect(text).toContain('mainward_runs_total{model="bench",version="1"} 4')
    expect(text).toContain('mainward_run_phase_seconds_total{model="bench",version="1",phase="run"} 4e-7')
  })
})

describe('the usage of a process', () => {
  it('is what the system says, and shows an event loop that was held up', async () => {
    const metrics = new ServingMetrics(Date.now)
    const stop = observeProcess(metrics.registry)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const until = performance.now() + 200
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30))
    const { series } = metrics.snapshot()
    stop()
    const read = (name: string) => series.find((one) => one.name === name)?.values[0] ?? NaN
    expect(read('process_resident_memory_bytes') / process.memoryUsage().rss).toBeCloseTo(1, 0)
    expect(read('process_cpu_seconds_total')).toBeCloseTo(
      read('process_cpu_user_seconds_total') + read('process_cpu_system_seconds_total'),
      6,
    )
    expect(Math.abs(read('process_start_time_seconds') - (Date.now() / 1000 - process.uptime()))).toBeLessThan(1)
    expect(read('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0.1)
  })
})
