/** Which way a change of rules goes, for every part of a rule, and what past versions would get. */
import { describe, expect, it } from 'vitest'
import { isLooser } from '../../reconciler/core/loosening.ts'
import type { Resource } from '../../reconciler/core/resource.ts'
import { assessLoosening } from '../../reconciler/gates/loosening/assess-loosening.ts'
import { evidenceOf, judgedResources, waiverText } from './support/judged-commit.ts'

const commits = { before: 'b'.repeat(40), after: null }
const assess = (before: readonly Resource[], after: readonly Resource[]) => assessLoosening({ before, after, commits })
const withRule = (rule: string, enforcement = 'block') => judgedResources({ rules: [rule], enforcement, source: 'imported' })

describe('a change of one rule', () => {
  const group = 'name: r, metric: roc_auc, by: carrier'
  it.each<[string, string, string | null]>([
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc, atLeast: 0.5 }', 'loosened'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc, atLeast: 0.7 }', 'tightened'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc, atLeast: 0.60, judge: interval }', null],
    ['{ metric: ece, atMost: 0.1 }', '{ metric: ece, atMost: 0.2 }', 'loosened'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc, atLeast: 0.6, judge: point }', 'loosened'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc, atLeast: 0.6, severity: warn }', 'loosened'],
    ['{ metric: roc_auc, atLeast: 0.6, onInconclusive: warn }', '{ metric: roc_auc, atLeast: 0.6 }', 'tightened'],
    ['{ metric: roc_auc, atLeast: 0.6 }', '{ metric: roc_auc, atLeast: 0.7, severity: warn }', 'changed'],
    [`{ ${group}, atLeast: 0.6, minGroup: 100 }`, `{ ${group}, atLeast: 0.6, minGroup: 300 }`, 'loosened'],
    [`{ ${group}, atLeast: 0.6, minGroup: 100 }`, `{ ${group}, atLeast: 0.6 }`, 'tightened'],
    [`{ ${group}, atLeast: 0.6 }`, '{ name: r, metric: roc_auc, by: origin, atLeast: 0.6 }', 'changed'],
    [`{ ${group}, ratioAtLeast: 0.8 }`, `{ ${group}, ratioAtLeast: 0.7 }`, 'loosened'],
    [`{ ${group}, differenceAtMost: 0.1 }`, `{ ${group}, differenceAtMost: 0.05 }`, 'tightened'],
    ['{ metric: log_loss, noWorseThan: production }', '{ metric: log_loss, noWorseThan: production, margin: 0.1 }', 'loosened'],
    ['{ metric: log_loss, betterThan: baseline }', '{ metric: log_loss, betterThan: baseline, margin: 0.1 }', 'tightened'],
    [
      '{ name: r, metric: log_loss, betterThan: production }',
      '{ name: r, metric: log_loss, noWorseThan: production }',
      'loosened',
    ],
    ['{ name: r, metric: log_loss, betterThan: production }', '{ name: r, metric: log_loss, betterThan: baseline }', 'changed'],
    ['{ tests: all }', '{ tests: [golden] }', 'loosened'],
    ['{ tests: [golden] }', '{ tests: [golden, range] }', 'tightened'],
    ['{ tests: [golden] }', '{ tests: [range] }', 'changed'],
    ['{ name: r, cel: artifact.sizeBytes < 10 }', '{ name: r, cel: artifact.sizeBytes < 20 }', 'changed'],
    ['{ name: r, cel: artifact.sizeBytes < 10 }', '{ name: r, cel: (artifact.sizeBytes) < 10 }', null],
  ])('from %s to %s', (before, after, direction) => {
    expect(assess(withRule(before), withRule(after)).changes.map((change) => change.direction)).toEqual(direction === null ? [] : [direction]) // prettier-ignore
    const opposite = { loosened: 'tightened', tightened: 'loosened', changed: 'changed' }[direction ?? '']
    expect(assess(withRule(after), withRule(before)).changes.map((change) => change.direction)).toEqual(opposite === undefined ? [] : [opposite]) // prettier-ignore
  })
})

describe('a change of gates', () => {
  it('names what is gone, in words', () => {
    const before = judgedResources({ rules: ['{ metric: roc_auc, atLeast: 0.6 }', '{ tests: all }'], source: 'imported' })
    const after = judgedResources({ rules: ['{ tests: all }'], enforcement: 'warn', source: 'imported' })
    expect(assess(before, after).changes).toEqual([
      {
        kind: 'Gate',
        name: 'quality',
        rule: null,
        direction: 'loosened',
        before: 'enforcement: block',
        after: 'enforcement: warn',
      },
      { kind: 'Gate', name: 'quality', rule: 'roc_auc at least', direction: 'removed', before: 'roc_auc >= 0.6', after: null },
    ])
  })

  it('finds a gate that a model no longer names', () => {
    const { changes, judgedBy } = assess(judgedResources({ rules: ['{ tests: all }'], source: 'imported' }), judgedResources({}))
    expect(changes.map(({ kind, direction, before }) => [kind, direction, before])).toEqual([
      ['Gate', 'removed', '1 rule, enforcement: block'],
      ['Model', 'removed', 'gate quality'],
    ])
    expect(judgedBy).toBe(commits.before)
  })

  it('is judged by its own rules where it loosens none', () => {
    const tightened = assess(withRule('{ metric: roc_auc, atLeast: 0.6 }'), withRule('{ metric: roc_auc, atLeast: 0.7 }'))
    expect([tightened.judgedBy, tightened.changes.some(isLooser)]).toEqual([null, false])
    expect(assess(judgedResources({}), withRule('{ tests: all }')).changes.some(isLooser)).toBe(false)
  })

  it('takes a waiver that is new, longer or wider as looser', () => {
    const rules = ['{ tests: all }']
    const of = (waiver?: string) => judgedResources({ rules, source: 'imported', ...(waiver === undefined ? {} : { waiver }) })
    const directions = (before?: string, after?: string) =>
      assess(of(before), of(after)).changes.map(({ direction }) => direction)
    const [march, april] = [waiverText('2027-03-01'), waiverText('2027-04-01')]
    expect(directions(undefined, march)).toEqual(['loosened'])
    expect(directions(march, april)).toEqual(['loosened'])
    expect(directions(april, march)).toEqual(['tightened'])
    expect(directions(march, undefined)).toEqual(['tightened'])
    expect(directions(waiverText('2027-03-01', ', version: 3'), march)).toEqual(['loosened'])
    expect(directions(waiverText('2027-03-01', ', version: 3'), waiverText('2027-03-01', ', version: 2'))).toEqual(['changed'])
  })
})

describe('past versions', () => {
  it('are those whose stored measurements get another verdict', () => {
    const evidence = evidenceOf([{ estimate: 0.7, low: 0.65, high: 0.75 }])
    const of = (value: number) => judgedResources({ rules: [`{ metric: roc_auc, atLeast: ${value} }`], evidence })
    expect(assess(of(0.8), of(0.6)).pastVersions).toEqual([
      { model: 'flight-delay', version: 3, before: 'failed', after: 'passed' },
    ])
    expect(assess(of(0.6), of(0.5)).pastVersions).toEqual([])
  })
})
