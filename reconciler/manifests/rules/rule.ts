/** What every rule of the manifests says about itself. */
import type { Severity } from '../../core/finding.ts'

export interface Rule {
  readonly severity: Severity
  /** One line: what must be true. */
  readonly summary: string
  /** Why the rule exists. */
  readonly why: string
  /** Manifests that obey the rule; other files that they need exist. */
  readonly example: string
}
