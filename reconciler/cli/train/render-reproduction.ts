/** Whether a version came out of git again, for people. Pure. */
import type { ReproductionOutcome } from '../../core/evaluation.ts'

export function renderReproduction(model: string, outcome: ReproductionOutcome, commit: string): string {
  const { version, sameArtifact, sameDataset, datasetDigest, rowsBeyondTolerance } = outcome
  const isSame = sameDataset && rowsBeyondTolerance === 0
  return [
    `${model} version ${version} ${isSame ? 'is reproduced' : 'is not reproduced'} from commit ${commit.slice(0, 12)}\n`,
    `  training set  ${sameDataset ? 'the same' : 'another one'}: ${datasetDigest}\n`,
    `  model file    ${sameArtifact ? 'the same bytes' : 'other bytes'}\n`,
    `  predictions   ${describeScores(outcome)}\n`,
  ].join('')
}

function describeScores({ maximumScoreDifference: maximum, rowsBeyondTolerance: beyond, rows }: ReproductionOutcome): string {
  if (maximum === 0) return `the same for all ${rows} rows`
  if (beyond === 0) return `the same for all ${rows} rows, but for rounding: at most ${maximum.toExponential(2)} apart`
  const most = Number.isFinite(maximum) ? `by at most ${maximum.toPrecision(3)}` : 'some because one of both refuses the row'
  return `${beyond} of ${rows} rows differ, ${most}`
}
