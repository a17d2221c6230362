/** Waivers on the verdict of a gate: who lets a rule go on, and whether that still holds. */
import { formatInstant } from '../core/instant.ts'
import type { Waiver } from '../core/rule.ts'
import type { GateVerdict, RuleVerdict } from '../core/verdict.ts'

export interface WaivedVersion {
  readonly model: string
  readonly version: number
  /** Microseconds since the epoch, of the wall clock. */
  readonly nowMicros: bigint
}

/** The verdict of each rule stays what it is: a waiver only lets it go on. One that has expired is named, and does not. */
export function applyWaivers(gate: GateVerdict, waivers: readonly Waiver[], version: WaivedVersion): GateVerdict {
  const own = waivers.filter((waiver) => waiver.gate === gate.name && isAbout(waiver, version))
  const rules = gate.rules.map((rule) => waive(rule, findWaiver(rule, own), version.nowMicros))
  return { ...gate, rules, blocks: rules.some(({ blocks }) => blocks) }
}

/** Whether a waiver is about a version, whatever the time. */
export function isAbout({ model, version }: Waiver, of: Pick<WaivedVersion, 'model' | 'version'>): boolean {
  return model === of.model && (version === null || version === of.version)
}

/** The one that holds longest. */
function findWaiver({ rule, verdict }: RuleVerdict, waivers: readonly Waiver[]): Waiver | null {
  if (verdict === 'passed') return null
  const [first = null, ...others] = waivers.filter((waiver) => waiver.rule === null || waiver.rule === rule)
  return others.reduce((best, each) => (best !== null && best.untilMicros >= each.untilMicros ? best : each), first)
}

function waive(rule: RuleVerdict, waiver: Waiver | null, nowMicros: bigint): RuleVerdict {
  if (waiver === null) return rule
  const { name, reason, grantedBy, untilMicros } = waiver
  const expired = nowMicros >= untilMicros
  return {
    ...rule,
    blocks: rule.blocks && expired,
    waiver: { name, until: formatInstant(untilMicros), expired, reason, grantedBy },
  }
}
