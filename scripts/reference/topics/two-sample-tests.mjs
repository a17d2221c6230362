// Reference cases of tests of two samples.
import { contingencyTest } from '../../../dist/statistics/two-sample/contingency.js'
import { fisherExact } from '../../../dist/statistics/two-sample/fisher-exact.js'
import {
  kolmogorovLimitPvalue,
  kolmogorovSmirnovOfBins,
  kolmogorovSmirnovTest,
} from '../../../dist/statistics/two-sample/kolmogorov-smirnov-test.js'
import { mannWhitneyTest } from '../../../dist/statistics/two-sample/mann-whitney.js'
import { mcnemarAsymptotic, mcnemarExact } from '../../../dist/statistics/two-sample/mcnemar.js'
import { drawnPermutationTest, exactPermutationTest } from '../../../dist/statistics/two-sample/permutation-test.js'
import { proportionsTest } from '../../../dist/statistics/two-sample/proportions-test.js'
import { pairedTTest, welchFromMoments, welchTTest } from '../../../dist/statistics/two-sample/t-test.js'

const named = (name) => (name === 'asymp' ? 'asymptotic' : name)
const withEnds = ({ interval, ...rest }) => ({ ...rest, ci_low: interval.low, ci_high: interval.high })

export const functions = {
  welch_t_test: ({ a, b, ...options }) => withEnds(welchTTest(a, b, options)),
  welch_t_test_from_moments: ({ alternative, ...given }) => {
    const arm = (name) => ({ mean: given[`mean_${name}`], variance: given[`variance_${name}`], count: given[`n_${name}`] })
    return welchFromMoments(arm('a'), arm('b'), { alternative, confidence: 0.95 })
  },
  two_proportions_z_test: ({ successes_a, n_a, successes_b, n_b, ...options }) =>
    withEnds(proportionsTest({ successes: successes_a, count: n_a }, { successes: successes_b, count: n_b }, options)),
  ks_2samp: ({ a, b, alternative, method }) => {
    const result = kolmogorovSmirnovTest(a, b, { alternative, method: named(method) })
    return { ...result, pvalue_kolmogorov: kolmogorovLimitPvalue(result.statistic, a.length, b.length) }
  },
  ks_binned: ({ counts_a, counts_b }) => {
    const { statistic, exactPvalue, asymptoticPvalue, limitPvalue } = kolmogorovSmirnovOfBins(counts_a, counts_b)
    return { statistic, pvalue_exact: exactPvalue, pvalue_asymp: asymptoticPvalue, pvalue_kolmogorov: limitPvalue }
  },
  chi2_contingency: ({ table, correction }) => {
    const { expectedCounts, cramersV, ...rest } = contingencyTest(table, correction)
    return { ...rest, expected_counts: expectedCounts, cramers_v: cramersV }
  },
  mann_whitney_u: ({ a, b, ...options }) => mannWhitneyTest(a, b, options),
  paired_t_test: ({ a, b, ...options }) => withEnds(pairedTTest(a, b, options)),
  mcnemar: ({ table, exact, correction }) => {
    const discordant = { onlyFirst: table[0][1], onlySecond: table[1][0] }
    return exact ? mcnemarExact(discordant) : mcnemarAsymptotic(discordant, correction)
  },
  fisher_exact: ({ table: [[a, b], [c, d]], alternative }) => fisherExact({ a, b, c, d }, alternative),
  permutation_test_exact: ({ a, b }) => {
    const result = exactPermutationTest(a, b)
    return {
      statistic: result.statistic,
      permutations: result.permutations,
      pvalue_less: result.pvalueLess,
      pvalue_greater: result.pvalueGreater,
      pvalue_two_sided: result.pvalueTwoSided,
      pvalue_two_sided_abs: result.pvalueTwoSidedBySize,
    }
  },
  permutation_test_given: ({ a, b, permutations }) => drawnPermutationTest(a, b, permutations),
}
