/** Plain JSON predictions: rows by feature name, each row its own unit. Framework-free: bytes in, JSON text out. */
import { MainwardError } from '../../core/error.ts'
import type { ModelRoute } from '../../core/serving-state.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import type { RunnableRelease } from '../releases/unloaded-release.ts'
import type { ActiveRoute } from '../routing/active-route.ts'
import { assignUnit } from '../routing/assign-unit.ts'
import { findRoute } from '../routing/find-route.ts'
import { runWithFallback, type RowsAnswer } from '../routing/run-with-fallback.ts'
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

/** A request on its way through. */
interface Prediction {
  readonly service: PredictionService
  readonly call: PredictCall
  readonly active: ActiveRoute
  readonly rows: readonly Row[]
  readonly units: readonly (string | null)[]
  /** JSON text for each row, in the order of the request. */
  readonly written: string[]
  readonly served: ServedRows[]
}

/** Answers `POST /v1/models/NAME/predict`. Throws `invalid-input`, `not-found`, `unavailable`. */
export async function predict(service: PredictionService, call: PredictCall): Promise<Answer> {
  const active = findRoute(service.view, call.model)
  const { rows, units: given } = service.validators.predict(parseJsonBody(call.body, service.limits))
  const units = readUnits({ rows, ...(given === undefined ? {} : { units: given }) }, active.route, service.limits.unitLength)
  const prediction = { service, call, active, rows, units, written: new Array<string>(rows.length), served: [] }
  await Promise.all(groupByArm(active, units).map((group) => answerArm(group, prediction)))
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

/** The arm's release. An arm that gets no units is not loaded: its range is empty. */
export function armOf({ route, arms }: ActiveRoute, variant: string): RunnableRelease {
  const found = arms.get(variant)
  if (found === undefined) throw new Error(`the route of ${route.model} sends units to ${variant}, which is not loaded`)
  return found
}

async function answerArm(group: ArmRows, prediction: Prediction): Promise<void> {
  const { asked, positions } = group
  for (const position of positions) refuseUnknownFields(prediction.rows[position] ?? {}, position, asked, prediction.active)
  const step = asked.fixedRows ?? positions.length
  if (asked.fixedRows !== null && positions.length % asked.fixedRows !== 0) {
    throw invalid(`the model takes ${asked.fixedRows} rows at a time, found ${positions.length}`)
  }
  for (let start = 0; start < positions.length; start += step) {
    await answerPart(group, step === positions.length ? positions : positions.slice(start, start + step), prediction)
  }
}

async function answerPart({ asked, variant }: ArmRows, positions: readonly number[], prediction: Prediction): Promise<void> {
  const { rows, active } = prediction
  const answer = await runWithFallback({
    asked,
    fallback: active.fallback,
    rows: () => positions.length,
    assemble: (by) => by.rows.assemble(rows, positions),
    outputNames: (by) => by.scores.outputNames,
  })
  writePredictions(answer, variant, positions, prediction.written)
  const { by, fallback } = answer
  const insteadOf = fallback === null ? null : asked.release
  prediction.served.push({ release: by.release, variant, rows: positions.length, insteadOf })
  recordPart(answer, variant, positions, prediction)
}

function recordPart(answer: RowsAnswer, variant: string, positions: readonly number[], prediction: Prediction): void {
  const { service, call, units } = prediction
  const { state } = service.view
  if (state === null) return
  const { by, inputs, outputs, fallback } = answer
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
    latencyMs: performance.now() - call.receivedAt,
    wallMs: service.wallNow(),
    state,
    fallback,
  })
}

function writePredictions(
  { by, outputs, fallback }: RowsAnswer,
  variant: string,
  positions: readonly number[],
  written: string[],
): void {
  const why = fallback === null ? '' : `,"fallback":"${fallback}"`
  const tail = `,"version":${by.release.version},"variant":${JSON.stringify(variant)}${why}}`
  for (let index = 0; index < positions.length; index++) {
    written[positions[index] ?? 0] = `{${by.scores.write(outputs, index)}${tail}`
  }
}

/** A row that has exactly the release's fields needs no look-ups: the assembler finds each of them, or refuses the row. */
function refuseUnknownFields(row: Row, position: number, asked: RunnableRelease, active: ActiveRoute): void {
  const names = Object.keys(row)
  const { fields } = asked.rows
  const { unit } = active.route
  const expected = fields.size + (unit !== null && !fields.has(unit) && Object.hasOwn(row, unit) ? 1 : 0)
  if (names.length === expected) {
    let own = 0
    for (const name of names) if (fields.has(name) || name === unit) own++
    if (own === expected) return
  }
  const unknown = names.find((name) => !active.knownFields.has(name) && !fields.has(name))
  if (unknown === undefined) return
  throw invalid(`rows[${position}]: the model has no feature ${JSON.stringify(unknown.slice(0, 80))}`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
