// Reference cases of special functions and distributions.
import { betaQuantile } from '../../../dist/statistics/special/beta-quantile.js'
import { chiSquaredQuantile, chiSquaredSf } from '../../../dist/statistics/special/chi-squared.js'
import { erf, erfc } from '../../../dist/statistics/special/error-function.js'
import { fSf } from '../../../dist/statistics/special/f-distribution.js'
import { betaI } from '../../../dist/statistics/special/incomplete-beta.js'
import { gammaP, gammaQ } from '../../../dist/statistics/special/incomplete-gamma.js'
import { logGamma } from '../../../dist/statistics/special/log-gamma.js'
import { normalCdf, normalQuantile, normalSf } from '../../../dist/statistics/special/normal.js'
import { studentTQuantile, studentTSf } from '../../../dist/statistics/special/student-t.js'

const value = (compute) => (input) => ({ value: compute(input) })

export const functions = {
  lgamma: value(({ x }) => logGamma(x)),
  erf: value(({ x }) => erf(x)),
  erfc: value(({ x }) => erfc(x)),
  normal_cdf: value(({ x }) => normalCdf(x)),
  normal_sf: value(({ x }) => normalSf(x)),
  normal_quantile: value(({ p }) => normalQuantile(p)),
  gamma_p: value(({ a, x }) => gammaP(a, x)),
  gamma_q: value(({ a, x }) => gammaQ(a, x)),
  beta_i: value(({ a, b, x }) => betaI(a, b, x)),
  student_t_sf: value(({ t, df }) => studentTSf(t, df)),
  chi2_sf: value(({ x, df }) => chiSquaredSf(x, df)),
  f_sf: value(({ x, df1, df2 }) => fSf(x, df1, df2)),
  student_t_quantile: value(({ p, df }) => studentTQuantile(p, df)),
  chi2_quantile: value(({ p, df }) => chiSquaredQuantile(p, df)),
  beta_quantile: value(({ p, a, b }) => betaQuantile(p, a, b)),
}
