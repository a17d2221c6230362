/** Sources and views of two commits: what must hold for their rows, and which rows labels come from. */
import { canonicalJson, type Json } from '../../core/digest.ts'
import type { RuleChange } from '../../core/loosening.ts'
import type { Resource } from '../../core/resource.ts'
import type { DataSourceSpec } from '../../manifests/kinds/data-source.ts'
import type { FeatureViewSpec } from '../../manifests/kinds/feature-view.ts'
import type { WrittenExpectation } from '../../manifests/kinds/written-expectations.ts'
import { compareRanks, directionOf, type Step } from './compare-rules.ts'

type Checked = Resource<DataSourceSpec | FeatureViewSpec | null>

/** Of sources and views that are in both. */
export function compareExpectations(before: readonly Resource[], after: readonly Resource[]): readonly RuleChange[] {
  return before.flatMap((resource) => {
    const { kind, metadata } = resource
    if (kind !== 'DataSource' && kind !== 'FeatureView') return []
    const next = after.find((other) => other.kind === kind && other.metadata.name === metadata.name)
    if (next === undefined || next.digest === resource.digest) return []
    const [olds, nexts] = [checksOf(resource as Checked), checksOf(next as Checked)]
    const names = new Set([...olds.keys(), ...nexts.keys()])
    return [...names].flatMap((rule) => compareCheck({ kind, name: metadata.name, rule }, olds.get(rule), nexts.get(rule)))
  })
}

/** Labels that come from elsewhere make other rows judge. */
export function compareLabelSources(
  labels: ReadonlySet<string>,
  before: readonly Resource[],
  after: readonly Resource[],
): readonly RuleChange[] {
  const find = (resources: readonly Resource[], name: string): Resource<DataSourceSpec | null> | undefined =>
    resources.find(({ kind, metadata }) => kind === 'DataSource' && metadata.name === name) as
      Resource<DataSourceSpec | null> | undefined
  return [...labels].flatMap((name): readonly RuleChange[] => {
    const [old, next] = [find(before, name), find(after, name)]
    if (old === undefined || next === undefined || old.trainingDigest === next.trainingDigest) return []
    const change = { kind: 'DataSource', name, rule: 'rows with labels', direction: 'changed' } as const
    return [{ ...change, before: describeRows(old), after: describeRows(next) }]
  })
}

function describeRows({ spec, trainingDigest }: Resource<DataSourceSpec | null>): string {
  const place = spec?.place.type === 'files' ? `files ${spec.place.pattern}` : 'a query'
  return `${place}, definition ${trainingDigest?.slice(0, 'sha256:'.length + 12) ?? 'unknown'}`
}

interface Check {
  readonly severity: string
  /** Share of the rows that must meet it. */
  readonly mostly: number
  /** All else that it says. */
  readonly rest: Json
}

/** By name and column: several of one name and column are told apart by their place. */
function checksOf({ spec }: Checked): ReadonlyMap<string, Check> {
  const found = new Map<string, Check>()
  const add = (name: string, check: Check): void => {
    let [key, count] = [name, 1]
    while (found.has(key)) key = `${name} #${(count += 1)}`
    found.set(key, check)
  }
  for (const written of spec?.expectations ?? []) addExpectation(written, add)
  if (spec !== null && 'freshness' in spec) {
    const { freshness, volume } = spec
    if (freshness !== null) add('freshness', { severity: freshness.severity, mostly: 1, rest: { ...freshness, severity: null } })
    if (volume !== null) add('volume', { severity: volume.severity, mostly: 1, rest: { ...volume, severity: null } })
  }
  return found
}

function addExpectation(written: WrittenExpectation, add: (name: string, check: Check) => void): void {
  for (const [name, { severity = 'critical', mostly = 1, ...rest }] of Object.entries(written)) {
    const columns = ['column', 'column_A', 'column_B', 'column_list', 'column_set'].flatMap((key) => rest[key] ?? [])
    const share = typeof mostly === 'number' ? mostly : 1
    add(`${name}(${columns.map(String).join(', ')})`, {
      severity: typeof severity === 'string' ? severity : 'critical',
      mostly: share,
      rest,
    })
  }
}

type Place = Pick<RuleChange, 'kind' | 'name' | 'rule'>

function compareCheck(place: Place, old: Check | undefined, next: Check | undefined): readonly RuleChange[] {
  const change = { ...place, before: old ? describe(old) : null, after: next ? describe(next) : null }
  if (old === undefined) return [{ ...change, direction: 'added' }]
  if (next === undefined) return [{ ...change, direction: 'removed' }]
  const same: Step = canonicalJson(old.rest) === canonicalJson(next.rest) ? 0 : null
  const severity = compareRanks(old.severity, next.severity, ['info', 'warning', 'critical'])
  const direction = directionOf([same, severity, Math.sign(next.mostly - old.mostly)])
  return direction === null ? [] : [{ ...change, direction }]
}

function describe({ severity, mostly, rest }: Check): string {
  return [canonicalJson(rest), ...(mostly === 1 ? [] : [`mostly ${mostly}`]), severity].join(', ')
}
