/** What a version needs of the columns of a file: what is there, what is joined by keys, what is computed. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import { takenName, type ReleaseView } from '../../core/online-view.ts'
import type { Release } from '../../core/release.ts'
import { programOf } from '../../expressions/program-of.ts'
import type { OnDemandProgram } from '../../expressions/compile-on-demand.ts'
import { compileRowAssembler } from '../../inference/rows/row-assembler.ts'
import type { RowKey } from '../../features/row-file/join-row-features.ts'

export interface ScorePlan {
  /** Columns of the file that the version reads. */
  readonly read: readonly string[]
  /** Dtypes of what has one: features, not tensors that are sent as they are. */
  readonly dtypes: ReadonlyMap<string, FeatureDtype>
  /** Views of which the file has no feature. */
  readonly joined: readonly ReleaseView[]
  /** What those are asked by. */
  readonly keys: readonly RowKey[]
  /** Column of each row's time; null where nothing is joined. */
  readonly at: string | null
  /** Null: no on-demand features. */
  readonly program: OnDemandProgram | null
}

export interface ScoredColumns {
  /** Of the file. */
  readonly columns: readonly string[]
  /** As it was typed. */
  readonly file: string
  /** Column of the time that features are joined as of; null: none was named. */
  readonly at: string | null
}

/** Throws `invalid-input` with every column that is missing, and what may stand in its place. */
export function planScore(release: Release, given: ScoredColumns): ScorePlan {
  const has = new Set(given.columns)
  const views = release.views ?? []
  const joined = views.filter((view) => namesOf(view).every((name) => !has.has(name)))
  const dtypes = inputDtypes(release)
  const program = programOf(
    release.onDemand ?? [],
    [...dtypes].map(([name, dtype]) => ({ name, dtype })),
  )
  const fromViews = new Set(joined.flatMap(namesOf))
  const computed = new Set(program?.features.map(({ name }) => name))
  const needed = [...neededNames(release, program, has)].filter((name) => !fromViews.has(name))
  const missing = needed.filter((name) => !has.has(name) && !computed.has(name))
  if (missing.length > 0) throw explainMissing(release, given, missing)
  const keys = joined.length === 0 ? [] : keysOf(release, joined, given, has)
  const read = [...new Set([...needed, ...computed])].filter((name) => has.has(name))
  return { read, dtypes, joined, keys, at: joined.length === 0 ? null : given.at, program }
}

function namesOf({ as, take }: ReleaseView): readonly string[] {
  return take.map((name) => takenName(as, name))
}

/** What the tensors take, and what expressions read; not the latter where the file has what they give, as a training set has. */
function neededNames(release: Release, program: OnDemandProgram | null, has: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(compileRowAssembler(release).fields)
  if (program === null) return names
  const isGiven = program.features.every(({ name }) => has.has(name))
  for (const { name } of program.inputs) if (!isGiven || has.has(name)) names.add(name)
  return names
}

function explainMissing(
  { model, version, views = [] }: Release,
  { file }: ScoredColumns,
  missing: readonly string[],
): MainwardError {
  const partly = views.find((view) => namesOf(view).some((name) => missing.includes(name)))
  const some = partly === undefined ? '' : `; of the view ${partly.view.name} it has other features: all of them or none`
  return new MainwardError(
    'invalid-input',
    `${file} has no column ${missing.join(', ')}, which version ${version} of ${model} takes${some}`,
    {
      hint: 'names are compared as they are written; a column that is not known may be empty',
    },
  )
}

/** Throws `invalid-input` where a key or the time is missing. */
function keysOf(
  { model, version }: Release,
  joined: readonly ReleaseView[],
  { file, at }: ScoredColumns,
  has: ReadonlySet<string>,
): readonly RowKey[] {
  const keys = new Map(
    joined.flatMap(({ view, join }) =>
      view.keys.map(({ name, dtype }) => [join[name] ?? name, { name: join[name] ?? name, dtype }] as const),
    ),
  )
  const missing = [...keys.keys(), ...(at === null ? [] : [at])].filter((name) => !has.has(name))
  if (at !== null && missing.length === 0) return [...keys.values()]
  const features = joined.flatMap(namesOf).join(', ')
  const from = joined.map(({ view }) => view.name).join(', ')
  const found = missing.length === 0 ? 'no column of their time is named' : `it has no column ${missing.join(', ')}`
  throw new MainwardError(
    'invalid-input',
    `version ${version} of ${model} takes ${features} of views (${from}); ${file} has none of these, and ${found}`,
    {
      hint: `either columns of those names, or the keys (${[...keys.keys()].join(', ')}) and --at COLUMN, the time that the features are joined as of`,
    },
  )
}
