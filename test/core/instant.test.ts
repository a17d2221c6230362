import { describe, expect, it } from 'vitest'
import { formatInstant, parseInstant } from '../../reconciler/core/instant.ts'

describe('instants', () => {
  // From `date -u -d TEXT +%s%6N` of GNU coreutils.
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['2013-01-01T05:00:00Z', 1357016400000000n],
    ['2013-01-01T05:00:00.000001Z', 1357016400000001n],
    ['2013-01-01 05:00:00.5+05:30', 1356996600500000n],
    ['2013-01-01T05:00-08:00', 1357045200000000n],
    ['1969-12-31T23:59:59.999999Z', -1n],
    ['2012-02-29', 1330473600000000n],
  ])('%s', (text, micros) => expect(parseInstant(text)).toBe(micros))

  it.each([
    '2013-01-01T05:00:00', '2013-02-30', '2013-02-30T00:00:00Z', '2013-13-01', '2013-01-01T24:00:00Z', '2013-01-01T23:60:00Z',
    '2013-01-01T23:59:60Z', '2013-01-01T00:00:00.0000001Z', '2013-1-1', '', 'now', '2013-01-01T00:00:00+24:00', '1357016400',
  ])('%s is none', (text) => expect(parseInstant(text)).toBeNull()) // prettier-ignore

  it.each([
    [0n, '1970-01-01T00:00:00Z'],
    [1357016400000001n, '2013-01-01T05:00:00.000001Z'],
    [1357016400500000n, '2013-01-01T05:00:00.5Z'],
    [-1n, '1969-12-31T23:59:59.999999Z'],
    [-1_000_000n, '1969-12-31T23:59:59Z'],
  ])('%s is written as %s', (micros, text) => {
    expect(formatInstant(micros)).toBe(text)
    expect(parseInstant(text)).toBe(micros)
  })
})
