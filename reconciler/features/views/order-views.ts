/** Views in the order in which they are made: a view after those that it reads. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { ViewDefinition } from '../../core/feature-definition.ts'

/** The wanted views with all that they read. Throws `invalid-input` for a cycle, and `not-found` for a view that is not there. */
export function orderViews(wanted: readonly string[], views: ReadonlyMap<string, ViewDefinition>): readonly ViewDefinition[] {
  const ordered = new Map<string, ViewDefinition>()
  for (const name of wanted) visit(name, [], views, ordered)
  return [...ordered.values()]
}

function visit(
  name: string,
  above: readonly string[],
  views: ReadonlyMap<string, ViewDefinition>,
  ordered: Map<string, ViewDefinition>,
): void {
  if (ordered.has(name)) return
  if (above.includes(name)) {
    const circle = [...above.slice(above.indexOf(name)), name].join(' → ')
    throw new MainwardError('invalid-input', `views read each other in a circle: ${circle}`, {
      hint: 'let one of them read a source',
    })
  }
  const view = views.get(name)
  if (view === undefined) {
    const reader = above.at(-1)
    throw new MainwardError('not-found', `there is no view ${name}${reader === undefined ? '' : `, which ${reader} reads`}`)
  }
  for (const input of view.inputs) if (input.kind === 'FeatureView') visit(input.name, [...above, name], views, ordered)
  ordered.set(name, view)
}
