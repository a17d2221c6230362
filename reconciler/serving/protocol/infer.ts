/**
 * Inference of the Open Inference Protocol v2, JSON form: one request is one unit and is answered by one release.
 * Framework-free: bytes in, JSON text out.
 */
import { MainwardError } from '../../core/error.ts'
import type { Tensors } from '../../inference/tensor.ts'
import type { InferInput } from '../assembly/input-assembler.ts'
import { writeElements } from '../../inference/rows/tensor-data.ts'
import type { HeldRelease } from '../releases/held-release.ts'
import type { ActiveRoute } from '../routing/active-route.ts'
import { assignUnit } from '../routing/assign-unit.ts'
import { findRoute, findVersion } from '../routing/find-route.ts'
import { parseJsonBody } from './json-body.ts'
import { heldOf } from './predict.ts'
import type { Answer, PredictionService } from './prediction-service.ts'
import type { InferRequest } from './request-schemas.ts'
import { unitText } from './unit-text.ts'

export interface InferCall {
  readonly model: string
  /** From the path; null: the unit decides. */
  readonly version: string | null
  readonly requestId: string
  /** The header `Mainward-Unit`. */
  readonly unitHeader: string | undefined
  readonly body: Buffer
}

/** What answers this request. */
interface Target {
  readonly held: HeldRelease
  readonly variant: string | null
  readonly unitAssigned: boolean
  readonly tolerated: ReadonlySet<string>
}

/** Answers `POST /v2/models/NAME[/versions/VERSION]/infer`. Throws `invalid-input`, `not-found`, `unavailable`, `unsupported`. */
export async function infer(service: PredictionService, call: InferCall): Promise<Answer> {
  const pinned = call.version === null ? null : findVersion(service.view, call.model, call.version)
  if (pinned === null) findRoute(service.view, call.model)
  const request = service.validators.infer(parseJsonBody(call.body, service.limits))
  const unit = readUnit(request, call.unitHeader, service.limits.unitLength)
  const target = pinned === null ? chooseTarget(findRoute(service.view, call.model), unit) : pinTarget(service, pinned)
  const { held } = target
  const outputNames = readOutputNames(request, held)
  const inputs = held.inputs.assemble({
    inputs: request.inputs.map(readInput),
    tolerated: target.tolerated,
    largestRows: service.limits.rows,
    largestElements: service.limits.bodyBytes,
  })
  const outputs = await held.use((model) => model.run(inputs, outputNames))
  const rows = Object.values(inputs)[0]?.shape[0] ?? 1
  return {
    body: writeResponse(request, call, target, writeOutputs(outputs, outputNames)),
    served: [{ release: held.release, variant: target.variant, rows }],
  }
}

function chooseTarget(active: ActiveRoute, unit: string | null): Target {
  const { arm, assigned } = assignUnit(active.route, unit)
  return { held: heldOf(active, arm), variant: arm, unitAssigned: assigned, tolerated: active.knownInputs }
}

function pinTarget({ view }: PredictionService, held: HeldRelease): Target {
  const active = view.routes.get(held.release.model)
  const arm = active?.route.arms.find(({ release }) => release === held.release.digest)
  return { held, variant: arm?.name ?? null, unitAssigned: false, tolerated: active?.knownInputs ?? new Set() }
}

function readUnit({ parameters }: InferRequest, header: string | undefined, largestLength: number): string | null {
  const own = unitText(parameters?.unit, largestLength, 'parameters.unit')
  const given = unitText(header, largestLength, 'the header Mainward-Unit')
  if (own !== null && given !== null && own !== given) {
    throw new MainwardError('invalid-input', 'parameters.unit and the header Mainward-Unit differ: send one of the two')
  }
  return own ?? given
}

function readInput({ name, datatype, shape, data }: InferRequest['inputs'][number]): InferInput {
  return { name, datatype, shape, data: data ?? [] }
}

function readOutputNames({ outputs }: InferRequest, { model }: HeldRelease): readonly string[] {
  const available = model.outputs.map(({ name }) => name)
  if (outputs === undefined || outputs.length === 0) return available
  const names = outputs.map(({ name }) => name)
  for (const [index, name] of names.entries()) {
    if (!available.includes(name)) {
      throw new MainwardError(
        'invalid-input',
        `the model has no output ${JSON.stringify(name.slice(0, 80))}; it has ${available.join(', ')}`,
      )
    }
    if (names.indexOf(name) !== index) throw new MainwardError('invalid-input', `the output "${name}" is asked for twice`)
  }
  return names
}

function writeOutputs(outputs: Tensors, names: readonly string[]): string {
  const written = names.map((name) => {
    const tensor = outputs[name]
    if (tensor === undefined) throw new MainwardError('model-unusable', `the model did not answer its output "${name}"`)
    const { datatype, shape, data } = tensor
    return `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}],"data":[${writeElements(datatype, data)}]}`
  })
  return `[${written.join(',')}]`
}

function writeResponse({ id }: InferRequest, call: InferCall, { held, variant, unitAssigned }: Target, outputs: string): string {
  const { version } = held.release
  const echoed = id === undefined ? '' : `"id":${JSON.stringify(id)},`
  const named = variant === null ? '' : `"variant":${JSON.stringify(variant)},`
  const parameters = `{"request_id":${JSON.stringify(call.requestId)},${named}"version":${version},"unit_assigned":${unitAssigned}}`
  return `{"model_name":${JSON.stringify(call.model)},"model_version":"${version}",${echoed}"parameters":${parameters},"outputs":${outputs}}`
}
