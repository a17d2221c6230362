/** The side of a plan that is asked for: a working tree or a commit, validated and resolved for one environment. */
import { type Finding, hasErrors } from '../../core/finding.ts'
import type { Desired } from '../../core/plan.ts'
import type { Resource } from '../../core/resource.ts'
import { assembleCommit } from '../../manifests/assemble.ts'
import { assembleDesired } from '../../reconcile/assemble-desired.ts'
import { type PendingRollout, setPendingAside } from '../../reconcile/pending-versions.ts'
import type { PlanSide } from '../../reconcile/plan-report.ts'
import type { ManifestSource } from '../manifests/manifest-source.ts'

export interface DesiredSide {
  readonly side: PlanSide
  readonly findings: readonly Finding[]
  /** Null when a finding is an error. Without the pending rollouts. */
  readonly desired: Desired | null
  /** All of a valid side; none of one with errors. */
  readonly resources: readonly Resource[]
  readonly pending: readonly PendingRollout[]
}

/** Judged as proposed: a rollout may name a version that is not there yet. */
export async function assembleSide({ contents, origin, commit }: ManifestSource, environment: string): Promise<DesiredSide> {
  const { findings, resources } = assembleCommit(contents, { mode: 'proposed' })
  const side = { origin, commit: commit?.id ?? null }
  if (hasErrors(findings)) return { side, findings, desired: null, resources: [], pending: [] }
  const { pending, resources: complete } = setPendingAside(resources, environment)
  const desired = await assembleDesired({ commit: commit?.id ?? 'working tree', resources: complete }, environment)
  // A set whose rollouts all wait for versions is not empty.
  return { side, findings, desired: { ...desired, allowEmpty: desired.allowEmpty || pending.length > 0 }, resources, pending }
}
