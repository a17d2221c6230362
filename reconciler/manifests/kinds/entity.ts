/** The kind Entity: what features describe, and the keys that identify one. */
import type { EntityKey } from '../../core/feature-definition.ts'
import type { WrittenEntitySpec } from '../generated/entity.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition } from './kind-definition.ts'
import { reportRepeatedNames } from './repeated-names.ts'
import { writtenMembers } from './request-features.ts'

/** An Entity's spec. */
export interface EntitySpec {
  readonly keys: readonly EntityKey[]
}

export const entityKind: KindDefinition<WrittenEntitySpec, EntitySpec> = {
  schema: schemas.entity,
  perEnvironment: false,
  unsupported: [],
  positions: ['/metadata/name'],
  checks: [
    {
      reads: ['/spec/keys'],
      check({ spec }, report) {
        reportRepeatedNames(
          spec.keys.map(({ name }, index) => ({ name, pointer: `/spec/keys/${index}/name` })),
          report,
        )
      },
    },
  ],
  inapplicableDefaults: () => [],
  normalise: ({ keys }) => ({ keys }),
  meaning: (written) => writtenMembers({ ...written }),
  trainingMeaning: (written) => writtenMembers({ ...written }),
  references: () => [],
}
