/** The views that a model version embeds. */
import type { Digest } from '../../core/digest.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'

export interface EmbeddedView {
  readonly view: string
  readonly as: string | null
  readonly take: readonly string[]
  /** Of the definition when the version was made. */
  readonly digest: Digest
}

/** None: the caller sends everything. */
export function embeddedViews({ views }: Pick<ModelVersionSpec, 'views'>): readonly EmbeddedView[] {
  return views
}
