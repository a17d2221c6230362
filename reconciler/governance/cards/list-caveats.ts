/** What a reader of a model card should know before trusting it: what was not passed, and what nobody knows. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import type { Evaluation } from '../../core/evaluation.ts'
import { code, listNames, type Text } from '../../reports/document/document.ts'
import type { CardSubject } from './model-card.ts'

/** Never empty: something is always unknown. */
export function listCaveats(subject: CardSubject): readonly Text[] {
  const { evidence, license, source, description } = subject
  return [
    ...(evidence === null
      ? []
      : [...describeVerdict(subject), ...describeResults(evidence.evaluation), ...describeEvaluation(evidence.evaluation)]),
    ...(source === 'imported'
      ? ['It was trained elsewhere: how, and on which rows, is only known as far as its evidence says.']
      : []),
    ...(license === null ? ['Its license is not stated.'] : []),
    ...(description === null ? ['What it is for is not stated.'] : []),
    'Ethical considerations, risks and harms beyond the measured groups: not stated.',
    'How it does on data of another time or place than its evaluation data is unknown.',
  ]
}

function describeVerdict({ evidence }: CardSubject): readonly Text[] {
  const gates = evidence?.verdict.gates ?? []
  if (gates.length === 0) return ['No gate judged it.']
  return gates.flatMap(({ name, rules }) => {
    return rules
      .filter(({ verdict }) => verdict !== 'passed')
      .map(({ rule, verdict, message, waiver }): Text => {
        const waived = waiver === undefined || waiver.expired ? '' : ` (waived until ${waiver.until}: ${waiver.reason})`
        return [code(`${name}: ${rule}`), ` is ${verdict}${waived}: ${message}`]
      })
  })
}

function describeResults({ tests, expectations, dataChecks }: Evaluation): readonly Text[] {
  const wrong = [...tests, ...expectations].filter(({ status }) => status !== 'passed').map(({ name }) => name)
  const odd = dataChecks.filter(({ status }) => status !== 'passed')
  return [
    ...(tests.length === 0 ? ['No behaviour test was run.'] : []),
    ...(wrong.length === 0 ? [] : [['Not passed: ', ...listNames(wrong)]]),
    ...odd.map(({ name, message }): Text => [code(name), `: ${message}`]),
  ]
}

function describeEvaluation({ production, clusters, measurements }: Evaluation): readonly Text[] {
  const undefinedValues = measurements.filter(({ of, estimate }) => of === 'candidate' && estimate === null).length
  return [
    ...(production.because === undefined ? [] : [`It was not compared with a version in production: ${production.because}.`]),
    ...(clusters !== undefined && clusters.count < 30
      ? [`Its intervals come from ${countNoun(clusters.count, 'cluster')} only: they are rough.`]
      : []),
    ...(undefinedValues === 0
      ? []
      : [`${countNoun(undefinedValues, 'value')} could not be measured: a group has no rows of the sort that the metric needs.`]),
  ]
}
