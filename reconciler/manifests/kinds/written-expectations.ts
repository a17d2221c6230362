/** Expectations as DataSource and FeatureView write them. */
import type { Json } from '../../core/digest.ts'

/** One entry of the list: exactly one member, a name with its arguments in Great Expectations' words. */
export type WrittenExpectation = Readonly<Record<string, Readonly<Record<string, Json>>>>
