/** The rules on Waivers that need other manifests: the gate, its rule, and the model that names the gate. */
import type { Finding } from '../core/finding.ts'
import { type CommitView, findingIn } from './commit-view.ts'
import type { FairnessPolicySpec } from './kinds/fairness-policy.ts'
import type { GateSpec } from './kinds/gate.ts'
import type { ModelSpec } from './kinds/model.ts'
import type { WaiverSpec } from './kinds/waiver.ts'
import type { Problem } from './local-finding.ts'
import { didYouMean, listNames } from './nearest-name.ts'

export function checkWaivers(view: CommitView): readonly Finding[] {
  return view.entries.flatMap((entry) => {
    if (entry.document.kind !== 'Waiver' || entry.document.spec === null) return []
    return problemsOf(entry.document.spec as WaiverSpec, view).map(({ pointer, ...problem }) =>
      findingIn(entry, pointer, problem),
    )
  })
}

function problemsOf(waiver: WaiverSpec, view: CommitView): readonly (Problem & { readonly pointer: string })[] {
  const rule = 'waiver-target'
  const model = view.byId.get(`Model/${waiver.model}`)?.document.spec as ModelSpec | null | undefined
  if (model === undefined || model === null) return []
  const known = [...model.gates, ...model.fairness]
  const uses = known.filter((name) => name === waiver.gate).length
  const found = JSON.stringify(waiver.gate)
  if (uses > 1) {
    const message = `expected one gate or policy of ${waiver.model} with the name ${found}, found a Gate and a FairnessPolicy`
    return [{ rule, message, pointer: '/spec/gate', hint: 'give one of them another name' }]
  }
  if (uses === 0) {
    const names = known.length === 0 ? 'it names none' : listNames(known)
    const message = `expected a gate or policy that ${waiver.model} names (${names}), found ${found}`
    return [{ rule, message, pointer: '/spec/gate', hint: didYouMean(waiver.gate, known) }]
  }
  const kind = model.gates.includes(waiver.gate) ? 'Gate' : 'FairnessPolicy'
  const spec = view.byId.get(`${kind}/${waiver.gate}`)?.document.spec as GateSpec | FairnessPolicySpec | null | undefined
  if (waiver.rule === null || spec === undefined || spec === null) return []
  const rules = spec.rules.map(({ name }) => name)
  if (rules.includes(waiver.rule)) return []
  const message = `expected a rule of ${waiver.gate} (${listNames(rules)}), found ${JSON.stringify(waiver.rule)}`
  return [{ rule, message, pointer: '/spec/rule', hint: didYouMean(waiver.rule, rules) }]
}
