/** Waivers that have ended at a time: the place, the text, and that the time alone decides. */
import { describe, expect, it } from 'vitest'
import { findExpiredWaivers } from '../../reconciler/manifests/expired-waivers.ts'
import { renderFindings } from '../../reconciler/manifests/findings-text.ts'
import { waiverText } from '../gates/support/judged-commit.ts'
import { parse } from './commit-of.ts'

function findAt(now: string, until: string): string {
  const files = [{ path: 'policies/waiver.yaml', parsed: parse(waiverText(until)) }]
  return renderFindings(findExpiredWaivers(files, BigInt(Date.parse(now)) * 1000n), 'text')
}

describe('a waiver', () => {
  it('that has ended is a warning at its end', () => {
    expect(findAt('2027-03-01T00:00:00Z', '2027-03-01')).toBe(
      'policies/waiver.yaml:4:116 waiver-expired (warning)  expected a time that is still to come, found one that is over: 2027-03-01T00:00:00Z\n' +
        '    it lets nothing go on any more: remove the waiver, or have it granted anew\n',
    )
  })

  it('holds until then, and in the zone that it names', () => {
    expect(findAt('2027-02-28T23:59:59.999Z', '2027-03-01')).toBe('')
    expect(findAt('2027-02-28T23:30:00Z', '2027-03-01T00:30:00+01:00')).toContain('waiver-expired')
    expect(findAt('2027-02-28T23:29:59Z', '2027-03-01T00:30:00+01:00')).toBe('')
  })

  it('whose end does not exist has another finding', () => {
    expect(findAt('2030-01-01T00:00:00Z', '2027-02-30')).toBe('')
  })
})
