/** The rules on rows of unit tests that need the view's sources and entities: columns that exist, every key, the time. */
import type { TestRow } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureViewSpec } from '../kinds/feature-view.ts'
import { escapePointer } from '../kinds/request-features.ts'
import { timeOfTest } from '../kinds/view-test-checks.ts'
import { createHints, listNames } from '../nearest-name.ts'
import { cellForms, isCellOf } from '../test-cells.ts'
import type { ViewCase } from './view-case.ts'
import { inputColumns, keyColumns, untoldTimes, viewTimes, type RowColumns } from './view-rows.ts'

const rule = 'unit-test-row'

export function checkTestRows(found: ViewCase): void {
  found.view.tests.forEach(({ given, expect }, index) => {
    checkGiven(given, `/spec/tests/${index}/given`, found)
    checkExpected(expect, `/spec/tests/${index}/expect`, found)
  })
}

type Given = FeatureViewSpec['tests'][number]['given']

function checkGiven(given: Given, pointer: string, { view, specs, report }: ViewCase): void {
  // The form has been told: nobody knows whose rows they are.
  if (isRowList(given) && view.inputs.length > 1) return
  for (const input of view.inputs) {
    const columns = inputColumns(input, specs)
    const [rows, place] = rowsOf(given, input.name, pointer)
    if (columns === null) continue
    const hintFor = createHints(columns.keys())
    rows.forEach((row, index) => {
      for (const [name, value] of Object.entries(row)) {
        const at = `${place}/${index}/${escapePointer(name)}`
        const dtype = columns.get(name)
        if (dtype === undefined) {
          const message = `expected a column of ${input.name} (${listNames([...columns.keys()])}), found ${JSON.stringify(name)}`
          report(at, { rule, message, hint: hintFor(name) })
        } else reportCell({ name, value, dtype, pointer: at }, report)
      }
    })
  }
}

function rowsOf(given: Given, name: string, pointer: string): readonly [readonly TestRow[], string] {
  if (isRowList(given)) return [given, pointer]
  return [given[name] ?? [], `${pointer}/${escapePointer(name)}`]
}

function isRowList(given: Given): given is readonly TestRow[] {
  return Array.isArray(given)
}

interface NamedCell {
  readonly name: string
  readonly value: TestRow[string]
  readonly dtype: FeatureDtype | null
  readonly pointer: string
}

function reportCell({ name, value, dtype, pointer }: NamedCell, report: ViewCase['report']): void {
  if (dtype === null || isCellOf(value, dtype)) return
  report(pointer, { rule, message: `expected ${cellForms[dtype]} for ${name}, found ${JSON.stringify(value)}` })
}

function checkExpected(rows: readonly TestRow[], pointer: string, { view, specs, report }: ViewCase): void {
  if (view.entities.some(({ name }) => !specs.entities.has(name))) return
  const keys: RowColumns = new Map(keyColumns(view, specs).map(({ key, dtype }) => [key, dtype]))
  const values = [...view.features, ...view.aggregations].map(({ name }) => name)
  const known = [...keys.keys(), timeOfTest, ...values]
  const hintFor = createHints(known)
  // Where times are missing by mistake, the view has been told; its tests are right about them.
  const isMistaken = view.aggregations.length > 0 || untoldTimes(view, specs).length > 0
  const isStatic = viewTimes(view, specs)?.eventTime === null && !isMistaken
  rows.forEach((row, index) => {
    const place = `${pointer}/${index}`
    for (const [name, value] of Object.entries(row)) {
      const at = `${place}/${escapePointer(name)}`
      if (!known.includes(name)) {
        const message = `expected a key, ${timeOfTest} or a value of the view (${listNames(known)}), found ${JSON.stringify(name)}`
        report(at, { rule, message, hint: hintFor(name) })
      }
      reportCell({ name, value, dtype: keys.get(name) ?? null, pointer: at }, report)
    }
    const missing = [...keys.keys(), ...(isStatic ? [] : [timeOfTest])].filter((name) => (row[name] ?? null) === null)
    if (missing.length > 0) report(place, { rule, message: `expected a value for ${listNames(missing)}, found none` })
    if (isStatic && timeOfTest in row) {
      report(place, { rule, message: `expected no ${timeOfTest} for static rows, which are true at any time, found one` })
    }
  })
}
