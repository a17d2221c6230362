/** The catalogue of metrics: names as in scikit-learn and Fairlearn, for which task, and which direction is better. */
import type { Task } from './release.ts'

export interface Metric {
  readonly tasks: readonly Task[]
  /** `none`: neither is; only bounds and comparisons between groups make sense. */
  readonly better: 'higher' | 'lower' | 'none'
  /** Whether it moves with the threshold of the decision. */
  readonly decides: boolean
  /** Why nobody can say how far it is from the true value, in words; null: it has an interval. A rule then judges the estimate. */
  readonly noInterval: string | null
}

const binary: readonly Task[] = ['binary-classification']
const classes: readonly Task[] = ['binary-classification', 'multiclass-classification']
const manyClasses: readonly Task[] = ['multiclass-classification']
const regression: readonly Task[] = ['regression']

const metric = (tasks: readonly Task[], better: Metric['better'], decides = false): Metric => ({
  tasks,
  better,
  decides,
  noInterval: null,
})

/** By name. `ece` and `mce` have ten bins of equal width, `ece_equal_mass` ten of equal mass. */
export const metricCatalogue: Readonly<Record<string, Metric>> = {
  roc_auc: metric(binary, 'higher'),
  average_precision: metric(binary, 'higher'),
  log_loss: metric(classes, 'lower'),
  brier: metric(classes, 'lower'),
  ece: metric(binary, 'lower'),
  mce: metric(binary, 'lower'),
  ece_equal_mass: metric(binary, 'lower'),
  accuracy: metric(classes, 'higher', true),
  balanced_accuracy: metric(binary, 'higher', true),
  matthews_corrcoef: metric(classes, 'higher', true),
  cohen_kappa: metric(classes, 'higher', true),
  precision: metric(binary, 'higher', true),
  recall: metric(binary, 'higher', true),
  f1: metric(binary, 'higher', true),
  precision_macro: metric(classes, 'higher', true),
  recall_macro: metric(classes, 'higher', true),
  f1_macro: metric(classes, 'higher', true),
  precision_weighted: metric(classes, 'higher', true),
  recall_weighted: metric(classes, 'higher', true),
  f1_weighted: metric(classes, 'higher', true),
  precision_micro: metric(manyClasses, 'higher', true),
  recall_micro: metric(manyClasses, 'higher', true),
  f1_micro: metric(manyClasses, 'higher', true),
  roc_auc_ovr_macro: metric(manyClasses, 'higher'),
  roc_auc_ovr_weighted: metric(manyClasses, 'higher'),
  roc_auc_ovo_macro: metric(manyClasses, 'higher'),
  roc_auc_ovo_weighted: metric(manyClasses, 'higher'),
  selection_rate: metric(binary, 'none', true),
  true_positive_rate: metric(binary, 'higher', true),
  false_positive_rate: metric(binary, 'lower', true),
  false_negative_rate: metric(binary, 'lower', true),
  true_negative_rate: metric(binary, 'higher', true),
  positive_predictive_value: metric(binary, 'higher', true),
  mean_absolute_error: metric(regression, 'lower'),
  mean_squared_error: metric(regression, 'lower'),
  root_mean_squared_error: metric(regression, 'lower'),
  median_absolute_error: metric(regression, 'lower'),
  max_error: {
    ...metric(regression, 'lower'),
    noInterval: 'no row of a resample has an error above the largest one, so that resamples can not tell how far the true one is',
  },
  mean_absolute_percentage_error: metric(regression, 'lower'),
  r2: metric(regression, 'higher'),
  bias: metric(regression, 'none'),
  'pinball_0.1': metric(regression, 'lower'),
  'pinball_0.5': metric(regression, 'lower'),
  'pinball_0.9': metric(regression, 'lower'),
}

/** What is measured of a model that names no metrics. */
export const defaultMetrics: Readonly<Record<Task, readonly string[]>> = {
  'binary-classification': ['roc_auc', 'log_loss', 'brier', 'ece'],
  'multiclass-classification': ['accuracy', 'f1_macro', 'log_loss', 'brier'],
  regression: ['mean_absolute_error', 'root_mean_squared_error', 'r2'],
}
