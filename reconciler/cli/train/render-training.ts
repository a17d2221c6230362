/** What was decided for one model, for people. Pure. */
import type { ModelVerdict } from '../../core/verdict.ts'
import { readEvidence } from './known-evidence.ts'
import type { Survey } from './survey-model.ts'

export function renderDecision({ tree, decision, versions }: Survey): string {
  const { name } = tree
  const because = 'because' in decision ? decision.because.map((reason) => `  ${reason}\n`).join('') : ''
  switch (decision.type) {
    case 'unchanged': {
      const newest = versions.at(-1)?.spec.version
      const later = newest === decision.version ? '' : `; the newest version is ${newest}`
      return `${name}: nothing to train, the inputs are those of version ${decision.version}${later}\n${renderBlocked(name, versions, decision.version)}`
    }
    case 'train':
      return `${name}: to train\n${because}`
    case 'reuse':
      return `${name}: trained before, in another branch; the model file is in the store\n${because}`
    case 'renumber':
      return `${name}: version ${decision.from.spec.version} gets another number, without training\n${because}`
    case 'evaluate-again':
      return `${name}: a new version with the model file of version ${decision.from.spec.version}, without training\n${because}`
    case 'refresh':
      return `${name}: version ${decision.from.spec.version} is to be judged again, without training\n${because}`
  }
}

/** Why the command does not end with 0 where it had nothing to do; empty: nothing stands in the way. */
function renderBlocked(name: string, versions: Survey['versions'], version: number): string {
  const stored = versions.find(({ spec }) => spec.version === version)?.spec.evidence ?? {}
  const verdict = readEvidence(stored)?.verdict
  return verdict?.blocks === true ? `  it is ${renderVerdict(verdict)}: mainward gate ${name} ${version} says why\n` : ''
}

/** With the verdict of each gate. */
export function renderVerdict({ verdict, blocks, gates }: ModelVerdict): string {
  if (gates.length === 0) return 'no gates'
  const consequence = blocks ? ', blocked' : verdict === 'passed' ? '' : ', and may go on'
  return `${verdict}${consequence} (${gates.map((gate) => `${gate.name} ${gate.verdict}`).join(', ')})`
}
