/** Whether a unit is among those that are recorded: the same answer at every time and in every process. Pure. */
import { hashUnit } from '../../bucketing/hash-unit.ts'

/** The hash has this many places. */
const places = 10_000

/** The share as the hash can draw it: a multiple of 1/10,000, at least one; 0 stays 0. */
export function drawableShare(share: number): number {
  if (share <= 0) return 0
  return Math.max(1, Math.floor(Math.min(1, share) * places + 1e-6)) / places
}

/** Units that a small share takes are taken by every larger one too. */
export function isDrawn(unit: string, share: number): boolean {
  return share >= 1 || hashUnit('record', unit) < share
}
