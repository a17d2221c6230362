/**
 * One request of the Open Inference Protocol v2, whatever carried it: JSON, binary tensors or gRPC. One request is one unit and
 * is answered by one release. Knows no transport and no encoding.
 */
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { Tensor } from '../../inference/tensor.ts'
import type { InferInput } from '../assembly/input-assembler.ts'
import type { HeldRelease } from '../releases/held-release.ts'
import type { ActiveRoute } from '../routing/active-route.ts'
import { assignUnit } from '../routing/assign-unit.ts'
import { findRoute, findVersion } from '../routing/find-route.ts'
import { heldOf } from './predict.ts'
import type { PredictionService, ServedRows } from './prediction-service.ts'

export interface InferenceRequest {
  readonly model: string
  /** From the path or message; null: the unit decides. */
  readonly version: string | null
  /** Mainward's own id of the request. */
  readonly requestId: string
  /** The client's id, which is echoed. */
  readonly id: string | undefined
  readonly unit: string | null
  /** Or a function, where only the release that answers says what the bytes mean. It throws `invalid-input`. */
  readonly inputs: readonly InferInput[] | ((release: Release) => readonly InferInput[])
  /** Names of the outputs that are wanted, in their order; null: all. */
  readonly outputNames: readonly string[] | null
}

export interface NamedTensor {
  readonly name: string
  readonly tensor: Tensor
}

export interface InferenceResult {
  readonly release: Release
  /** Name of the arm; null when a version was addressed that is no arm of the route. */
  readonly variant: string | null
  /** False for a request without a unit, or one that addressed a version. */
  readonly unitAssigned: boolean
  /** In the order of the request, or of the model. */
  readonly outputs: readonly NamedTensor[]
  readonly served: readonly ServedRows[]
}

/** What answers a request. */
interface Target {
  readonly held: HeldRelease
  readonly variant: string | null
  readonly unitAssigned: boolean
  readonly tolerated: ReadonlySet<string>
}

/** Throws `not-found` for a model or version that is not served here, `unavailable` while nothing of it is loaded. */
export function assertServed({ view }: PredictionService, model: string, version: string | null): void {
  if (version === null) findRoute(view, model)
  else findVersion(view, model, version)
}

/** Throws `invalid-input`, `not-found`, `unavailable`. */
export async function runInference(service: PredictionService, request: InferenceRequest): Promise<InferenceResult> {
  const { held, variant, unitAssigned, tolerated } = findTarget(service, request)
  const names = chooseOutputs(request.outputNames, held)
  const given = typeof request.inputs === 'function' ? request.inputs(held.release) : request.inputs
  const inputs = held.inputs.assemble({ inputs: given, tolerated, limits: service.limits })
  const rows = Object.values(inputs)[0]?.shape[0] ?? 1
  const outputs = await held.run(inputs, names, rows)
  const { release } = held
  const found = names.map((name) => ({ name, tensor: outputs[name] ?? refuseMissing(name) }))
  return { release, variant, unitAssigned, outputs: found, served: [{ release, variant, rows }] }
}

function findTarget({ view }: PredictionService, { model, version, unit }: InferenceRequest): Target {
  if (version === null) return chooseTarget(findRoute(view, model), unit)
  const held = findVersion(view, model, version)
  const active = view.routes.get(model)
  const arm = active?.route.arms.find(({ release }) => release === held.release.digest)
  return { held, variant: arm?.name ?? null, unitAssigned: false, tolerated: active?.knownInputs ?? new Set() }
}

function chooseTarget(active: ActiveRoute, unit: string | null): Target {
  const { arm, assigned } = assignUnit(active.route, unit)
  return { held: heldOf(active, arm), variant: arm, unitAssigned: assigned, tolerated: active.knownInputs }
}

function chooseOutputs(wanted: readonly string[] | null, { outputNames: available }: HeldRelease): readonly string[] {
  if (wanted === null || wanted.length === 0) return available
  for (const [index, name] of wanted.entries()) {
    if (!available.includes(name)) {
      throw invalid(`the model has no output ${JSON.stringify(name.slice(0, 80))}; it has ${available.join(', ')}`)
    }
    if (wanted.indexOf(name) !== index) throw invalid(`the output "${name}" is asked for twice`)
  }
  return wanted
}

function refuseMissing(name: string): never {
  throw new MainwardError('model-unusable', `the model did not answer its output "${name}"`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
