// Reference cases of confidence intervals.
import { meanOf, varianceOf } from '../../../dist/statistics/descriptive/moments.js'
import { medianOf } from '../../../dist/statistics/descriptive/quantile.js'
import { bcaInterval, bootstrapStandardError, percentileInterval } from '../../../dist/statistics/intervals/bootstrap-interval.js'
import { meanInterval } from '../../../dist/statistics/intervals/mean-interval.js'
import { newcombeDifference } from '../../../dist/statistics/intervals/newcombe-difference.js'
import { proportionInterval } from '../../../dist/statistics/intervals/proportion-interval.js'
import { ratioInterval } from '../../../dist/statistics/intervals/ratio-interval.js'

const withEnds = ({ interval, ...rest }) => ({ ...rest, ...interval })
const withError = ({ standardError, ...rest }) => ({ ...rest, standard_error: standardError })
const statistics = { mean: meanOf, median: medianOf, variance: varianceOf }

/** Resample r is made of the values at indices[r n … r n + n - 1]. */
function replicatesOf(x, indices, statistic) {
  const count = Math.floor(indices.length / x.length)
  return Array.from({ length: count }, (_, row) =>
    statistic(Float64Array.from(x, (_value, column) => x[indices[row * x.length + column]])),
  )
}

function bootstrap({ x, statistic, confidence, indices }) {
  const compute = statistics[statistic]
  if (compute === undefined) throw new Error(`no statistic named ${JSON.stringify(statistic)}`)
  const replicates = replicatesOf(x, indices, compute)
  const estimate = compute(x)
  const jackknife = x.map((_, left) => compute(x.filter((_value, index) => index !== left)))
  const percentile = percentileInterval(replicates, confidence)
  const bca = bcaInterval({ replicates, estimate, jackknife, confidence })
  return {
    estimate,
    standard_error: bootstrapStandardError(replicates),
    percentile_low: percentile.low,
    percentile_high: percentile.high,
    bca_low: bca.interval.low,
    bca_high: bca.interval.high,
    bias_correction_z0: bca.biasCorrection,
    acceleration: bca.acceleration,
  }
}

export const functions = {
  proportion_confint: ({ count, nobs, confidence, method }) =>
    proportionInterval({ successes: count, count: nobs }, confidence, method),
  mean_t_interval: ({ x, confidence }) => withError(withEnds(meanInterval(x, confidence))),
  newcombe_difference: ({ successes_a, n_a, successes_b, n_b, confidence }) =>
    withEnds(newcombeDifference({ successes: successes_a, count: n_a }, { successes: successes_b, count: n_b }, confidence)),
  ratio_delta: ({ numerator, denominator, confidence }) => withError(withEnds(ratioInterval(numerator, denominator, confidence))),
  bootstrap_interval: bootstrap,
}
