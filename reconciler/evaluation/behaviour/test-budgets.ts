/** Latency and size tests: what a prediction costs. */
import type { LatencyTest, SizeTest } from '../../core/behaviour-test.ts'
import type { TestOutcome } from '../../core/evaluation.ts'
import { scoreSample, type BehaviourSubject } from './behaviour-subject.ts'

/** The first runs of a session are slower: memory is laid out then. */
const warmUpRuns = 20

/**
 * Times of single runs, from the row to the score, without a network. A quantile is the time that this share of the runs took at most
 * (nearest rank), so that no number is made that was not measured.
 */
export async function runLatency(test: LatencyTest, subject: BehaviourSubject): Promise<TestOutcome> {
  const { name, type, p50Ms, p99Ms, runs } = test
  const { rows } = await scoreSample(subject, runs)
  const times: number[] = []
  for (let run = -warmUpRuns; run < runs; run += 1) {
    const row = rows[(run + warmUpRuns) % rows.length]
    const startedMs = subject.now()
    await subject.scorer.score([row?.inputs ?? {}])
    if (run >= 0) times.push(subject.now() - startedMs)
  }
  times.sort((a, b) => a - b)
  const bounds = [[50, p50Ms] as const, [99, p99Ms] as const].flatMap(([percent, mostMs]) => {
    return mostMs === null ? [] : [{ percent, mostMs, foundMs: times[Math.ceil((percent / 100) * runs) - 1] ?? NaN }]
  })
  const isPassed = bounds.every(({ mostMs, foundMs }) => foundMs <= mostMs)
  const told = bounds.map(
    ({ percent, mostMs, foundMs }) => `p${percent} of at most ${mostMs} ms, found ${foundMs.toPrecision(2)} ms`,
  )
  const slow = times.filter((time) => time > Math.max(...bounds.map(({ mostMs }) => mostMs))).length
  const message = `expected of ${runs} runs of one row ${told.join('; ')}`
  return { name, type, status: isPassed ? 'passed' : 'failed', message, rows: runs, failures: isPassed ? 0 : slow, examples: [] }
}

export function judgeSize({ name, type, bytes }: SizeTest, { sizeBytes }: BehaviourSubject): TestOutcome {
  const isPassed = sizeBytes <= bytes
  const message = `expected a model file of at most ${bytes} bytes, found ${sizeBytes}`
  return { name, type, status: isPassed ? 'passed' : 'failed', message, rows: 0, failures: isPassed ? 0 : 1, examples: [] }
}
