/** Rows and what Python says of them, made once a run of the tests; and the rows as measuring takes them. */
import { execa } from 'execa'
import { join } from 'node:path'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { MeasuringRequest } from '../../../reconciler/evaluation/measuring/measure-rows.ts'
import type { ScoredRows } from '../../../reconciler/evaluation/measuring/scored-rows.ts'
import { TextCodes } from '../../../reconciler/evaluation/scoring/text-codes.ts'
import { clustersOf } from '../../../reconciler/statistics/metrics/clusters.ts'
import { ensurePythonEnvironment } from '../../support/python-environment.ts'

type Numbers = Readonly<Record<string, number>>
type Intervals = Readonly<Record<string, readonly number[]>>

export interface Reference {
  readonly binary: {
    readonly rows: {
      readonly truth: readonly number[]
      readonly candidate: readonly number[]
      readonly production: readonly number[]
      readonly weights: readonly number[]
      readonly clusters: readonly number[]
      readonly group: readonly string[]
    }
    readonly points: Numbers
    /** At a threshold of 0.4. */
    readonly production: Numbers
    readonly weighted: Numbers
    readonly groups: Readonly<Record<string, Numbers>>
    /** Low, high, and the standard error where there is one. */
    readonly intervals: Intervals
    /** Estimate, low, high, standard error. */
    readonly differences: Intervals
    readonly accuracyDifference: { readonly only: number; readonly onlyOther: number }
    readonly clusterErrors: Numbers
    readonly rowErrors: Numbers
  }
  readonly multiclass: {
    readonly rows: {
      readonly truth: readonly string[]
      readonly scores: readonly number[]
      readonly clusters: readonly number[]
    }
    readonly classes: readonly string[]
    readonly points: Numbers
    readonly intervals: Intervals
    readonly confusion: readonly (readonly number[])[]
    readonly clusterErrors: Numbers
    readonly rowErrors: Numbers
  }
  readonly regression: {
    readonly rows: { readonly truth: readonly number[]; readonly scores: readonly number[] }
    readonly points: Numbers
    readonly intervals: Intervals
    readonly rowErrors: Numbers
  }
}

export async function makeReference(): Promise<Reference> {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  const { stdout } = await execa(python, [join(packageRoot, 'test/evaluation/support/reference.py')])
  return JSON.parse(stdout) as Reference
}

export function binaryRows(
  { rows }: Reference['binary'],
  given: { readonly isClustered?: boolean; readonly isWeighted?: boolean } = {},
): ScoredRows {
  return {
    rows: rows.truth.length,
    truth: Float64Array.from(rows.truth),
    classes: ['0', '1'],
    candidate: Float64Array.from(rows.candidate),
    production: Float64Array.from(rows.production),
    weights: given.isWeighted === true ? Float64Array.from(rows.weights) : null,
    clusters: given.isClustered === true ? clustersOf(rows.clusters, rows.truth.length) : null,
    columns: new Map([['group', codesOf(rows.group)]]),
  }
}

export function codesOf(texts: readonly (string | null)[]): ReturnType<TextCodes['finish']> {
  const codes = new TextCodes()
  codes.append(texts)
  return codes.finish()
}

/** Of a binary model with a production version of threshold 0.4. */
export const binaryRequest: MeasuringRequest = {
  task: 'binary-classification',
  part: 'test',
  threshold: 0.5,
  production: { version: 1, artifact: 'a'.repeat(64), threshold: 0.4 },
  baseline: { kind: 'prior', values: [0.3] },
  classes: null,
  metrics: ['roc_auc'],
  slices: [],
  requests: [],
  clustersBy: null,
  weights: null,
  confidence: 0.95,
  replicates: 2000,
  seed: 7,
}
