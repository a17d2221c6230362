/** The digest of what decides what comes out of training. Pure. */
import { digestValue, type Digest, type Json } from '../../core/digest.ts'

export interface TrainingInputs {
  /** Of the rows: the dataset's own. */
  readonly dataset: Digest
  readonly command: readonly string[]
  readonly parameters: Readonly<Record<string, Json>>
  readonly seed: number
  /** Of the trainer's files: paths and bytes. */
  readonly files: Digest
  /** Of the bytes of requirements.txt; null: none. */
  readonly requirements: Digest | null
}

/** Format of the value that the digest is taken from. */
const digestVersion = 1

/**
 * Limits, the pipeline's tests and where a version is promoted to change no model, and names of models, versions and commits neither: two
 * branches that train with the same inputs get the same digest.
 */
export function digestInputs({ dataset, command, parameters, seed, files, requirements }: TrainingInputs): Digest {
  return digestValue({ digestVersion, dataset, command, parameters, seed, files, requirements })
}
