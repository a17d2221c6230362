/** What to do about names of on-demand features that an expression cannot read: itself, and those that stand after it. Pure. */
import type { OnDemandFeature } from '../core/on-demand-feature.ts'

/** `reads` has the names in each expression, in the order of the features. By name, from the feature at `index` on. */
export function explainLater(
  features: readonly OnDemandFeature[],
  reads: readonly (readonly string[])[],
  index: number,
): ReadonlyMap<string, string> {
  const own = features[index]?.name ?? ''
  const needs = new Map(features.map(({ name }, position) => [name, reads[position] ?? []]))
  return new Map(
    features.slice(index).map(({ name }) => {
      if (name === own) return [name, 'an on-demand feature can not read itself']
      // A name that this expression does not read needs no words.
      const way = reads[index]?.includes(name) === true ? findWay(needs, name, own) : null
      return [name, way === null ? `${name} stands later: move it before this one` : explainCircle(own, way)]
    }),
  )
}

/** `way` leads from what this feature reads back to it. */
function explainCircle(own: string, way: readonly string[]): string {
  const [other = ''] = way
  const steps = way.length === 2 ? '' : ` (${[own, ...way].join(' reads ')})`
  return `${own} and ${other} read each other${steps}: no order helps, so one of them must be written without the other`
}

/** The shortest way from one feature to another over what they read, both included. */
function findWay(needs: ReadonlyMap<string, readonly string[]>, from: string, to: string): readonly string[] | null {
  const seen = new Set([from])
  const ways: (readonly string[])[] = [[from]]
  for (const way of ways) {
    const last = way.at(-1) ?? from
    if (last === to) return way
    for (const next of needs.get(last) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return null
}
