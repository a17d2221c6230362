// Reference cases of adjusted p-values.
import { adjustPvalues } from '../../../dist/statistics/multiple-testing/adjust-pvalues.js'

const methods = ['bonferroni', 'holm', 'benjamini_hochberg', 'benjamini_yekutieli']

export const functions = {
  adjust_pvalues: ({ pvalues, alpha }) =>
    Object.fromEntries(methods.map((method) => [method, adjustPvalues(pvalues, method, alpha)])),
}
