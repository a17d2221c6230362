/** Which metrics.json is read, and what is said of the others. */
import { describe, expect, it } from 'vitest'
import { readMetrics } from '../../../reconciler/training/outcome/read-metrics.ts'

describe('metrics.json', () => {
  it('is an object of numbers', () => {
    expect(readMetrics('{"auc": 0.71, "steps": 1e3, "loss": -2}')).toEqual({
      metrics: { auc: 0.71, steps: 1000, loss: -2 },
      warnings: [],
    })
  })

  it.each([
    ['no JSON', '{"auc": NaN}'],
    ['a list', '[1]'],
    ['nothing', ''],
    ['null', 'null'],
  ])('that is %s is not read', (_, text) => {
    const { metrics, warnings } = readMetrics(text)
    expect(metrics).toEqual({})
    expect(warnings[0]).toContain('it is no JSON object of numbers')
  })

  it('keeps its numbers and names the rest', () => {
    const long = 'x'.repeat(251)
    const { metrics, warnings } = readMetrics(JSON.stringify({ auc: 0.7, text: '0.8', huge: null, [long]: 1 }))
    expect(metrics).toEqual({ auc: 0.7 })
    expect(warnings).toEqual([`metrics.json: left out what is no number: text, huge, ${'x'.repeat(250)}`])
  })

  it('has no infinity, which JSON can write as a large number', () => {
    expect(readMetrics('{"loss": 1e999}').metrics).toEqual({})
  })

  it('has a bounded number of entries', () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, 1]))
    expect(readMetrics(JSON.stringify(many)).warnings[0]).toContain('1001 entries, more than 1000')
  })

  it('can name nothing but its own entries', () => {
    const { metrics } = readMetrics('{"__proto__": 1, "auc": 0.7}')
    expect(Object.keys(metrics)).toEqual(['__proto__', 'auc'])
    expect(Object.getPrototypeOf(metrics)).toBe(Object.prototype)
  })
})
