/** Checks the SQL of all views of a commit without any data: what can be said before there is a row. */
import type { ViewMaterials } from '../compute/plan-computation.ts'
import type { Engine } from '../engine/engine.ts'
import { createEmptySource } from '../sources/prepare-source.ts'
import { checkView } from './check-view.ts'
import { orderViews } from './order-views.ts'

interface ViewProblem {
  readonly view: string
  readonly problem: string
}

/**
 * All problems of the views' transforms and conditions, in the order in which views are made. The engine must hold nothing. A view that
 * reads one with problems is not checked: its columns are not known. Throws what `orderViews` throws.
 */
export async function checkViews(engine: Engine, { entities, sources, views }: ViewMaterials): Promise<readonly ViewProblem[]> {
  for (const source of sources.values()) await createEmptySource(engine, source)
  await engine.lock()
  const found: ViewProblem[] = []
  const unsound = new Set<string>()
  for (const view of orderViews([...views.keys()], views)) {
    const isBlocked = view.inputs.some(({ kind, name }) => kind === 'FeatureView' && unsound.has(name))
    const problems = isBlocked ? [] : (await checkView(engine, view, entities)).problems
    if (isBlocked || problems.length > 0) unsound.add(view.name)
    found.push(...problems.map((problem) => ({ view: view.name, problem: problem.replace(`view ${view.name}: `, '') })))
  }
  return found
}
