/** What was counted of the training part of a dataset and of the part that models are judged by: what data checks look at. Plain JSON. */
import type { FeatureDtype } from './feature-dtype.ts'
import type { Task } from './release.ts'

export interface DataFacts {
  readonly task: Task
  /** Name of the part that models are judged by. */
  readonly judgedPart: 'validation' | 'test'
  readonly trainRows: number
  readonly judgedRows: number
  /** Of a part with more rows every k-th was looked at for bins and associations; all rows for everything else. */
  readonly sampledRows: { readonly train: number; readonly judged: number }
  /** Rows of the judged part whose inputs and label some row of the training part has, too. */
  readonly sharedRows: number
  /** Classifications: the classes; of a regression the distinct values, at most two of them. Most frequent in training first. */
  readonly labels: readonly LabelCount[]
  readonly features: readonly FeatureFacts[]
}

export interface LabelCount {
  readonly value: string
  readonly train: number
  readonly judged: number
}

export interface FeatureFacts {
  readonly name: string
  readonly dtype: FeatureDtype
  /** In the training part: values with null as one of them, one, or two and more. */
  readonly isConstant: boolean
  /** Texts of the judged part that the training part does not have; null: it is no text. */
  readonly newCategories: NewCategories | null
  /** Rows by bins of the training part's values, null as the last of them; both sides in one order. */
  readonly bins: { readonly train: readonly number[]; readonly judged: readonly number[] }
  /** How far the feature alone tells the label; null: it can not be said, `because` why. */
  readonly association: number | null
  readonly because?: string
}

export interface NewCategories {
  readonly kinds: number
  readonly rows: number
  /** The most frequent of them, at most five. */
  readonly examples: readonly string[]
}
