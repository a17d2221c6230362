/** The kind Waiver: permission to go on although a rule is not passed, by whom, why, and until when. */
import { parseInstant } from '../../core/instant.ts'
import type { Waiver } from '../../core/rule.ts'
import { schemas } from '../generated/schemas.ts'
import type { WrittenWaiverSpec } from '../generated/waiver.ts'
import type { KindDefinition } from './kind-definition.ts'
import { writtenMembers } from './request-features.ts'

/** A Waiver's spec with every default filled. */
export interface WaiverSpec extends Omit<Waiver, 'name' | 'untilMicros'> {
  /** As written: a day (UTC) or an instant. */
  readonly until: string
}

export const waiverKind: KindDefinition<WrittenWaiverSpec, WaiverSpec> = {
  schema: schemas.waiver,
  perEnvironment: false,
  unsupported: [],
  positions: ['/metadata/name', '/spec/gate', '/spec/rule', '/spec/model', '/spec/until'],
  checks: [
    {
      reads: ['/spec/until'],
      check({ spec: { until } }, report) {
        if (parseInstant(until) !== null) return
        const message = `expected a day or an instant that exists, found ${JSON.stringify(until)}`
        report('/spec/until', { rule: 'invalid-value', message })
      },
    },
  ],
  inapplicableDefaults: () => [],
  normalise: ({ rule, version, ...written }) => ({ ...written, rule: rule ?? null, version: version ?? null }),
  meaning: (written) => writtenMembers({ ...written }),
  references: ({ spec: { model } }) => [{ kind: 'Model', name: model, pointer: '/spec/model' }],
}
