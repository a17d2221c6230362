/** Plain JSON predictions: rows by feature name, each row its own unit. Framework-free: bytes in, JSON text out. */
import { MainwardError } from '../../core/error.ts'
import type { ModelRoute } from '../../core/serving-state.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { FeaturesUnavailableError } from '../features/features-unavailable.ts'
import { computeOfRows } from '../features/computed-rows.ts'
import type { JoinKeys } from '../features/entity-key.ts'
import { keysOfRows, lookupsOf, sliceJoined, type JoinedRows } from '../features/joined-rows.ts'
import { writeUsedFeatures } from '../features/used-features.ts'
import type { ViewJoin } from '../features/view-join.ts'
import type { RunnableRelease } from '../releases/unloaded-release.ts'
import { armOf, type ActiveRoute } from '../routing/active-route.ts'
import { assignUnit } from '../routing/assign-unit.ts'
import { findRoute } from '../routing/find-route.ts'
import { runWithFallback, type RowsAnswer } from '../routing/run-with-fallback.ts'
import { assembleJoined } from './assemble-joined.ts'
import { parseJsonBody } from './json-body.ts'
import type { Answer, PredictionService, ServedRows } from './prediction-service.ts'
import type { PredictRequest } from './request-schemas.ts'
import { unitText } from './unit-text.ts'

export interface PredictCall {
  readonly model: string
  readonly requestId: string
  readonly body: Buffer
  /** When its last byte was there, by the monotonic clock. */
  readonly receivedAt: number
}

/** The rows of a request that one arm answers, by their position in the request. */
interface ArmRows {
  readonly variant: string
  readonly asked: RunnableRelease
  readonly positions: number[]
}

type ArmJoins = ReadonlyMap<ArmRows, JoinedRows> | FeaturesUnavailableError

/** A request on its way through. */
interface Prediction {
  readonly service: PredictionService
  readonly call: PredictCall
  readonly active: ActiveRoute
  readonly rows: readonly Row[]
  readonly units: readonly (string | null)[]
  /** What was read for the arms whose releases have views; or why it could not be. */
  readonly joined: ArmJoins
  /** Every answer says which features were read for it. */
  readonly echoes: boolean
  /** JSON text for each row, in the order of the request. */
  readonly written: string[]
  readonly served: ServedRows[]
}

/** Answers `POST /v1/models/NAME/predict`. Throws `invalid-input`, `not-found`, `unavailable`. */
export async function predict(service: PredictionService, call: PredictCall): Promise<Answer> {
  const active = findRoute(service.view, call.model)
  const {
    rows,
    units: given,
    echo_features: echoes = false,
  } = service.validators.predict(parseJsonBody(call.body, service.limits))
  const units = readUnits({ rows, ...(given === undefined ? {} : { units: given }) }, active.route, service.limits.unitLength)
  const groups = groupByArm(active, units)
  for (const { asked, positions } of groups) {
    for (const position of positions) refuseUnknownFields(rows[position] ?? {}, position, asked, active)
  }
  const joined = groups.some(({ asked }) => asked.join !== null) ? await joinArms(service, groups, rows) : noJoins
  const written = new Array<string>(rows.length)
  const prediction = { service, call, active, rows, units, joined, echoes, written, served: [] }
  await Promise.all(groups.map((group) => answerArm(group, prediction)))
  const head = `{"model":${JSON.stringify(call.model)},"request_id":${JSON.stringify(call.requestId)}`
  return { body: `${head},"predictions":[${prediction.written.join(',')}]}`, served: prediction.served }
}

function readUnits(
  { rows, units }: PredictRequest,
  { unit: field }: ModelRoute,
  largestLength: number,
): readonly (string | null)[] {
  if (units !== undefined && units.length !== rows.length) {
    throw invalid(`units: expected one for each of the ${rows.length} rows, found ${units.length}`)
  }
  return rows.map((row, index) => {
    const given = unitText(units?.[index], largestLength, `units[${index}]`)
    if (field === null || !Object.hasOwn(row, field)) return given
    const own = unitText(row[field], largestLength, `rows[${index}].${field}`)
    if (given !== null && own !== null && given !== own) {
      throw invalid(
        `units[${index}] is ${JSON.stringify(given)}, the row's own ${field} is ${JSON.stringify(own)}: they must be equal`,
      )
    }
    return given ?? own
  })
}

function groupByArm(active: ActiveRoute, units: readonly (string | null)[]): readonly ArmRows[] {
  const groups = new Map<string, ArmRows>()
  for (let position = 0; position < units.length; position++) {
    const { arm: variant } = assignUnit(active.route, units[position] ?? null)
    const group = groups.get(variant)
    if (group !== undefined) group.positions.push(position)
    else groups.set(variant, { variant, asked: armOf(active, variant), positions: [position] })
  }
  return [...groups.values()]
}

const noJoins: ArmJoins = new Map()

/** The features of all arms in one round trip. Throws `invalid-input` for a row without its keys. */
async function joinArms(service: PredictionService, groups: readonly ArmRows[], rows: readonly Row[]): Promise<ArmJoins> {
  const wanted = groups.flatMap((group) => {
    const { join } = group.asked
    return join === null ? [] : [{ group, join, keys: keysOfRows(join, rows, group.positions) }]
  })
  try {
    const found = await service.reader.read(wanted.flatMap(({ join, keys }) => lookupsOf(join, keys)))
    let next = 0
    return new Map(
      wanted.map(({ group, join, keys }) => {
        const own = found.slice(next, (next += join.views.length))
        return [group, compute(service, group.asked, { join, keys, found: own, rows, positions: group.positions })]
      }),
    )
  } catch (error) {
    if (error instanceof FeaturesUnavailableError) return error
    throw error
  }
}

interface FoundRows {
  readonly join: ViewJoin
  readonly keys: JoinKeys
  readonly found: JoinedRows['rows']
  readonly rows: readonly Row[]
  readonly positions: readonly number[]
}

function compute({ reader }: PredictionService, { release }: RunnableRelease, request: FoundRows): JoinedRows {
  const { join, keys, found, rows, positions } = request
  const computed = computeOfRows(join, found, rows, positions)
  if (computed !== null) reader.countComputed(release.model, join, computed)
  return { join, keys, rows: found, computed }
}

async function answerArm(group: ArmRows, prediction: Prediction): Promise<void> {
  const { asked, positions } = group
  const step = asked.fixedRows ?? positions.length
  if (asked.fixedRows !== null && positions.length % asked.fixedRows !== 0) {
    throw invalid(`the model takes ${asked.fixedRows} rows at a time, found ${positions.length}`)
  }
  for (let start = 0; start < positions.length; start += step) {
    await answerPart(
      group,
      { start, positions: step === positions.length ? positions : positions.slice(start, start + step) },
      prediction,
    )
  }
}

/** Rows of an arm that go through one run: from the `start`th on. */
interface ArmPart {
  readonly start: number
  readonly positions: readonly number[]
}

async function answerPart(group: ArmRows, part: ArmPart, prediction: Prediction): Promise<void> {
  const { asked, variant } = group
  const { positions } = part
  const { rows, active } = prediction
  const answer = await runWithFallback({
    asked,
    fallback: active.fallback,
    rows: () => positions.length,
    join: (by, join) => joinPart(by, join, { ...part, group: by === asked ? group : null }, prediction),
    assemble: (by) => by.rows.assemble(rows, positions),
    assembleJoined: (by, joined) => assembleJoined(by.rows, joined, rows, positions),
    outputNames: (by) => by.scores.outputNames,
  })
  writePredictions(answer, variant, positions, prediction)
  const { by, fallback } = answer
  const insteadOf = fallback === null ? null : asked.release
  prediction.served.push({ release: by.release, variant, rows: positions.length, insteadOf })
  recordPart(answer, variant, positions, prediction)
}

interface JoinedPart extends ArmPart {
  /** Null: for a fallback. */
  readonly group: ArmRows | null
}

/** What was read for the arm already; a fallback has views of its own. What needs no store is no worse without one. */
async function joinPart(
  by: RunnableRelease,
  join: ViewJoin,
  { group, start, positions }: JoinedPart,
  { service, rows, joined }: Prediction,
): Promise<JoinedRows> {
  if (group === null || (joined instanceof FeaturesUnavailableError && join.views.length === 0)) {
    const keys = keysOfRows(join, rows, positions)
    const found = await service.reader.read(lookupsOf(join, keys))
    return compute(service, by, { join, keys, found, rows, positions })
  }
  if (joined instanceof FeaturesUnavailableError) throw joined
  const whole = joined.get(group)
  if (whole === undefined) throw new Error(`nothing was read for the arm ${group.variant}`)
  return positions.length === group.positions.length ? whole : sliceJoined(whole, start, start + positions.length)
}

function recordPart(answer: RowsAnswer, variant: string, positions: readonly number[], prediction: Prediction): void {
  const { service, call, units } = prediction
  const { state } = service.view
  if (state === null) return
  const { by, inputs, outputs, joined, fallback } = answer
  service.recorder.record({
    requestId: call.requestId,
    release: by.release,
    variant,
    assigned: true,
    units: positions.length === units.length ? units : positions.map((position) => units[position] ?? null),
    rows: positions.length,
    positions: positions.length === units.length ? null : positions,
    inputs,
    outputs,
    joined,
    latencyMs: performance.now() - call.receivedAt,
    wallMs: service.wallNow(),
    state,
    fallback,
  })
}

function writePredictions(
  { by, outputs, joined, fallback }: RowsAnswer,
  variant: string,
  positions: readonly number[],
  { written, echoes }: Prediction,
): void {
  const why = fallback === null ? '' : `,"fallback":"${fallback}"`
  const tail = `,"version":${by.release.version},"variant":${JSON.stringify(variant)}${why}}`
  for (let index = 0; index < positions.length; index++) {
    const features = joined === null || !echoes ? '' : `"features":${writeUsedFeatures(joined, index)},`
    written[positions[index] ?? 0] = `{${features}${by.scores.write(outputs, index)}${tail}`
  }
}

/** A row that has exactly the release's fields needs no look-ups: the assembler finds each of them, or refuses the row. */
function refuseUnknownFields(row: Row, position: number, asked: RunnableRelease, active: ActiveRoute): void {
  const names = Object.keys(row)
  const { fields, join } = asked
  const { unit } = active.route
  const expected = fields.size + (unit !== null && !fields.has(unit) && Object.hasOwn(row, unit) ? 1 : 0)
  if (names.length === expected) {
    let own = 0
    for (const name of names) if (fields.has(name) || name === unit) own++
    if (own === expected) return
  }
  const unknown = names.find((name) => !active.knownFields.has(name) && !fields.has(name))
  if (unknown === undefined) return
  const source = join?.sources.get(unknown)
  if (source !== undefined) {
    const keys = source.keys.map(({ name }) => name).join(', ')
    throw invalid(`rows[${position}]: "${unknown}" is read from the view "${source.view.name}": send its keys (${keys}) instead`)
  }
  if (join?.onDemand?.features.some(({ feature }) => feature.name === unknown) === true) {
    throw invalid(`rows[${position}]: "${unknown}" is computed on demand: send what it is computed of instead`)
  }
  throw invalid(`rows[${position}]: the model has no feature ${JSON.stringify(unknown.slice(0, 80))}`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
