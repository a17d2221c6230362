/** Values are cut out of a stored text exactly as JSON reads them, whatever strings hold. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StoredValues } from '../../../reconciler/serving/features/stored-values.ts'

const awkward = ['', ',', '",', '"', '\\', 'a,b', '","', '[', ']', 'null', '1', ' ', '\n', '\u2028', 'é,"\\']

it('reads what JSON reads', () => {
  const scalar = fc.oneof(
    fc.constantFrom(...awkward),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt().map(String),
    fc.boolean(),
    fc.constant(null),
  )
  fc.assert(
    fc.property(fc.array(scalar), (values) => {
      const text = JSON.stringify(values)
      const stored = new StoredValues(text)
      const expected = JSON.parse(text) as readonly unknown[]
      expect(expected.map((_, index) => JSON.parse(stored.textAt(index)) as unknown)).toEqual(expected)
      expect(stored.textAt(values.length)).toBe('null')
    }),
    { numRuns: 2000 },
  )
})

it('reads arrays that were written with spaces', () => {
  const stored = new StoredValues('[ 1.5 , "a" ,null]')
  expect([0, 1, 2, 3].map((index) => stored.textAt(index))).toEqual(['1.5', '"a"', 'null', 'null'])
})
