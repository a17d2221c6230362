/** What is wrong with the name of a metric: not in the catalogue, or not of this task. */
import { metricCatalogue } from '../core/metric-catalogue.ts'
import type { Task } from '../core/release.ts'
import type { Problem } from './local-finding.ts'
import { didYouMean } from './nearest-name.ts'

/** Null: nothing. */
export function metricProblem(name: string, task: Task): Problem | null {
  const known = Object.hasOwn(metricCatalogue, name) ? metricCatalogue[name] : undefined
  const names = Object.entries(metricCatalogue).flatMap(([other, { tasks }]) => (tasks.includes(task) ? [other] : []))
  if (known?.tasks.includes(task) === true) return null
  const message =
    known === undefined
      ? `expected the name of a metric, found ${JSON.stringify(name)}`
      : `expected a metric of the task ${task}, found ${name}, which is of ${known.tasks.join(' and ')}`
  return { rule: 'metric', message, hint: didYouMean(name, names) ?? `there are ${names.join(', ')}` }
}
