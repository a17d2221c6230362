/** The rules on the views that a ModelVersion embeds: complete definitions, and roles that fit them. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { takenName } from '../../core/online-view.ts'
import { readDefinitions } from '../embedded/read-definitions.ts'
import { findKeyClashes, type KeyField } from '../features/key-clashes.ts'
import type { WrittenDefinitions, WrittenModelVersionSpec, WrittenVersionView } from '../generated/modelversion.ts'
import { featureNames, takenTimestamp } from '../model-feature-names.ts'
import { createHints, listNames } from '../nearest-name.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'
import { escapePointer } from './request-features.ts'

type ModelVersion = WrittenManifest<WrittenModelVersionSpec>

const rule = 'version-views'
const reads = ['/spec/views', '/spec/definitions']

export const versionViewChecks: readonly KindCheck<WrittenModelVersionSpec>[] = [
  { reads, check: checkBoth },
  { reads: [...reads, '/spec/signature/inputs'], check: checkRoles },
  { reads: ['/spec/definitions'], check: checkComplete },
  { reads: ['/spec/views', '/spec/requestFeatures', '/spec/onDemand'], check: checkNames },
  { reads: [...reads, '/spec/requestFeatures', '/spec/signature/inputs'], check: checkKeys },
]

function checkBoth({ spec: { views = [], definitions } }: ModelVersion, report: Report): void {
  if (views.length > 0 && definitions === undefined) {
    report('/spec/views', { rule, message: 'expected definitions beside views, found none' })
  }
  if (views.length === 0 && definitions !== undefined) {
    report('/spec/definitions', { rule, message: 'expected views beside definitions, found none' })
  }
}

function checkRoles({ spec: { views = [], definitions, signature } }: ModelVersion, report: Report): void {
  if (definitions === undefined) return
  const taken = new Set(signature.inputs.flatMap(({ features = [] }) => features))
  const known = indexViews(definitions)
  const digests = new Map<string, string>()
  const hintFor = createHints(known.keys())
  views.forEach((role, index) => {
    const pointer = `/spec/views/${index}`
    const view = known.get(role.view)
    if (view === undefined) {
      const message = `expected a view of definitions (${listNames([...known.keys()])}), found ${role.view}`
      report(`${pointer}/view`, { rule, message, hint: hintFor(role.view) })
      return
    }
    if (!view.isOnline) {
      report(`${pointer}/view`, { rule, message: `expected a view that is online, found ${role.view}: it is offline only` })
    }
    checkRole(role, view, { pointer, report, taken })
    const digest = digests.get(role.view) ?? role.digest
    digests.set(role.view, digest)
    if (digest === role.digest) return
    report(`${pointer}/digest`, { rule, message: `expected one digest for ${role.view}, ${digest}, found ${role.digest}` })
  })
}

interface RolePlace {
  readonly pointer: string
  readonly report: Report
  /** Names of what the signature takes. */
  readonly taken: ReadonlySet<string>
}

function checkRole({ view, as, take, join }: WrittenVersionView, known: KnownView, { pointer, report, taken }: RolePlace): void {
  take.forEach((name, position) => {
    const dtype = known.features.get(name)
    if (dtype === 'timestamp' && taken.has(takenName(as ?? null, name)))
      report(`${pointer}/take/${position}`, takenTimestamp(view, name))
    if (dtype !== undefined) return
    const message = `expected a feature of ${view} (${listNames([...known.features.keys()])}), found ${JSON.stringify(name)}`
    report(`${pointer}/take/${position}`, { rule, message })
  })
  for (const key of Object.keys(join).filter((name) => !known.keys.has(name))) {
    const message = `expected a key of ${view} (${listNames([...known.keys.keys()])}), found ${JSON.stringify(key)}`
    report(`${pointer}/join/${escapePointer(key)}`, { rule, message }, 'key')
  }
  for (const key of [...known.keys.keys()].filter((name) => !Object.hasOwn(join, name))) {
    report(`${pointer}/join`, { rule, message: `expected a field for the key ${key} of ${view}, found none` })
  }
}

/** Everything that a definition names is there, and no view reads itself: they must be computable alone. */
function checkComplete({ spec: { definitions } }: ModelVersion, report: Report): void {
  if (definitions === undefined) return
  const { entities, sources, views } = definitions
  const names = {
    Entity: new Set(entities.map(({ name }) => name)),
    DataSource: new Set(sources.map(({ name }) => name)),
    FeatureView: new Set(views.map(({ name }) => name)),
  }
  for (const list of ['entities', 'sources', 'views'] as const) reportRepeated(list, definitions, report)
  views.forEach((view, index) => {
    view.entities.forEach(({ name }, position) => {
      if (names.Entity.has(name)) return
      report(`/spec/definitions/views/${index}/entities/${position}`, { rule, message: `expected the definition of the entity ${name}, found none` }) // prettier-ignore
    })
    view.inputs.forEach(({ kind, name }, position) => {
      if (names[kind].has(name)) return
      report(`/spec/definitions/views/${index}/inputs/${position}`, { rule, message: `expected the definition of the ${kind} ${name}, found none` }) // prettier-ignore
    })
  })
  const stuck = findStuck(definitions)
  if (stuck.length === 0) return
  report('/spec/definitions/views', { rule, message: `expected views that do not read each other in a circle, found ${listNames(stuck)}` }) // prettier-ignore
}

function reportRepeated(list: keyof WrittenDefinitions, definitions: WrittenDefinitions, report: Report): void {
  const seen = new Set<string>()
  definitions[list].forEach(({ name }, index) => {
    if (seen.has(name)) report(`/spec/definitions/${list}/${index}`, { rule, message: `expected every name once, found ${name} again` }) // prettier-ignore
    seen.add(name)
  })
}

/** Names of the views that stand in a circle or behind one. */
function findStuck({ views }: WrittenDefinitions): readonly string[] {
  let waiting = views.map(({ name, inputs }) => ({
    name,
    needs: inputs.filter(({ kind }) => kind === 'FeatureView').map((input) => input.name),
  }))
  for (;;) {
    const names = new Set(waiting.map(({ name }) => name))
    const left = waiting.filter(({ needs }) => needs.some((need) => names.has(need)))
    if (left.length === waiting.length) return left.map(({ name }) => name)
    waiting = left
  }
}

/** A row has one value of a name: what is sent, computed and joined never share one. */
function checkNames({ spec: { views = [], requestFeatures = [], onDemand = [] } }: ModelVersion, report: Report): void {
  const seen = new Set(requestFeatures.map(({ name }) => name.toLowerCase()))
  onDemand.forEach(({ name }, index) => {
    if (seen.has(name.toLowerCase())) {
      const message = `expected every name once among the features of the version, found ${JSON.stringify(name)} again`
      report(`/spec/onDemand/${index}/name`, { rule: 'feature-clash', message })
    }
    seen.add(name.toLowerCase())
  })
  views.forEach((role, index) => {
    featureNames(role).forEach((name, position) => {
      if (seen.has(name.toLowerCase())) {
        const message = `expected every name once among the features of the version, found ${JSON.stringify(name)} again`
        report(`/spec/views/${index}/take/${position}`, { rule: 'feature-clash', message })
      }
      seen.add(name.toLowerCase())
    })
  })
}

function checkKeys({ spec }: ModelVersion, report: Report): void {
  const { views = [], definitions, requestFeatures = [] } = spec
  if (definitions === undefined) return
  const known = indexViews(definitions)
  const fields = views.flatMap(({ view, join }, index) =>
    [...(known.get(view)?.keys ?? [])].flatMap(([key, dtype]): readonly KeyField[] => {
      const field = Object.hasOwn(join, key) ? join[key] : undefined
      return field === undefined ? [] : [{ field, view, key, dtype, pointer: `/spec/views/${index}/join/${escapePointer(key)}` }]
    }),
  )
  const sent = new Map(requestFeatures.map(({ name, dtype }) => [name, dtype]))
  const joined = new Set(views.flatMap(featureNames))
  for (const { pointer, message } of findKeyClashes(fields, { sent, joined })) report(pointer, { rule: 'key-clash', message })
}

interface KnownView {
  /** Dtypes by name; aggregations too. */
  readonly features: ReadonlyMap<string, FeatureDtype>
  /** Dtypes by name of the key, over all entities of the view. */
  readonly keys: ReadonlyMap<string, FeatureDtype>
  readonly isOnline: boolean
}

function indexViews(written: WrittenDefinitions): ReadonlyMap<string, KnownView> {
  const { entities, views } = readDefinitions(written)
  const keysOf = (name: string) => entities.find((entity) => entity.name === name)?.keys ?? []
  return new Map(
    views.map((view): [string, KnownView] => [
      view.name,
      {
        features: new Map([...view.features, ...view.aggregations].map(({ name, dtype }) => [name, dtype])),
        keys: new Map(view.entities.flatMap(({ name }) => keysOf(name)).map(({ name, dtype }) => [name, dtype])),
        isOnline: view.online !== null,
      },
    ]),
  )
}

/** Dtypes of the features that views give, as the model names them; what definitions do not have is left out. */
export function joinedDtypes({ views = [], definitions }: WrittenModelVersionSpec): ReadonlyMap<string, FeatureDtype> {
  if (definitions === undefined) return new Map()
  const known = indexViews(definitions)
  return new Map(
    views.flatMap((role) => {
      const names = featureNames(role)
      return role.take.flatMap((name, index): readonly (readonly [string, FeatureDtype])[] => {
        const [dtype, taken] = [known.get(role.view)?.features.get(name), names[index]]
        return dtype === undefined || taken === undefined ? [] : [[taken, dtype]]
      })
    }),
  )
}
