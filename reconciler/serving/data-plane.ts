/** Puts the data plane together: one replica behind one HTTP server. Knows no process and no command line. */
import { join } from 'node:path'
import type { ReleaseReadiness } from '../core/serving-state.ts'
import type { Release } from '../core/release.ts'
import { startGrpcServer, type GrpcServer, type GrpcServerOptions } from './grpc/grpc-server.ts'
import { createHttpServer, type HttpServer } from './http/http-server.ts'
import type { ApiRoute } from './http/api-route.ts'
import { buildOutcomesRoute } from './http/outcomes-route.ts'
import type { OutcomeService } from './outcomes/take-outcomes.ts'
import { observeRecording } from './metrics/observe-recording.ts'
import { startRecording } from './recording/start-recording.ts'
import { buildOpenApi } from './http/openapi.ts'
import { buildPredictionRoutes } from './http/prediction-routes.ts'
import { buildExtensionRoutes, type ReadStatistics } from './http/extension-routes.ts'
import { buildServerRoutes, type ServerStatus } from './http/server-routes.ts'
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
  /** Of the gRPC listener; 0 picks a free one, undefined has none. */
  readonly grpcPort?: number
  /** The program's version, as `/v2` says it. */
  readonly version: string
  readonly limits?: Partial<ServingLimits>
  readonly times?: Partial<ReplicaTimes>
}

export interface DataPlane {
  /** `http://HOST:PORT`, without a slash at the end. */
  readonly url: string
  /** `HOST:PORT` of the gRPC listener; null without one. */
  readonly grpc: string | null
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
  const wallNow = (): number => effects.clock.now()
  const status = { version: options.version, isReady, listReleases: () => replica.pool.listReleases() }
  const requestSchemas = buildRequestSchemas(limits)
  const validators = compileRequestValidators(requestSchemas)
  const service: PredictionService = { view: replica, limits, validators, recorder: recording.recorder, wallNow }
  const outcomes: OutcomeService = {
    sink: recording.outcomes,
    environment,
    limits,
    validate: (body) => validators.outcomes(body),
    wallNow,
    dataTime: () => replica.state?.dataTime ?? null,
  }
  const labelModel = (model: string | undefined) => (model !== undefined && replica.routes.has(model) ? model : '')
  const readStatistics: ReadStatistics = () => Promise.resolve(metrics.snapshot().statistics)
  const parts = { service, status, readStatistics, limits, metrics, log: effects.log, labelModel }
  const server = createHttpServer({ ...parts, routes: buildRoutes({ ...parts, outcomes, requestSchemas }) })
  const { host, port, grpcPort } = options
  const httpPort = await server.listen(host, port)
  const grpc = grpcPort === undefined ? null : await startGrpc({ ...parts, host, port: grpcPort }, server)
  await replica.start()
  const place = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${place}:${httpPort}`,
    grpc: grpc === null ? null : `${place}:${grpc.port}`,
    isReady,
    listReleases: () => replica.pool.listReleases(),
    stop: async () => {
      stopping = true
      await Promise.all([server.close(), grpc?.close()])
      await recording.stop()
      await replica.stop()
      stopObserving()
    },
  }
}

/** Two listeners or none. */
async function startGrpc(options: GrpcServerOptions, http: HttpServer): Promise<GrpcServer> {
  try {
    return await startGrpcServer(options)
  } catch (error) {
    await http.close()
    throw error
  }
}

interface RouteParts {
  readonly service: PredictionService
  readonly status: ServerStatus
  readonly readStatistics: ReadStatistics
  readonly metrics: ServingMetrics
  readonly outcomes: OutcomeService
  readonly requestSchemas: ReturnType<typeof buildRequestSchemas>
}

function buildRoutes({ service, status, readStatistics, metrics, outcomes, requestSchemas }: RouteParts): readonly ApiRoute[] {
  const routes = [
    ...buildPredictionRoutes(service),
    ...buildServerRoutes(service, status),
    ...buildExtensionRoutes(service, readStatistics),
    ...buildUnsupportedRoutes(),
    buildOutcomesRoute(outcomes),
    metricsRoute(metrics),
  ]
  const { limits } = service
  const document = JSON.stringify(buildOpenApi(routes, { version: status.version, limits, requestSchemas }))
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
