/** Counts what a request was answered by, whatever protocol carried it. */
import type { ServedRows } from '../protocol/prediction-service.ts'
import type { ServingMetrics } from './serving-metrics.ts'

export function countServed(metrics: ServingMetrics, served: readonly ServedRows[], elapsedMs: number): void {
  for (const { release, variant, rows, insteadOf } of served) {
    const arm = metrics.forArm(release, variant)
    arm.rows(rows)
    if (elapsedMs > release.serving.budgetMs) arm.overBudget()
    if (insteadOf !== null) metrics.forArm(insteadOf, variant).fallback()
  }
}
