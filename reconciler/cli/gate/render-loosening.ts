/** What a change does to rules, as text for a terminal. Pure. */
import { isLooser, type Loosening, type RuleChange } from '../../core/loosening.ts'

/** What a change does to the rules, and what past versions would get; nothing where nothing was compared. */
export function renderLoosening(loosening: Loosening | null): string {
  if (loosening === null) return ''
  const { changes, pastVersions } = loosening
  if (changes.length === 0) return '\nno rule is changed\n'
  const isLoosened = changes.some(isLooser)
  const head = isLoosened ? 'this change loosens rules: those of its base judge' : 'this change loosens no rule'
  const past = pastVersions.map(
    ({ model, version, before, after }) => `${model} version ${version} would be ${after}, was ${before}\n`,
  )
  return `\n${head}\n${indent([...changes.map(renderChange), ...past].join(''))}`
}

function renderChange({ kind, name, rule, direction, before, after }: RuleChange): string {
  const what = `${direction.padEnd(9)} ${kind} ${name}${rule === null ? '' : `, ${rule}`}`
  if (before === null) return `${what}: ${after ?? ''}\n`
  return after === null ? `${what}: was ${before}\n` : `${what}: ${after}, was ${before}\n`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
