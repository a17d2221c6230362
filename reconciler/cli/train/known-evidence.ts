/** The evidence of versions as `train` writes it. Pure. */
import type { Digest, Json } from '../../core/digest.ts'
import { digestEvidence } from '../../core/evidence-digest.ts'
import type { Evidence } from '../../core/evidence.ts'
import { readEvidence as readWritten } from '../../gates/read-evidence.ts'

/** Null: imported, or damaged: whatever it says, nothing is known to be trained. */
export function readEvidence(written: Readonly<Record<string, Json>>): Evidence | null {
  const reading = readWritten(written)
  if (reading.type !== 'evidence') return null
  const { inputsDigest, dataset, training } = reading.evidence as Partial<Evidence>
  const isWhole = isDigest(inputsDigest) && isDigest(dataset?.digest) && typeof training === 'object'
  return isWhole ? reading.evidence : null
}

function isDigest(value: Digest | undefined): boolean {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)
}

export function sealEvidence(evidence: Omit<Evidence, 'digest'>): Evidence {
  return { ...evidence, digest: digestEvidence(evidence) }
}
