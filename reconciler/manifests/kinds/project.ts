/** The kind Project: which files hold manifests, which environments exist, where artifacts are kept. */
import type { WrittenProjectSpec } from '../generated/project.ts'
import { schemas } from '../generated/schemas.ts'
import { writtenMembers } from './request-features.ts'
import type { KindDefinition } from './kind-definition.ts'

/** A Project's spec with every default filled. */
export interface ProjectSpec {
  /** Globs from the root of the reconciled path. */
  readonly include: readonly string[]
  /** By name; an environment has no settings in this version. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, never>>>>
  /** `folder:PATH`. */
  readonly artifacts: { readonly store: string }
  readonly allowEmpty: boolean
}

export const projectKind: KindDefinition<WrittenProjectSpec, ProjectSpec> = {
  schema: schemas.project,
  perEnvironment: false,
  unsupported: ['/spec/environments/*/after', '/spec/environments/*/healthyFor'],
  positions: ['/metadata/name'],
  checks: [
    {
      reads: ['/spec/artifacts'],
      check({ spec }, report) {
        const store = spec.artifacts?.store
        if (store === undefined || store.startsWith('folder:')) return
        const message = `expected folder:PATH, found ${JSON.stringify(store)}: this store is not supported by this version`
        report('/spec/artifacts/store', { rule: 'not-supported', message })
      },
    },
  ],
  inapplicableDefaults: () => [],
  normalise: (written) => ({
    include: written.include ?? ['**'],
    environments: emptyEnvironments(Object.keys(written.environments ?? { production: {} })),
    artifacts: { store: written.artifacts?.store ?? 'folder:.mainward/artifacts' },
    allowEmpty: written.allowEmpty ?? false,
  }),
  meaning: (written) => writtenMembers({ ...written }),
  references: () => [],
}

function emptyEnvironments(names: readonly string[]): ProjectSpec['environments'] {
  return Object.fromEntries(names.map((name) => [name, {}]))
}
