/** The verdict of a model version: all its gates and fairness policies, with waivers. */
import type { RuleSet, Waiver } from '../core/rule.ts'
import type { GateVerdict, ModelVerdict } from '../core/verdict.ts'
import type { Judged } from '../rules/judged.ts'
import { judgeRules } from '../rules/judge-rules.ts'
import { applyWaivers, type WaivedVersion } from './apply-waivers.ts'

export interface WaivedGates extends WaivedVersion {
  /** Of the commit; those of other models and versions are passed over. */
  readonly waivers: readonly Waiver[]
}

export interface JudgedVersion extends WaivedGates {
  readonly ruleSets: readonly RuleSet[]
  readonly judged: Judged
}

/** A gate that only measures has no part in the verdict. */
export function judgeVersion({ ruleSets, judged, ...version }: JudgedVersion): ModelVerdict {
  return waiveGates(
    ruleSets.map((ruleSet) => judgeRules(ruleSet, judged)),
    version,
  )
}

/** For who asks of several times: what was measured is judged once. */
export function waiveGates(gates: readonly GateVerdict[], { waivers, ...version }: WaivedGates): ModelVerdict {
  return summarizeGates(gates.map((gate) => applyWaivers(gate, waivers, version)))
}

function summarizeGates(gates: readonly GateVerdict[]): ModelVerdict {
  const verdicts = gates.filter(({ enforcement }) => enforcement !== 'measure').map(({ verdict }) => verdict)
  const verdict = verdicts.includes('failed') ? 'failed' : verdicts.includes('inconclusive') ? 'inconclusive' : 'passed'
  return { verdict, blocks: gates.some(({ blocks }) => blocks), gates }
}
