/** Plain JSON predictions: rows by feature name, each row its own unit. Framework-free: bytes in, JSON text out. */
import { MainwardError } from '../../core/error.ts'
import type { ModelRoute } from '../../core/serving-state.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import type { HeldRelease } from '../releases/held-release.ts'
import type { ActiveRoute } from '../routing/active-route.ts'
import { assignUnit } from '../routing/assign-unit.ts'
import { findRoute } from '../routing/find-route.ts'
import { parseJsonBody } from './json-body.ts'
import type { Answer, PredictionService } from './prediction-service.ts'
import type { PredictRequest } from './request-schemas.ts'
import { unitText } from './unit-text.ts'

export interface PredictCall {
  readonly model: string
  readonly requestId: string
  readonly body: Buffer
}

/** The rows of a request that one arm answers, by their position in the request. */
interface ArmRows {
  readonly variant: string
  readonly held: HeldRelease
  readonly positions: number[]
}

/** Answers `POST /v1/models/NAME/predict`. Throws `invalid-input`, `not-found`, `unavailable`. */
export async function predict(service: PredictionService, call: PredictCall): Promise<Answer> {
  const route = findRoute(service.view, call.model)
  const request = service.validators.predict(parseJsonBody(call.body, service.limits))
  const units = readUnits(request, route.route, service.limits.unitLength)
  const groups = groupByArm(route, units)
  const predictions = new Array<string>(request.rows.length)
  await Promise.all(groups.map((group) => answerArm(group, request.rows, route, predictions)))
  const head = `{"model":${JSON.stringify(call.model)},"request_id":${JSON.stringify(call.requestId)}`
  return {
    body: `${head},"predictions":[${predictions.join(',')}]}`,
    served: groups.map(({ held, variant, positions }) => ({ release: held.release, variant, rows: positions.length })),
  }
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
    else groups.set(variant, { variant, held: heldOf(active, variant), positions: [position] })
  }
  return [...groups.values()]
}

/** The arm's release. An arm that is not loaded gets no units: its range is empty. */
export function heldOf({ route, held }: ActiveRoute, variant: string): HeldRelease {
  const found = held.get(variant)
  if (found === undefined) throw new Error(`the route of ${route.model} sends units to ${variant}, which is not loaded`)
  return found
}

async function answerArm(group: ArmRows, rows: readonly Row[], active: ActiveRoute, predictions: string[]): Promise<void> {
  const { held, positions } = group
  for (const position of positions) refuseUnknownFields(rows[position] ?? {}, position, held, active)
  const step = held.fixedRows ?? positions.length
  if (held.fixedRows !== null && positions.length % held.fixedRows !== 0) {
    throw invalid(`the model takes ${held.fixedRows} rows at a time, found ${positions.length}`)
  }
  const runs: number[][] = []
  for (let start = 0; start < positions.length; start += step) runs.push(positions.slice(start, start + step))
  const inputs = runs.map((part) => held.rows.assemble(rows, part))
  for (const [index, part] of runs.entries()) {
    const outputs = await held.run(inputs[index] ?? {}, held.scores.outputNames, part.length)
    writePredictions(group, outputs, part, predictions)
  }
}

function writePredictions(
  { held, variant }: ArmRows,
  outputs: Parameters<HeldRelease['scores']['write']>[0],
  positions: readonly number[],
  predictions: string[],
): void {
  const tail = `,"version":${held.release.version},"variant":${JSON.stringify(variant)}}`
  positions.forEach((position, index) => {
    predictions[position] = `{${held.scores.write(outputs, index)}${tail}`
  })
}

/** A row that has exactly the release's fields needs no look-ups: the assembler finds each of them, or refuses the row. */
function refuseUnknownFields(row: Row, position: number, held: HeldRelease, active: ActiveRoute): void {
  const names = Object.keys(row)
  const { fields } = held.rows
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
