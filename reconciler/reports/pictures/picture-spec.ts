/** A picture before it is drawn: a vega-lite specification, and what it shows in words. */
import type { Evaluation } from '../../core/evaluation.ts'

export interface PictureSpec {
  /** `roc`; with the model's name in front it is unique in a report. */
  readonly name: string
  /** What a reader sees in it, with the numbers. */
  readonly description: string
  readonly spec: object
}

/** Names of curves in the legend: short, for there is no canvas to measure letters with. */
export function nameSeries(of: 'candidate' | 'production', { production }: Evaluation): string {
  if (of === 'candidate') return 'this version'
  return production.version === null ? 'production' : `production (version ${production.version})`
}
