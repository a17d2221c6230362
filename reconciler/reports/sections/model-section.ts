/** The first section of one model: which version, what was trained and why, and the one command that gives it again. Pure. */
import { shortDigest } from '../../core/digest.ts'
import type { ReproductionOutcome } from '../../core/evaluation.ts'
import type { ModelReport } from '../../core/report.ts'
import { badge, code, paragraph, sentence, type Block, type Section, type Text } from '../document/document.ts'
import { formatCount, formatSeconds } from '../document/format-number.ts'
import { describeOutcome, describeVersions, modelBadge } from './verdict-words.ts'

export function buildModelSection(model: ModelReport): Section {
  return {
    kind: 'model',
    title: [code(model.model), ': ', modelBadge(model)],
    level: 2,
    isFolded: false,
    blocks: [introduce(model), ...reasons(model), ...reproduction(model), ...warnings(model), ...command(model)],
  }
}

function introduce(model: ModelReport): Block {
  const { evidence, promotion, version, served } = model
  const description = model.description === null ? [] : [`${sentence(model.description)} `]
  const run = evidence?.run ?? null
  const took = run === null || model.outcome.type !== 'trained' ? '' : ` in ${formatSeconds(run.seconds)}`
  const promoted = version === null || version === served ? '' : describePromotion(promotion)
  const done = `${describeOutcome(model.outcome)}${took}`
  return paragraph(...description, `${done.slice(0, 1).toUpperCase()}${done.slice(1)}; ${describeVersions(model)}.${promoted}`)
}

function describePromotion(promotion: ModelReport['promotion']): string {
  return promotion === 'same-pull-request'
    ? ' The rollout names it in the same change.'
    : ' The rollout is left as it is: promotion is separate.'
}

function reasons({ outcome }: ModelReport): readonly Block[] {
  if (outcome.type === 'unchanged') return []
  if (outcome.type !== 'failed')
    return outcome.because.length === 0 ? [] : [paragraph('Why:'), { type: 'list', items: outcome.because }]
  const hint = outcome.hint === null ? [] : [paragraph(outcome.hint)]
  const log: readonly Block[] =
    outcome.log.length === 0 ? [] : [paragraph('Last lines of the trainer:'), { type: 'code', text: outcome.log.join('\n') }]
  return [paragraph(badge('error', 'bad'), ' ', code(outcome.code), `: ${outcome.message}`), ...hint, ...log]
}

function reproduction({ reproduction: outcome }: ModelReport): readonly Block[] {
  if (outcome === null) return []
  const { sameArtifact, sameDataset } = outcome
  const word = sameArtifact && sameDataset ? badge('the same again', 'good') : badge('two runs differ', 'unsure')
  return [paragraph('Against version ', String(outcome.version), ' of the same inputs: ', word, '. ', describeRuns(outcome))]
}

function describeRuns({ sameArtifact, sameDataset, ...outcome }: ReproductionOutcome): string {
  const data = sameDataset
    ? 'The training set is the same'
    : `The training set is another one (${shortDigest(outcome.datasetDigest)})`
  if (sameArtifact) return `${data}, and so is the model file, byte by byte.`
  const beyond = `${formatCount(outcome.rowsBeyondTolerance)} of ${formatCount(outcome.rows)} rows are beyond the tolerance`
  return `${data}; the model files differ, their scores by at most ${outcome.maximumScoreDifference.toPrecision(2)}: ${beyond}.`
}

function warnings({ warnings: found, evidence }: ModelReport): readonly Block[] {
  const items: readonly Text[] = [...new Set([...found, ...(evidence?.run?.warnings ?? [])])].map((text) => [
    badge('warning', 'unsure'),
    `: ${text}`,
  ])
  return items.length === 0 ? [] : [paragraph('Warnings:'), { type: 'list', items }]
}

function command({ reproduce, card }: ModelReport): readonly Block[] {
  const shown: readonly Block[] = card === null ? [] : [paragraph('Model card: ', code(card), '.')]
  return reproduce === null ? shown : [...shown, paragraph('To get the same again:'), { type: 'code', text: reproduce }]
}
