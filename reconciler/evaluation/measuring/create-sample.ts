/** Which sample a task has. */
import type { Task } from '../../core/release.ts'
import { createBinarySample } from './binary-sample.ts'
import { createMulticlassSample } from './multiclass-sample.ts'
import { createRegressionSample } from './regression-sample.ts'
import type { SampleColumns, SubjectSample } from './subject-sample.ts'

const creators = {
  'binary-classification': createBinarySample,
  'multiclass-classification': createMulticlassSample,
  regression: createRegressionSample,
} as const satisfies Record<Task, (columns: SampleColumns) => SubjectSample>

export function createSample(task: Task, columns: SampleColumns): SubjectSample {
  return creators[task](columns)
}
