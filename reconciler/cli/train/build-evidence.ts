/** Puts the parts of a version's evidence together. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { DatasetEvidence, Evidence, RunEvidence, TrainingEvidence } from '../../core/evidence.ts'
import type { DatasetReport } from '../../features/dataset/dataset-report.ts'
import type { Judgement } from './evaluate-version.ts'
import type { TrainingInputs } from './inputs-digest.ts'
import { sealEvidence } from './known-evidence.ts'

export interface EvidenceParts {
  readonly inputsDigest: Digest
  readonly dataset: DatasetEvidence
  readonly training: TrainingEvidence
  readonly run: RunEvidence | null
  /** Number of the version whose model file it has; null: it has its own. */
  readonly evaluatedFrom: number | null
  /** Of the model file: 64 hex digits. */
  readonly sha256: string
  readonly evaluationInputs: Digest
  readonly judgement: Judgement
}

export function buildEvidence(parts: EvidenceParts): Evidence {
  const { inputsDigest, dataset, training, run, evaluatedFrom, sha256, evaluationInputs, judgement } = parts
  return sealEvidence({
    evidenceVersion: 1,
    inputsDigest,
    dataset,
    training,
    run,
    ...(evaluatedFrom === null ? {} : { evaluatedFrom }),
    artifactSha256: sha256,
    evaluationInputs,
    evaluation: judgement.evaluation,
    verdict: judgement.verdict,
  })
}

export function describeDataset(report: DatasetReport, sources: Digest | null): DatasetEvidence {
  return {
    digest: report.digest as Digest,
    trainingInputs: report.trainingInputs,
    asOf: report.asOf,
    ...(sources === null ? {} : { sources }),
    rows: Object.fromEntries(report.parts.map(({ name, rows }) => [name, rows])),
    label: `${report.label.source}.${report.label.column}`,
  }
}

export function describeTraining({ command, parameters, seed, files, requirements }: TrainingInputs): TrainingEvidence {
  return { command, parameters, seed, files, requirements }
}
