/** Which arm of a route a unit is on. Pure: the same unit is on the same arm in every replica and protocol. */
import { chooseArm } from '../../bucketing/choose-arm.ts'
import { hashUnit } from '../../bucketing/hash-unit.ts'
import type { RouteShape } from '../../core/serving-state.ts'

export interface Assignment {
  /** Name of the arm. */
  readonly arm: string
  /** False for a request without a unit: it gets the default arm. */
  readonly assigned: boolean
}

/** A unit that no range takes gets the default arm. */
export function assignUnit({ arms, seed, defaultArm }: RouteShape, unit: string | null): Assignment {
  if (unit === null) return { arm: defaultArm, assigned: false }
  const taken = chooseArm(hashUnit(seed, unit), arms)
  return { arm: arms[taken]?.name ?? defaultArm, assigned: true }
}
