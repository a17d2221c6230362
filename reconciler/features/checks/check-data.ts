/**
 * Checks the rows that sources and views really have. What is wrong with one of them is told with those that read it, and keeps no other
 * from being checked.
 */
import { MainwardError } from '../../core/error.ts'
import type { SourceDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureDefinitions } from '../../manifests/feature-definitions.ts'
import type { ComputationPorts, ComputationStep } from '../compute/open-computation.ts'
import { planComputation, type Wanted } from '../compute/plan-computation.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine, type EngineOptions } from '../engine/open-engine.ts'
import { prepareSource } from '../sources/prepare-source.ts'
import { listSegments } from '../pushed/list-segments.ts'
import { loadPushedRows } from '../pushed/load-pushed-rows.ts'
import { resolveSource, type ResolvedSource } from '../sources/resolve-source.ts'
import { buildViewTable } from '../views/build-view-table.ts'
import { checkRelation, unevaluated, type AskedRelation, type RelationRules } from './check-relation.ts'
import { createCheckedView } from './checked-view.ts'
import type { CheckResult, ChecksReport, RelationChecks } from './checks-report.ts'
import { writeResult } from './write-result.ts'

export interface DataCheckRequest {
  readonly definitions: FeatureDefinitions
  /** With all sources and views that these read. */
  readonly wanted: Wanted
  readonly ports: ComputationPorts
  /** The data clock, in microseconds since the epoch. Rows that could be read only later are not there. */
  readonly nowMicros: bigint
  /** Ids of what reads `Kind/name`, directly or through others. */
  readonly readersOf: (id: string) => readonly string[]
  /** Whether the report has profiles of all declared columns, from the same scan. */
  readonly withProfiles: boolean
  readonly engine: EngineOptions
  readonly onStep?: (step: ComputationStep) => void
}

type Kind = RelationChecks['kind']

/** Throws `not-found` for what is wanted and not there, and what the engine throws when a limit or a signal ended it. */
export async function checkData(request: DataCheckRequest): Promise<ChecksReport> {
  const { definitions, wanted, nowMicros } = request
  const plan = planComputation(definitions, wanted)
  const check = new DataCheck(request)
  const resolved: ResolvedSource[] = []
  for (const source of plan.sources) {
    const found = await check.attempt('DataSource', source.name, () => resolveSource(source, request.ports.files))
    if (found !== null) resolved.push(found)
  }
  const segments = await listSegments(plan.views, request.ports.pushed, nowMicros)
  const files = [
    ...resolved.flatMap((source) => source.files.map(({ localPath }) => localPath)),
    ...[...segments.values()].flat(),
  ]
  const engine = await openEngine({ ...request.engine, files: [...(request.engine.files ?? []), ...files] })
  try {
    for (const source of resolved) await check.prepare(engine, source)
    await engine.lock()
    const relations: RelationChecks[] = []
    for (const source of plan.sources) relations.push(await check.source(engine, source))
    for (const view of plan.views) relations.push(await check.view(engine, view, segments.get(view.name) ?? []))
    return { atMicros: nowMicros, relations }
  } finally {
    await engine.close()
  }
}

class DataCheck {
  readonly #request: DataCheckRequest
  /** By `Kind/name`. */
  readonly #problems = new Map<string, string>()

  constructor(request: DataCheckRequest) {
    this.#request = request
  }

  /** Null when it failed for a cause that has a name: the relation then has a problem, and the others go on. */
  async attempt<T>(kind: Kind, name: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (thrown) {
      if (!(thrown instanceof MainwardError) || ending.has(thrown.code)) throw thrown
      this.#problems.set(`${kind}/${name}`, thrown.hint === undefined ? thrown.message : `${thrown.message}; ${thrown.hint}`)
      return null
    }
  }

  async prepare(engine: Engine, source: ResolvedSource): Promise<void> {
    const { ports, nowMicros, onStep } = this.#request
    const { name } = source.definition
    onStep?.({ kind: 'DataSource', name })
    const context = { queries: ports.queries, secrets: ports.secrets, now: nowMicros, asOf: nowMicros }
    await this.attempt('DataSource', name, () => prepareSource(engine, source, context))
  }

  async source(engine: Engine, { name, columns, eventTime }: SourceDefinition): Promise<RelationChecks> {
    const rules = this.#request.definitions.sourceRules.get(name) ?? noRules
    const relation = {
      name: `source:${name}`,
      columns: new Map(columns.map((column) => [column.name, column.dtype])),
      identity: ['__row'],
      sequence: '__row',
    }
    return this.#check(engine, { kind: 'DataSource', name, rules }, () => Promise.resolve({ relation, eventTime }))
  }

  /** `segments`: files with its pushed rows. */
  async view(engine: Engine, view: ViewDefinition, segments: readonly string[]): Promise<RelationChecks> {
    const { definitions, nowMicros: asOf, onStep } = this.#request
    const { name, inputs, eventTime } = view
    onStep?.({ kind: 'FeatureView', name })
    const broken = inputs.find((input) => this.#problems.has(`${input.kind}/${input.name}`))
    if (broken !== undefined) {
      this.#problems.set(`FeatureView/${name}`, `it reads ${broken.kind}/${broken.name}, whose rows cannot be had`)
    }
    const expectations = definitions.viewRules.get(name)?.expectations ?? []
    return this.#check(engine, { kind: 'FeatureView', name, rules: { ...noRules, expectations } }, async () => {
      const { entities } = definitions
      const pushed = segments.length === 0 ? null : await loadPushedRows(engine, view, entities, { files: segments, asOf })
      await buildViewTable(engine, view, entities, pushed)
      return { relation: await createCheckedView(engine, view, entities, pushed), eventTime }
    })
  }

  async #check(
    engine: Engine,
    { kind, name, rules }: { readonly kind: Kind; readonly name: string; readonly rules: RelationRules },
    ready: () => Promise<Pick<AskedRelation, 'relation' | 'eventTime'>>,
  ): Promise<RelationChecks> {
    const { nowMicros, readersOf, withProfiles } = this.#request
    const id = `${kind}/${name}`
    const checked = this.#problems.has(id)
      ? null
      : await this.attempt(kind, name, async () => {
          const asked = await ready()
          const columns = withProfiles ? [...asked.relation.columns.keys()] : []
          return checkRelation(engine, { ...asked, rules, profiled: { columns, edges: new Map() } }, nowMicros)
        })
    const place = { kind, name, readers: readersOf(id) }
    if (checked !== null) return { ...place, problem: null, ...checked }
    const problem = this.#problems.get(id) ?? ''
    return { ...place, problem, rows: null, results: unevaluatedAll(rules), profiles: new Map() }
  }
}

/** The engine is gone then: nothing can go on. */
const ending: ReadonlySet<string> = new Set(['engine-limit', 'cancelled'])

const noRules: RelationRules = { expectations: [], freshness: null, volume: null }

function unevaluatedAll({ expectations, freshness, volume }: RelationRules): readonly CheckResult[] {
  const nothing = { verdict: 'not-evaluated', reason: 'its rows cannot be had', observed: null } as const
  return [
    ...expectations.map((expectation) => writeResult(unevaluated(expectation, nothing.reason), new Map())),
    ...(freshness === null ? [] : [{ check: 'freshness' as const, severity: freshness.severity, ...nothing }]),
    ...(volume === null ? [] : [{ check: 'volume' as const, severity: volume.severity, ...nothing }]),
  ]
}
