/**
 * One request of the Open Inference Protocol v2, whatever carried it: JSON, binary tensors or gRPC. One request is one unit and
 * is answered by one release. Knows no transport and no encoding.
 */
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import type { Tensor, Tensors } from '../../inference/tensor.ts'
import type { InferInput } from '../assembly/input-assembler.ts'
import { computeOfInputs } from '../features/computed-rows.ts'
import { featureInputs, lookupsOf, type JoinedRows } from '../features/joined-rows.ts'
import { keysOfInputs } from '../features/key-inputs.ts'
import { writeAllUsed } from '../features/used-features.ts'
import type { ViewJoin } from '../features/view-join.ts'
import type { RunnableRelease } from '../releases/unloaded-release.ts'
import { armOf, type ActiveFallback, type ActiveRoute } from '../routing/active-route.ts'
import { assignUnit } from '../routing/assign-unit.ts'
import { findRoute, findVersion } from '../routing/find-route.ts'
import { runWithFallback, type FallbackReason, type RowsAnswer } from '../routing/run-with-fallback.ts'
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
  /** The answer says which features were read for it. */
  readonly echoes: boolean
  /** When its last byte was there, by the monotonic clock. */
  readonly receivedAt: number
}

export interface NamedTensor {
  readonly name: string
  readonly tensor: Tensor
}

export interface InferenceResult {
  /** What answered; for a constant, what was asked. */
  readonly release: Release
  /** Name of the arm; null when a version was addressed that is no arm of the route. */
  readonly variant: string | null
  /** False for a request without a unit, or one that addressed a version. */
  readonly unitAssigned: boolean
  /** Why the fallback answered; null: it did not. */
  readonly fallback: FallbackReason | null
  /** JSON text: the features of each row; null when none were read, or they were not asked for. */
  readonly features: string | null
  /** In the order of the request, or of the model. */
  readonly outputs: readonly NamedTensor[]
  readonly served: readonly ServedRows[]
}

/** What answers a request. */
interface Target {
  readonly asked: RunnableRelease
  readonly fallback: ActiveFallback | null
  readonly variant: string | null
  readonly unitAssigned: boolean
  readonly tolerated: ReadonlySet<string>
}

/** Throws `not-found` for a model or version that is not served here, `unavailable` while nothing of it is loaded. */
export function assertServed({ view }: PredictionService, model: string, version: string | null): void {
  if (version === null) findRoute(view, model)
  else findVersion(view, model, version)
}

/** Throws `invalid-input`, `not-found`, `unavailable`: what is wrong with the request at once, the rest later. */
export function runInference(service: PredictionService, request: InferenceRequest): Promise<InferenceResult> {
  const target = findTarget(service, request)
  const { tolerated } = target
  const question = {
    asked: target.asked,
    fallback: target.fallback,
    rows: (inputs: Tensors) => countRows(inputs, request),
    join: (by: RunnableRelease, join: ViewJoin) => joinInputs(service, request, by, join),
    assemble: (by: RunnableRelease) => assemble(service, request, { by, joined: null, tolerated }),
    assembleJoined: (by: RunnableRelease, joined: JoinedRows) => assemble(service, request, { by, joined, tolerated }),
    outputNames: (by: RunnableRelease) => chooseOutputs(request.outputNames, by),
  }
  return runWithFallback(question).then((answer) => finish(service, request, target, answer))
}

function finish(service: PredictionService, request: InferenceRequest, target: Target, answer: RowsAnswer): InferenceResult {
  const { asked, variant, unitAssigned } = target
  const { by, inputs, outputs, joined, fallback } = answer
  const rows = countRows(inputs, request)
  const { release } = by
  const found = nameOutputs(chooseOutputs(request.outputNames, by), answer)
  const { state } = service.view
  if (state !== null) {
    service.recorder.record({
      requestId: request.requestId,
      release,
      variant,
      assigned: unitAssigned,
      units: request.unit,
      rows,
      positions: null,
      inputs,
      outputs,
      joined,
      latencyMs: performance.now() - request.receivedAt,
      wallMs: service.wallNow(),
      state,
      fallback,
    })
  }
  const served = [{ release, variant, rows, insteadOf: fallback === null ? null : asked.release }]
  const features = joined !== null && request.echoes ? writeAllUsed(joined) : null
  return { release, variant, unitAssigned, fallback, features, outputs: found, served }
}

interface Assembly {
  readonly by: RunnableRelease
  readonly joined: JoinedRows | null
  readonly tolerated: ReadonlySet<string>
}

function assemble({ limits }: PredictionService, request: InferenceRequest, { by, joined, tolerated }: Assembly): Tensors {
  const inputs = givenInputs(request, by)
  if (joined === null) return by.inputs.assemble({ inputs, tolerated, limits })
  return by.inputs.assemble({ inputs, tolerated, limits, features: featureInputs(joined) })
}

async function joinInputs(
  { reader, limits }: PredictionService,
  request: InferenceRequest,
  by: RunnableRelease,
  join: ViewJoin,
): Promise<JoinedRows> {
  const inputs = givenInputs(request, by)
  const keys = keysOfInputs(join, inputs, limits.rows)
  const rows = await reader.read(lookupsOf(join, keys))
  const computed = computeOfInputs(join, rows, inputs, limits.rows)
  if (computed !== null) reader.countComputed(by.release.model, join, computed)
  return { join, keys, rows, computed }
}

function givenInputs({ inputs }: InferenceRequest, { release }: RunnableRelease): readonly InferInput[] {
  return typeof inputs === 'function' ? inputs(release) : inputs
}

/** Where nothing could be assembled, the rows are those that were sent. */
function countRows(tensors: Tensors, { inputs }: InferenceRequest): number {
  for (const name in tensors) return tensors[name]?.shape[0] ?? 1
  return typeof inputs === 'function' ? 1 : (inputs[0]?.shape[0] ?? 1)
}

/** A constant has no class label. */
function nameOutputs(names: readonly string[], { by, outputs, fallback }: RowsAnswer): readonly NamedTensor[] {
  const named: NamedTensor[] = []
  for (const name of names) {
    const tensor = outputs[name]
    if (tensor !== undefined) named.push({ name, tensor })
    else if (fallback === null || name === by.release.signature.outputs.score) {
      throw new MainwardError('model-unusable', `the model did not answer its output "${name}"`)
    }
  }
  return named
}

function findTarget({ view }: PredictionService, { model, version, unit }: InferenceRequest): Target {
  if (version === null) return chooseTarget(findRoute(view, model), unit)
  const asked = findVersion(view, model, version)
  const active = view.routes.get(model)
  const arm = active?.route.arms.find(({ release }) => release === asked.release.digest)
  const tolerated = active?.knownInputs ?? noNames
  return { asked, fallback: null, variant: arm?.name ?? null, unitAssigned: false, tolerated }
}

function chooseTarget(active: ActiveRoute, unit: string | null): Target {
  const { arm, assigned } = assignUnit(active.route, unit)
  const { fallback, knownInputs } = active
  return { asked: armOf(active, arm), fallback, variant: arm, unitAssigned: assigned, tolerated: knownInputs }
}

const noNames: ReadonlySet<string> = new Set()

function chooseOutputs(wanted: readonly string[] | null, { outputNames: available }: RunnableRelease): readonly string[] {
  if (wanted === null || wanted.length === 0) return available
  for (const [index, name] of wanted.entries()) {
    if (!available.includes(name)) {
      throw invalid(`the model has no output ${JSON.stringify(name.slice(0, 80))}; it has ${available.join(', ')}`)
    }
    if (wanted.indexOf(name) !== index) throw invalid(`the output "${name}" is asked for twice`)
  }
  return wanted
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
