/** Which sources and views are made for the wanted ones. */
import { describe, expect, it } from 'vitest'
import type { SourceDefinition, ViewDefinition, ViewInput } from '../../../reconciler/core/feature-definition.ts'
import { planComputation, type ViewMaterials } from '../../../reconciler/features/compute/plan-computation.ts'
import { fileSource } from '../sources/support/source-lab.ts'

const source = (name: string): SourceDefinition => fileSource({ name, pattern: `${name}.csv` })

function view(name: string, ...inputs: readonly string[]): ViewDefinition {
  return {
    name,
    entities: [],
    inputs: inputs.map((input): ViewInput => ({
      kind: input === input.toUpperCase() ? 'DataSource' : 'FeatureView',
      name: input,
    })),
    transform: null,
    eventTime: null,
    createdTime: null,
    rowKey: [],
    ttlMs: null,
    features: [],
    aggregations: [],
    online: null,
  }
}

function materials(...views: readonly ViewDefinition[]): ViewMaterials {
  return {
    entities: new Map(),
    sources: new Map(['A', 'B', 'C', 'LABELS'].map((name) => [name, source(name)])),
    views: new Map(views.map((each) => [each.name, each])),
  }
}

function names(...[all, wanted]: Parameters<typeof planComputation>): readonly string[] {
  const plan = planComputation(all, wanted)
  return [...plan.sources, ...plan.views].map(({ name }) => name)
}

describe('a plan', () => {
  const all = materials(view('top', 'middle', 'B'), view('middle', 'A'), view('other', 'C'), view('same', 'A', 'B'))

  it('has the sources and views upstream, each once, what is read first', () => {
    expect(names(all, { views: ['top', 'same'] })).toEqual(['A', 'B', 'middle', 'top', 'same'])
  })

  it('has sources that are asked for themselves, and nothing that nobody reads', () => {
    expect(names(all, { views: ['middle'], sources: ['LABELS', 'A'] })).toEqual(['LABELS', 'A', 'middle'])
    expect(names(all, { views: [], sources: ['LABELS'] })).toEqual(['LABELS'])
  })

  it('says what is not there, and who reads it', () => {
    expect(() => names(all, { views: [], sources: ['NONE'] })).toThrow('there is no source NONE')
    expect(() => names(materials(view('x', 'NONE')), { views: ['x'] })).toThrow('there is no source NONE, which x reads')
    expect(() => names(materials(view('x', 'gone')), { views: ['x'] })).toThrow('there is no view gone, which x reads')
    expect(() => names(materials(view('x', 'y'), view('y', 'x')), { views: ['x'] })).toThrow('in a circle: x → y → x')
  })
})
