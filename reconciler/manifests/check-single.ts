/** Validation of one file or of standard input alone: what can be said without the rest of the repository. */
import type { Finding } from '../core/finding.ts'
import { parseFile } from './parse-file.ts'

export interface SingleCheck {
  readonly findings: readonly Finding[]
  /** How many documents of ours were found. */
  readonly documents: number
  /** Says to the person what was not checked. */
  readonly note: string
}

/** Checks a text against the schemas and the rules of its kinds only; `file` is the name in the findings. */
export function checkSingleFile(bytes: Uint8Array, file: string): SingleCheck {
  const { documents, findings } = parseFile(bytes)
  const checked =
    documents.length === 0 && findings.length === 0
      ? 'no manifest found'
      : 'checked against its schema only: references, names and artifacts need the whole repository'
  return { findings: findings.map((finding) => ({ file, ...finding })), documents: documents.length, note: `${file}: ${checked}` }
}
