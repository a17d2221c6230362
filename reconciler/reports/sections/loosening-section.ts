/** The section that says that a change makes its own rules easier, and what that would have meant before. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import { isLooser, type Loosening, type PastVerdict, type RuleChange } from '../../core/loosening.ts'
import { badge, code, type Block, type Section, type Text, type Tone } from '../document/document.ts'
import { verdictBadge } from './verdict-words.ts'

export function buildLoosening(loosening: Loosening | null): readonly Section[] {
  if (loosening === null || loosening.changes.length === 0) return []
  const loose = loosening.changes.filter(isLooser)
  const title: Text =
    loose.length > 0 ? ['Rules: this change ', badge('loosens', 'bad'), ' them'] : 'Rules: this change tightens them'
  return [{ kind: 'loosening', title, level: 2, isFolded: false, blocks: [introduce(loosening, loose.length), changesTable(loosening), ...pastTable(loosening)] }] // prettier-ignore
}

function introduce({ judgedBy, changes }: Loosening, loose: number): Block {
  const counted = `${countNoun(changes.length, 'rule')} changed, ${loose} of them so that what was refused before might pass. `
  const judged: Text =
    judgedBy === null ? ['The verdict is by the rules as they are here.'] : ['The verdict is by the rules of ', code(judgedBy.slice(0, 12)), ', before the change.'] // prettier-ignore
  return { type: 'paragraph', text: [counted, ...judged] }
}

function changesTable({ changes }: Loosening): Block {
  const columns = [{ title: 'Where' }, { title: 'Rule' }, { title: 'Direction' }, { title: 'Before' }, { title: 'After' }]
  const rows = changes.map((change): readonly Text[] => [
    code(`${change.kind}/${change.name}`),
    change.rule === null ? 'all of it' : code(change.rule),
    badge(change.direction, toneOf(change)),
    change.before === null ? 'was not there' : code(change.before),
    change.after === null ? 'gone' : code(change.after),
  ])
  return { type: 'table', columns, rows }
}

function pastTable({ pastVersions }: Loosening): readonly Block[] {
  if (pastVersions.length === 0) {
    return [{ type: 'paragraph', text: 'No version with stored evidence would have another verdict by the new rules.' }]
  }
  const columns = [{ title: 'Past version' }, { title: 'By the rules before' }, { title: 'By the new rules' }]
  const rows = pastVersions.map(({ model, version, before, after }: PastVerdict): readonly Text[] => {
    return [code(`${model} ${version}`), verdictBadge(before), verdictBadge(after)]
  })
  return [{ type: 'table', columns, rows }]
}

function toneOf(change: RuleChange): Tone {
  if (!isLooser(change)) return 'good'
  return change.direction === 'changed' ? 'unsure' : 'bad'
}
