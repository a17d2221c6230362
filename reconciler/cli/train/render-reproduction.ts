/** Whether a version came out of git again, for people. Pure. */
import type { ReproductionOutcome } from '../../core/evaluation.ts'

export function renderReproduction(model: string, outcome: ReproductionOutcome, commit: string): string {
  const { version, sameArtifact, sameDataset, datasetDigest, maximumScoreDifference, rowsBeyondTolerance, rows } = outcome
  const isSame = sameDataset && rowsBeyondTolerance === 0
  return [
    `${model} version ${version} ${isSame ? 'is reproduced' : 'is not reproduced'} from commit ${commit.slice(0, 12)}\n`,
    `  training set  ${sameDataset ? 'the same' : 'another one'}: ${datasetDigest}\n`,
    `  model file    ${sameArtifact ? 'the same bytes' : 'other bytes'}\n`,
    `  predictions   ${describeScores(maximumScoreDifference, rowsBeyondTolerance, rows)}\n`,
  ].join('')
}

function describeScores(maximum: number, beyond: number, rows: number): string {
  if (maximum === 0) return `the same for all ${rows} rows`
  if (beyond === 0) return `the same for all ${rows} rows, but for rounding: at most ${maximum.toExponential(2)} apart`
  return `${beyond} of ${rows} rows differ, by at most ${Number.isFinite(maximum) ? maximum.toPrecision(3) : 'any number: one of both refuses the row'}`
}
