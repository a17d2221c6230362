/** Puts the data plane together: one replica behind one HTTP server. Knows no process and no command line. */
import { join } from 'node:path'
import type { ReleaseReadiness } from '../core/serving-state.ts'
import type { Release } from '../core/release.ts'
import { createHttpServer } from './http/http-server.ts'
import type { ApiRoute } from './http/api-route.ts'
import { buildOutcomesRoute } from './http/outcomes-route.ts'
import { observeRecording } from './metrics/observe-recording.ts'
import { type Recording, startRecording } from './recording/start-recording.ts'
import { buildOpenApi } from './http/openapi.ts'
import { buildPredictionRoutes } from './http/prediction-routes.ts'
import { buildExtensionRoutes } from './http/extension-routes.ts'
import { buildServerRoutes } from './http/server-routes.ts'
import { Execution, noCrashMarkers } from './execution/execution.ts'
import { observeReplica } from './metrics/observe-replica.ts'
import { observeProcess } from './metrics/process-usage.ts'
import { metricsContentType, renderMetrics } from './metrics/render-metrics.ts'
import { ServingMetrics } from './metrics/serving-metrics.ts'
import { buildUnsupportedRoutes } from './http/unsupported-routes.ts'
import { defaultLimits, type ServingLimits } from './limits.ts'
import type { PredictionService } from './protocol/prediction-service.ts'
import { buildRequestSchemas, compileRequestValidators } from './protocol/request-schemas.ts'
import { defaultTimes, Replica, type ReplicaEffects, type ReplicaTimes } from './replica.ts'

export interface DataPlaneOptions {
  readonly environment: string
  /** Unique among the replicas of the environment. */
  readonly replica: string
  /** Absolute path; this module writes only below its `serving/`. */
  readonly stateFolder: string
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** The program's version, as `/v2` says it. */
  readonly version: string
  readonly limits?: Partial<ServingLimits>
  readonly times?: Partial<ReplicaTimes>
}

export interface DataPlane {
  /** `http://HOST:PORT`, without a slash at the end. */
  readonly url: string
  isReady(): boolean
  /** Every release that is wanted, with its readiness. */
  listReleases(): readonly { readonly release: Release; readonly readiness: ReleaseReadiness }[]
  /** Answers what is in flight, closes the listener, frees the models. */
  stop(): Promise<void>
}

/** Listens, then takes over its state: from disk at once, from the source as soon as it answers. Throws `port-in-use`. */
export async function startDataPlane(options: DataPlaneOptions, effects: ReplicaEffects): Promise<DataPlane> {
  const limits = { ...defaultLimits, ...options.limits }
  const { environment, replica: name, stateFolder } = options
  const kept = join(stateFolder, 'serving')
  const recording = startRecording({
    environment,
    stateFolder,
    worker: `p${process.pid}_${Date.now().toString(36)}`,
    log: effects.log,
    wallNow: () => effects.clock.now(),
  })
  const files = { stateFile: join(kept, 'state.json'), artifactFolder: join(kept, 'artifacts') }
  const times = { ...defaultTimes, ...options.times }
  const metrics = new ServingMetrics(() => effects.clock.now())
  const sinkOf = (release: Release) => metrics.forRelease(release)
  const execution = new Execution({ limits, markers: noCrashMarkers, sinkOf })
  const replica = new Replica({ replica: name, environment, ...files, times }, effects, execution)
  observeReplica(metrics.registry, replica)
  observeRecording(metrics.registry, recording.counts)
  const stopObserving = observeProcess(metrics.registry)
  let stopping = false
  const isReady = () => !stopping && replica.isReady()
  const server = createHttpServer({
    routes: buildRoutes({ replica, metrics, limits, isReady, version: options.version, recording, environment, effects }),
    limits,
    metrics,
    log: effects.log,
    labelModel: (model) => (model !== undefined && replica.routes.has(model) ? model : ''),
  })
  const port = await server.listen(options.host, options.port)
  await replica.start()
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    isReady,
    listReleases: () => replica.pool.listReleases(),
    stop: async () => {
      stopping = true
      await server.close()
      await recording.stop()
      await replica.stop()
      stopObserving()
    },
  }
}

interface RouteParts {
  readonly replica: Replica
  readonly metrics: ServingMetrics
  readonly limits: ServingLimits
  readonly version: string
  readonly isReady: () => boolean
  readonly recording: Recording
  readonly environment: string
  readonly effects: ReplicaEffects
}

function buildRoutes({
  replica,
  metrics,
  limits,
  version,
  isReady,
  recording,
  environment,
  effects,
}: RouteParts): readonly ApiRoute[] {
  const requestSchemas = buildRequestSchemas(limits)
  const validators = compileRequestValidators(requestSchemas)
  const wallNow = (): number => effects.clock.now()
  const service: PredictionService = { view: replica, limits, validators, recorder: recording.recorder, wallNow }
  const outcomes = {
    sink: recording.outcomes,
    environment,
    limits,
    validate: (body: unknown) => validators.outcomes(body),
    wallNow,
    dataTime: () => replica.state?.dataTime ?? null,
  }
  const status = { version, isReady, listReleases: () => replica.pool.listReleases() }
  const routes = [
    ...buildPredictionRoutes(service),
    ...buildServerRoutes(service, status),
    ...buildExtensionRoutes(service, () => Promise.resolve(metrics.snapshot().statistics)),
    ...buildUnsupportedRoutes(),
    buildOutcomesRoute(outcomes),
    metricsRoute(metrics),
  ]
  const document = JSON.stringify(buildOpenApi(routes, { version, limits, requestSchemas }))
  return [...routes, openApiRoute(document)]
}

function metricsRoute(metrics: ServingMetrics): ApiRoute {
  return {
    method: 'GET',
    path: '/metrics',
    operationId: 'readMetrics',
    summary: 'Prometheus metrics, in the text exposition format.',
    responseSchema: { type: 'string' },
    responseType: metricsContentType,
    errorStatuses: [],
    answer: () => ({ status: 200, body: renderMetrics(metrics.snapshot()) }),
  }
}

function openApiRoute(document: string): ApiRoute {
  return {
    method: 'GET',
    path: '/openapi.json',
    operationId: 'readOpenApi',
    summary: 'The OpenAPI 3.1 document of this server.',
    responseSchema: { type: 'object' },
    errorStatuses: [],
    answer: () => ({ status: 200, body: document }),
  }
}
