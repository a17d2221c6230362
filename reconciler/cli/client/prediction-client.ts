/** Asks the data plane for predictions. Knows the plain JSON protocol, and nothing of the control plane. */
import { messageOf } from '../../core/error.ts'
import type { ReplayRecord } from '../replay/replay-records.ts'
import type { ReplayOutcome } from '../replay/replay-tally.ts'

interface PredictAnswer {
  readonly predictions: readonly [{ readonly version: number; readonly variant?: string | null }]
}

const timeoutMs = 30_000

/** Sends one row; what goes wrong is an outcome with the server's words. */
export async function predictRecord(
  servingUrl: string,
  { model, unit, row }: ReplayRecord,
  fetch: typeof globalThis.fetch,
): Promise<ReplayOutcome> {
  const startedMs = performance.now()
  try {
    const response = await fetch(new URL(`/v1/models/${encodeURIComponent(model)}/predict`, servingUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows: [row], ...(unit === null ? {} : { units: [unit] }) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    if (!response.ok) return { type: 'failed', reason: `${response.status} ${text.slice(0, 200)}` }
    const [{ version, variant = null }] = (JSON.parse(text) as PredictAnswer).predictions
    return { type: 'answered', model, version, variant, latencyMs: performance.now() - startedMs }
  } catch (thrown) {
    return { type: 'failed', reason: messageOf(thrown instanceof Error ? (thrown.cause ?? thrown) : thrown), unanswered: true }
  }
}
