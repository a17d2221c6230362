/** What a command read: the manifests of a working tree or of a commit, and where they are from. */
import type { Instant } from '../../core/clock.ts'
import type { CommitContents } from '../../manifests/assemble.ts'

export interface ManifestSource {
  readonly contents: CommitContents
  /** What was read, in words. */
  readonly origin: string
  /** Null for a working tree. */
  readonly commit: { readonly id: string; readonly committedAt: Instant } | null
  /** The text of one of its files. */
  readText(path: string): Promise<string>
}
