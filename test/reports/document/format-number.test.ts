/** Numbers in reports: every case by hand. */
import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatDifference, formatInterval, formatMetric, formatPercent, formatSeconds, formatShare } from '../../../reconciler/reports/document/format-number.ts' // prettier-ignore

describe('numbers', () => {
  it.each([
    [0.77185, '0.7719'],
    [0, '0.0000'],
    [-0, '0.0000'],
    [-0.00001, '-0.00001'],
    [0.000123, '0.00012'],
    [12.5, '12.5000'],
    [1_234_567.891, '1234570'],
    [null, 'undefined'],
    [NaN, 'undefined'],
    [Infinity, 'infinite'],
  ])('of metrics: %s is %s', (value, text) => {
    expect(formatMetric(value)).toBe(text)
  })

  it.each([
    [0.0451, '+0.0451'],
    [-0.0451, '-0.0451'],
    [0, '0.0000'],
    [null, 'undefined'],
  ])('of differences: %s is %s', (value, text) => {
    expect(formatDifference(value)).toBe(text)
  })

  it('of intervals, open ones too', () => {
    expect(formatInterval(0.73, 0.8)).toBe('0.7300 to 0.8000')
    expect(formatInterval(-0.1, 0.2, formatDifference)).toBe('-0.1000 to +0.2000')
    expect(formatInterval(null, 0.2)).toBe('no lower end to 0.2000')
    expect(formatInterval(null, null)).toBe('')
  })

  it('of shares, counts, sizes and times', () => {
    expect([formatShare(1, 4), formatShare(0, 0), formatPercent(-0.0001), formatPercent(null)]).toEqual(['25.0 %', 'undefined', '0.0 %', 'undefined']) // prettier-ignore
    expect([formatCount(999), formatCount(1000), formatCount(12_423_000)]).toEqual(['999', '1,000', '12,423,000'])
    expect([formatBytes(1023), formatBytes(1024), formatBytes(127_950), formatBytes(2 ** 33)]).toEqual(['1023 B', '1.0 KiB', '125.0 KiB', '8.0 GiB']) // prettier-ignore
    expect([formatSeconds(0.42), formatSeconds(59.6), formatSeconds(125), formatSeconds(7_800)]).toEqual(['0.4 s', '1 min', '2 min 5 s', '2 h 10 min']) // prettier-ignore
  })
})
