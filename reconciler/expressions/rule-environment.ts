/** What the expression of a rule may read, by path and type: values of one model version that were measured or counted. */
import { metricCatalogue } from '../core/metric-catalogue.ts'

/** Members of each metric: of the candidate, on all rows. */
const measured = ['estimate', 'low', 'high'] as const

/** Counts of behaviour tests, expectations and data checks. */
const counted = ['total', 'passed', 'failed', 'errors'] as const

/** Types by path. A value that is not known is null: then the rule is not decided. */
export const ruleEnvironment: ReadonlyMap<string, 'int' | 'double'> = new Map([
  ...Object.keys(metricCatalogue).flatMap((metric) => measured.map((end) => [`metrics.${metric}.${end}`, 'double'] as const)),
  ...['artifact.sizeBytes', 'artifact.opset'].map((path) => [path, 'int'] as const),
  ...['train', 'validation', 'test'].map((part) => [`data.rows.${part}`, 'int'] as const),
  ...['tests', 'expectations', 'dataChecks'].flatMap((what) => counted.map((count) => [`${what}.${count}`, 'int'] as const)),
])

/** Which names there are, in messages. */
export const ruleEnvironmentNames =
  'metrics.NAME.estimate, low, high; artifact.sizeBytes, opset; data.rows.train, validation, test; tests, expectations, dataChecks: total, passed, failed, errors'

/** The metric that a path is of; null: of none. */
export function metricOfPath(path: string): string | null {
  const [, name] = /^metrics\.(.+)\.(?:estimate|low|high)$/.exec(path) ?? []
  return name ?? null
}
