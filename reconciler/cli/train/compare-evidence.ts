/** What an evaluation that was done again says otherwise than the one that is stored. Pure. */
import type { Digest } from '../../core/digest.ts'
import { canonicalJson } from '../../core/digest.ts'
import type { Evaluation } from '../../core/evaluation.ts'
import type { Evidence } from '../../core/evidence.ts'
import { describeGroup, type Measurement } from '../../core/measurement.ts'

export interface RecomputedEvidence {
  /** A sentence each: what is stored, and what was found. Empty: all agrees. */
  readonly differences: readonly string[]
  /** Stored results that were looked at. */
  readonly compared: number
  /** Measurements that were made and are not stored: rules that came later. */
  readonly added: number
}

/** Sums of doubles in another order, or on another processor, are nearer to each other than this share. */
const tolerance = 1e-6

/** Replayed requests are no part of it: their file is not kept. Of tests and checks only what came out counts, not how fast it was. */
export function compareEvidence(
  stored: Pick<Evidence, 'dataset' | 'evaluation'>,
  found: { readonly digest: Digest; readonly evaluation: Evaluation },
): RecomputedEvidence {
  const { dataset, evaluation } = stored
  const again = new Map(found.evaluation.measurements.map((measurement) => [keyOf(measurement), measurement]))
  const known = new Set(evaluation.measurements.map(keyOf))
  const lists = (['tests', 'expectations', 'dataChecks'] as const).map(
    (list) => [evaluation[list], found.evaluation[list]] as const,
  )
  const differences = [
    ...(dataset.digest === found.digest ? [] : [`the training set: ${dataset.digest} is stored, found ${found.digest}`]),
    ...(evaluation.rows === found.evaluation.rows ? [] : [`rows: ${evaluation.rows} are stored, found ${found.evaluation.rows}`]),
    ...evaluation.measurements.flatMap((measurement) => compareMeasurement(measurement, again.get(keyOf(measurement)))),
    ...lists.flatMap(([before, after]) => compareOutcomes(before, after)),
  ]
  const outcomes = lists.reduce((sum, [before]) => sum + before.length, 0)
  return {
    differences,
    compared: 2 + evaluation.measurements.length + outcomes,
    added: [...again.keys()].filter((key) => !known.has(key)).length,
  }
}

function keyOf({ metric, of, group, across }: Measurement): string {
  const how = across === undefined ? null : { columns: across.columns, how: across.how, minGroup: across.minGroup ?? null }
  return canonicalJson({ metric, of, group: group ?? null, across: how })
}

function compareMeasurement(stored: Measurement, found: Measurement | undefined): readonly string[] {
  const name = nameOf(stored)
  if (found === undefined) return [`${name}: ${show(stored)} is stored, it is not measured now`]
  const same = (['estimate', 'low', 'high', 'rows'] as const).every((part) => isNear(stored[part], found[part]))
  return same ? [] : [`${name}: ${show(stored)} is stored, found ${show(found)}`]
}

function isNear(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a))
}

function nameOf({ metric, of, group, across }: Measurement): string {
  const place = group !== undefined ? `, ${describeGroup(group)}` : across !== undefined ? `, ${across.how} by ${across.columns.join(', ')}` : '' // prettier-ignore
  return `${metric} of ${of}${place}`
}

function show({ estimate, low, high, rows }: Measurement): string {
  if (estimate === null) return `undefined (${rows} rows)`
  return low === null || high === null ? `${estimate} (${rows} rows)` : `${estimate} (${low} to ${high}, ${rows} rows)`
}

interface Outcome {
  readonly name: string
  readonly columns?: readonly string[]
  readonly status: string
}

function compareOutcomes(stored: readonly Outcome[], found: readonly Outcome[]): readonly string[] {
  const nameOfOutcome = ({ name, columns = [] }: Outcome): string =>
    columns.length === 0 ? name : `${name} (${columns.join(', ')})`
  const again = new Map(found.map((outcome) => [nameOfOutcome(outcome), outcome.status]))
  return stored.flatMap((outcome) => {
    const name = nameOfOutcome(outcome)
    const status = again.get(name)
    if (status === outcome.status) return []
    return [`${name}: ${outcome.status} is stored, ${status === undefined ? 'it is gone' : `found ${status}`}`]
  })
}
