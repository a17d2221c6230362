/** The evidence of versions as `train` writes it. Pure. */
import type { Json } from '../../core/digest.ts'
import { digestEvidence } from '../../core/evidence-digest.ts'
import type { Evidence } from '../../core/evidence.ts'

/** Null: imported, or written by nobody that is known here. */
export function readEvidence(evidence: Readonly<Record<string, Json>>): Evidence | null {
  const { evidenceVersion, inputsDigest, dataset, training, evaluation, verdict, digest } = evidence
  const isWhole = [dataset, training, evaluation, verdict].every((part) => part !== null && typeof part === 'object')
  if (evidenceVersion !== 1 || typeof inputsDigest !== 'string' || typeof digest !== 'string' || !isWhole) return null
  return evidence as unknown as Evidence
}

export function sealEvidence(evidence: Omit<Evidence, 'digest'>): Evidence {
  return { ...evidence, digest: digestEvidence(evidence) }
}
