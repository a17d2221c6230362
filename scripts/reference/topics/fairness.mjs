// Reference cases of fairness between groups, with Fairlearn's values: a rate without a denominator is 0.
import { attributeOf } from '../../../dist/statistics/fairness/attribute.js'
import { groupDifference, groupMax, groupMin, groupRatio } from '../../../dist/statistics/fairness/group-comparison.js'
import { groupDifferenceIntervals } from '../../../dist/statistics/fairness/group-difference-intervals.js'
import { metricFrame } from '../../../dist/statistics/fairness/metric-frame.js'
import { parityOf } from '../../../dist/statistics/fairness/parity.js'

const labels = (values) => Uint8Array.from(values, Number)

/** Values as Python's str() writes them, which made the names of the groups. Integers are marked. */
const nameOf = (value) => {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'object') return String(value.$integer)
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
const attributesOf = (columns) => Object.values(columns).map((values) => attributeOf(values.map(nameOf)))

const frameOf = ({ y_true, y_pred, sample_weight }, { sensitive, control }) =>
  metricFrame({
    decisions: {
      truth: labels(y_true),
      predictions: labels(y_pred),
      weights: sample_weight === undefined ? undefined : Float64Array.from(sample_weight),
    },
    sensitive: attributesOf(sensitive),
    controls: attributesOf(control ?? {}),
    withoutDenominator: 'zero',
  })

export const functions = {
  metric_frame: (input, written) => {
    const strata = frameOf(input, written)
    const row = (compute) =>
      input.control === undefined
        ? compute(strata[0])
        : Object.fromEntries(strata.map((stratum) => [stratum.controls.join('|'), compute(stratum)]))
    return {
      overall: row(({ overall }) => overall),
      by_group: Object.fromEntries(
        strata.flatMap(({ controls, groups }) => groups.map(({ levels, rates }) => [[...controls, ...levels].join('|'), rates])),
      ),
      group_min: row(groupMin),
      group_max: row(groupMax),
      difference_between_groups: row((stratum) => groupDifference(stratum, 'between_groups')),
      difference_to_overall: row((stratum) => groupDifference(stratum, 'to_overall')),
      ratio_between_groups: row((stratum) => groupRatio(stratum, 'between_groups')),
      ratio_to_overall: row((stratum) => groupRatio(stratum, 'to_overall')),
    }
  },
  fairness_summary: (input, { sensitive }) => {
    const [stratum] = frameOf(input, { sensitive })
    return { between_groups: parityOf(stratum, 'between_groups'), to_overall: parityOf(stratum, 'to_overall') }
  },
  group_difference_intervals: ({ y_true, y_pred, confidence }, { groups, reference_group }) =>
    groupDifferenceIntervals({
      decisions: { truth: labels(y_true), predictions: labels(y_pred) },
      attribute: attributeOf(groups.map(nameOf)),
      reference: nameOf(reference_group),
      confidence,
    }),
}
