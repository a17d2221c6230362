/** What windows read of a view's rows: each expression once, null where a row does not count. */
import type { JoinView, WindowRequest } from './join-request.ts'
import { quoteName } from '../engine/quote.ts'
import { sumKindOf, type WindowColumn } from './window-expression.ts'

export interface WindowFeature {
  readonly as: string
  readonly window: WindowRequest
  readonly column: WindowColumn
}

export interface WindowInput {
  readonly name: string
  readonly expression: string
}

function inputExpression({ column, where }: WindowRequest): string {
  const value = column === null ? 'true' : quoteName(column)
  return where === null ? value : `CASE WHEN ${quoteName(where)} THEN ${value} END`
}

function windowsOf(view: JoinView): readonly WindowRequest[] {
  return view.take.flatMap((taken) => (taken.type === 'window' ? [taken.window] : []))
}

/** Columns c0, c1, … over the view's relation. */
export function windowInputs(view: JoinView): readonly WindowInput[] {
  const expressions = [...new Set(windowsOf(view).map(inputExpression))]
  return expressions.map((expression, index) => ({ name: `c${index}`, expression }))
}

/** The view's windowed features, each with the name of the column it reads. */
export function windowFeatures(view: JoinView): readonly WindowFeature[] {
  const inputs = windowInputs(view)
  return view.take.flatMap((taken) => {
    if (taken.type !== 'window') return []
    const { window, as } = taken
    const input = inputs.find(({ expression }) => expression === inputExpression(window))
    if (input === undefined) throw new Error(`no input for ${as}`)
    const place = `view ${view.relation.replace(/^view:/, '')}, column ${window.column ?? '(rows)'}`
    return [{ as, window, column: { name: input.name, kind: sumKindOf(window.columnType), place } }]
  })
}
