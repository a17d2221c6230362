/** The digest of evidence: of what was reviewed. Pure. */
import { digestValue, type Digest } from './digest.ts'
import type { Evidence } from './evidence.ts'

/** Of all but `digest` itself, and what differs between two runs of the same: `run`, and the time of the training set. */
export function digestEvidence(evidence: Omit<Evidence, 'digest'>): Digest {
  const { run: _run, dataset, ...reviewed } = evidence
  const { asOf: _asOf, ...rows } = dataset
  return digestValue({ ...reviewed, digest: undefined, dataset: rows })
}
