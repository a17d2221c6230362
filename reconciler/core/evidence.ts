/** The evidence of a model version: what its file says of data, run, measurements and verdict. Plain JSON; later versions may add members. */
import type { Digest, Json } from './digest.ts'
import type { Evaluation } from './evaluation.ts'
import type { ModelVerdict } from './verdict.ts'

export interface Evidence {
  readonly evidenceVersion: 1
  /** Of everything that decides what comes out of training: the version of these inputs needs no training. */
  readonly inputsDigest: Digest
  readonly dataset: DatasetEvidence
  /** What the trainer was given. */
  readonly training: TrainingEvidence
  /** Null for a version that was evaluated again, not trained: `evaluatedFrom` says of which one it has the model file. */
  readonly run: RunEvidence | null
  readonly evaluatedFrom?: number
  /** The model file that was evaluated: 64 lower-case hex digits. Absent in evidence that does not say it. */
  readonly artifactSha256?: string
  /**
   * Of everything that decides evaluation and verdict: model file, rows, null policy, decision, settings, rules, version in production.
   * Absent: nobody can tell whether the evaluation is stale.
   */
  readonly evaluationInputs?: Digest
  readonly evaluation: Evaluation
  readonly verdict: ModelVerdict
  /** `digestEvidence`: of all above but `run` and `dataset.asOf`, so of what was reviewed. The number of the version is no part of it. */
  readonly digest: Digest
}

export interface DatasetEvidence {
  readonly digest: Digest
  /** Of the definitions: `digestFeatures`. */
  readonly trainingInputs: Digest
  readonly asOf: string
  /**
   * Of the bytes of all files that the rows come from, and of the definitions: with the same ones nothing needs to be computed to know the
   * dataset. Absent where that can not be told: rows of a query, rows that wait for their time.
   */
  readonly sources?: Digest
  /** By part. */
  readonly rows: Readonly<Record<string, number>>
  readonly label: string
}

export interface TrainingEvidence {
  readonly command: readonly string[]
  readonly parameters: Readonly<Record<string, Json>>
  readonly seed: number
  /** Of the trainer's files: paths and bytes. */
  readonly files: Digest
  /** Of requirements.txt; null: none. */
  readonly requirements: Digest | null
}

/** Differs from run to run; no part of the evidence digest. */
export interface RunEvidence {
  readonly id: string
  readonly trainedAt: string
  readonly seconds: number
  readonly peakMemoryBytes: number
  /** Null: outside of a commit. */
  readonly commit: string | null
  readonly dirty: boolean
  readonly runtimes: Readonly<Record<string, string>>
  /** What was installed: `numpy==2.4.6`. */
  readonly packages: readonly string[]
  readonly machine: { readonly os: string; readonly cpus: number; readonly memoryBytes: number }
  /** What the trainer left in its params file or on its command line, where it differs from what it was given. */
  readonly detected?: Readonly<Record<string, Json>>
  /** metrics.json of the trainer: told, never judged. */
  readonly reported?: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}
