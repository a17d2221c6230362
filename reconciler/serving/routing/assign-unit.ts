/** Which arm of a route a unit is on. Pure: the same unit is on the same arm in every replica and protocol. */
import type { ModelRoute } from '../../core/serving-state.ts'

export interface Assignment {
  /** Name of the arm. */
  readonly arm: string
  /** False for a request without a unit: it gets the default arm. */
  readonly assigned: boolean
}

/** A unit that no range takes gets the default arm. */
export function assignUnit({ arms, seed, defaultArm }: ModelRoute, unit: string | null): Assignment {
  if (unit === null) return { arm: defaultArm, assigned: false }
  const hash = hashUnit(seed, unit)
  const taken = arms.find(({ range }) => range !== undefined && range[0] <= hash && hash < range[1])
  return { arm: taken?.name ?? defaultArm, assigned: true }
}

function hashUnit(seed: string, unit: string): number {
  return (fnv1a32(String(fnv1a32(seed + unit))) % 10_000) / 10_000
}

function fnv1a32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
