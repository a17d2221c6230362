/** What a working tree does once it is merged: what rollouts in production do, and which views and models it reaches. Reads the tree anew. */
import type { Plan } from '../../core/plan.ts'
import { countFindings } from '../../manifests/findings-text.ts'
import { assessFeatureImpact } from '../../manifests/features/feature-impact.ts'
import { buildPlan } from '../../reconcile/build-plan.ts'
import { describeFeatureChange } from '../../reconcile/describe-feature-change.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { assembleSide } from '../plan/desired-side.ts'
import type { OpenTraining } from './open-training.ts'

export interface PlannedChange {
  /** Null: there is nothing to plan against, or the tree has errors. */
  readonly plan: Plan | null
  /** A sentence each. */
  readonly impact: readonly string[]
  /** Why there is no plan, and which rollouts it leaves out. */
  readonly warnings: readonly string[]
}

const environment = 'production'

/** Against the base, as if all of it had been rolled out: what really runs only a reconciler knows. `wallMs`: now. */
export async function planChange({ project, rules, base }: OpenTraining, wallMs: number): Promise<PlannedChange> {
  const against = await rules.observeBase()
  if (against === null || against.resources === null) {
    const because = base === null ? 'there is no commit yet' : `no commit of ${base.name} is valid`
    return { plan: null, impact: [], warnings: [`what happens once it is merged is not known: ${because}`] }
  }
  const { desired, findings, resources, pending } = await assembleSide(await readManifests(project, null), environment)
  if (desired === null) {
    return { plan: null, impact: [], warnings: [`what happens once it is merged is not known: ${countFindings(findings)}`] }
  }
  const waiting = new Set(pending.map(({ rollout }) => rollout))
  const states = against.observed.states.filter(({ rollout }) => !waiting.has(rollout))
  return {
    plan: buildPlan(desired, { ...against.observed, states }, against.wallMs ?? wallMs),
    impact: assessFeatureImpact(against.resources, resources).map(describeFeatureChange),
    warnings: pending.map(
      ({ rollout, versions }) =>
        `the rollout ${rollout} names version ${versions.join(', ')}, which is not there: it is not planned`,
    ),
  }
}
