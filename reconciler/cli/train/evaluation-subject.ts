/** A model file that is to be judged, and everything that judging needs of it. */
import type { DataCheckOutcome } from '../../core/evaluation.ts'
import type { Artifact } from '../../core/release.ts'
import type { Judges } from '../../gates/choose-judges.ts'
import type { RowLayout } from '../../inference/rows/row-assembler.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { MadeDataset } from './find-dataset.ts'
import type { RequestsSource } from './recorded-requests.ts'
import type { Production } from './production.ts'
import type { TrainingLabels } from './read-dataset.ts'

export interface EvaluationSubject {
  readonly model: string
  /** That it will be: waivers may name it. */
  readonly version: number
  readonly spec: ModelSpec
  readonly judges: Judges
  readonly bytes: Uint8Array
  readonly artifact: Artifact
  readonly layout: RowLayout
  readonly production: Production
  readonly dataset: MadeDataset
  /** That judges. */
  readonly part: 'validation' | 'test'
  readonly labels: TrainingLabels
  /** Of recorded requests; null: none was given. */
  readonly records: RequestsSource | null
  /** Of the data, and of the look at the file. */
  readonly checks: readonly DataCheckOutcome[]
}
