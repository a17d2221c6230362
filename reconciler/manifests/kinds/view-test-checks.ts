/** The rules on the unit tests of one FeatureView that need no other manifest. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { aggregateDtype } from '../aggregation-columns.ts'
import type { WrittenFeatureViewSpec, WrittenViewTest } from '../generated/featureview.ts'
import { createHints, listNames } from '../nearest-name.ts'
import { cellForms, isCellOf } from '../test-cells.ts'
import type { Report, WrittenManifest } from './kind-definition.ts'
import { reportRepeatedNames } from './repeated-names.ts'
import { escapePointer } from './request-features.ts'
import { inputsOf } from './view-inputs.ts'

/** The name under which a row of `expect` says which time is asked about. */
export const timeOfTest = 'at'

export function checkTests({ spec }: WrittenManifest<WrittenFeatureViewSpec>, report: Report): void {
  const tests = spec.tests ?? []
  reportRepeatedNames(
    tests.map(({ name }, index) => ({ name, pointer: `/spec/tests/${index}/name` })),
    report,
  )
  const names = inputsOf(spec).map(({ name }) => name)
  const values = valueDtypes(spec)
  tests.forEach((test, index) => {
    checkGiven(test, `/spec/tests/${index}/given`, names, report)
    checkExpected(test, `/spec/tests/${index}/expect`, values, report)
  })
}

/** Null: it follows from a column of the source. */
function valueDtypes({ features = [], aggregations = [] }: WrittenFeatureViewSpec): ReadonlyMap<string, FeatureDtype | null> {
  const dtypes = new Map<string, FeatureDtype | null>(features.map(({ name, dtype }) => [name, dtype]))
  const computed = aggregations.map(({ name, function: call, column = '', dtype }) => {
    return [name, dtype ?? aggregateDtype(call, dtypes.get(column) ?? null)] as const
  })
  return new Map([...dtypes, ...computed])
}

/** A list of rows for one input, a map of lists for several. */
function checkGiven({ given }: WrittenViewTest, pointer: string, names: readonly string[], report: Report): void {
  const rule = 'unit-test'
  if (Array.isArray(given)) {
    if (names.length < 2) return
    const message = `expected rows by the name of their source (${listNames(names)}), found a list`
    report(pointer, { rule, message })
    return
  }
  const known = names.length === 1 ? [] : names
  if (names.length === 1) {
    report(pointer, { rule, message: `expected a list of rows, since ${names.join('')} is the only source, found a map` })
    return
  }
  const hintFor = createHints(known)
  for (const name of Object.keys(given).filter((found) => !known.includes(found))) {
    const message = `expected one of the sources (${listNames(known)}), found ${JSON.stringify(name)}`
    report(`${pointer}/${escapePointer(name)}`, { rule, message, hint: hintFor(name) }, 'key')
  }
}

function checkExpected(
  { expect }: WrittenViewTest,
  pointer: string,
  values: ReadonlyMap<string, FeatureDtype | null>,
  report: Report,
): void {
  const rule = 'unit-test'
  expect.forEach((row, index) => {
    const asked = Object.entries(row).filter(([name]) => values.has(name) && name !== timeOfTest)
    if (asked.length === 0) {
      const message = `expected at least one feature or aggregation (${listNames([...values.keys()])}), found none`
      report(`${pointer}/${index}`, { rule, message })
    }
    const times = timeOfTest in row ? ([[timeOfTest, row[timeOfTest] ?? null, 'timestamp']] as const) : []
    const cells = [...asked.map(([name, value]) => [name, value, values.get(name) ?? null] as const), ...times]
    for (const [name, value, dtype] of cells) {
      if (dtype === null || (isCellOf(value, dtype) && (name !== timeOfTest || value !== null))) continue
      const message = `expected ${cellForms[dtype]} for ${name}, found ${JSON.stringify(value)}`
      report(`${pointer}/${index}/${escapePointer(name)}`, { rule, message })
    }
  })
}
