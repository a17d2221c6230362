/** What evaluation found of a model file on labelled rows: the value that gates, cards and reports read. Plain JSON. */
import type { Digest, Json } from './digest.ts'
import type { Measurement } from './measurement.ts'
import type { Task } from './release.ts'

export interface Evaluation {
  readonly task: Task
  /** The part of the training set whose rows were scored. */
  readonly part: 'train' | 'validation' | 'test'
  readonly rows: number
  /** Absent: rows are independent. */
  readonly clusters?: { readonly by: string; readonly count: number }
  /** Column of the weights; absent: every row counts the same. */
  readonly weights?: string
  /** Of all intervals, 0 to 1. */
  readonly confidence: number
  readonly bootstrap: { readonly replicates: number; readonly seed: number }
  /** Absent for tasks without a decision. */
  readonly threshold?: number
  /** Classification: classes in the order of the score's columns. */
  readonly classes?: readonly string[]
  readonly production: ProductionReference
  readonly baseline: Baseline
  readonly measurements: readonly Measurement[]
  readonly curves?: Curves
  readonly tests: readonly TestOutcome[]
  readonly expectations: readonly ExpectationOutcome[]
  readonly dataChecks: readonly DataCheckOutcome[]
  /** Absent: no recorded requests were given. */
  readonly replay?: ReplayOutcome
}

/** What the candidate was compared with. */
export type ProductionReference =
  | {
      readonly version: number
      readonly artifact: string
      readonly threshold?: number
      /** Why it could not be compared with on these rows, although it is there: nothing was measured of it. */
      readonly because?: string
    }
  | { readonly version: null; readonly because: string }

/** A plain guess without features: the share of the classes in the training part, or its mean. */
export interface Baseline {
  readonly kind: 'prior' | 'mean'
  /** One a class (binary: of the positive one alone), or the mean. */
  readonly values: readonly number[]
}

/** Drawn in reports: at most 101 points a curve. */
export interface Curves {
  /** False positive rate and true positive rate, from (0, 0) to (1, 1). */
  readonly roc: readonly CurvePoints[]
  /** By bins of equal width of the score: mean score, share of positives, rows. */
  readonly calibration: readonly CalibrationPoints[]
  /** Predicted (columns) against true (rows) classes: rows, or sums of weights. */
  readonly confusion: readonly (readonly number[])[]
}

export interface CurvePoints {
  readonly of: 'candidate' | 'production'
  readonly points: readonly (readonly [number, number])[]
}

export interface CalibrationPoints {
  readonly of: 'candidate' | 'production'
  readonly bins: readonly { readonly score: number; readonly share: number; readonly rows: number }[]
}

export type OutcomeStatus = 'passed' | 'failed' | 'error'

/** A behaviour test of the model's manifest. */
export interface TestOutcome {
  readonly name: string
  readonly type: string
  /** `error`: it could not be evaluated, so it is not passed. */
  readonly status: OutcomeStatus
  /** What was expected and found. */
  readonly message: string
  /** Rows that were looked at, and those that failed. */
  readonly rows: number
  readonly failures: number
  /** At most three rows that failed, the worst first: inputs, what was changed, scores. */
  readonly examples: readonly Readonly<Record<string, Json>>[]
}

/** An expectation of a source or view of the training set. */
export interface ExpectationOutcome {
  /** `airport_weather: expect_column_values_to_be_between(wind_speed)`. */
  readonly name: string
  readonly severity: 'critical' | 'warning' | 'info'
  readonly status: OutcomeStatus
  readonly message: string
}

/** Something that needs no manifest: what is odd about the training set. */
export interface DataCheckOutcome {
  /** `shared-rows`, `label-balance`, `constant-feature`, `new-category`, `train-test-drift`, `single-feature-predicts`. */
  readonly name: string
  /** Columns that it is about; empty: all of the data. */
  readonly columns: readonly string[]
  readonly status: OutcomeStatus
  readonly message: string
  /** What was measured, and what it was held against; null: nothing. */
  readonly value: number | null
  readonly limit: number | null
}

/** Candidate and production on the same recorded requests. */
export interface ReplayOutcome {
  /** A file, or the address of a server. */
  readonly source: string
  readonly requests: number
  /** Requests that one of both could not answer: they are in none of the other numbers. */
  readonly failed: number
  /** Why, each reason once, the most frequent first; at most five. */
  readonly failures: readonly {
    readonly of: 'candidate' | 'production'
    readonly because: string
    readonly requests: number
  }[]
  /** Binary classification: the decision; several classes: the most likely one; 0 for a regression. */
  readonly decisionsChanged: number
  /** Of them: from false to true, from true to false; 0 where there are several classes. */
  readonly toPositive: number
  readonly toNegative: number
  /** Of the candidate's score minus that of production; of several classes the mean of the largest absolute change. 0 where all failed. */
  readonly meanScoreChange: number
  /** Absolute. */
  readonly maximumScoreChange: number
  /**
   * For whom: values of inputs with few of them whose share of changed decisions is above that of all requests; most changed first, at
   * most twenty.
   */
  readonly groups: readonly {
    readonly column: string
    readonly value: string | null
    readonly requests: number
    readonly changed: number
  }[]
  /** The first ten requests whose decision changed; of several classes the probability of the one that each names. */
  readonly examples: readonly {
    readonly requestId: string | null
    readonly unit: string | null
    readonly candidate: number
    readonly production: number
  }[]
}

/** What a comparison of two runs of the same inputs says. */
export interface ReproductionOutcome {
  readonly version: number
  readonly sameArtifact: boolean
  readonly sameDataset: boolean
  readonly datasetDigest: Digest
  /** Largest absolute difference of scores on the test part. */
  readonly maximumScoreDifference: number
  readonly rowsBeyondTolerance: number
  readonly rows: number
}
