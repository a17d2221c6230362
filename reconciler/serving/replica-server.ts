/** One replica behind its listeners: routes, metrics, records, start and end. Knows no process but its own. */
import { Execution } from './execution/execution.ts'
import { FeatureReader } from './features/feature-reader.ts'
import { startGrpcServer, type GrpcServer } from './grpc/grpc-server.ts'
import { buildAllRoutes } from './http/all-routes.ts'
import { createHttpServer, type HttpServer } from './http/http-server.ts'
import { defaultLimits, type ServingLimits } from './limits.ts'
import { observeProcess } from './metrics/process-usage.ts'
import { observeRecording } from './metrics/observe-recording.ts'
import { observeReplica } from './metrics/observe-replica.ts'
import { ServingMetrics } from './metrics/serving-metrics.ts'
import type { OnlineStore, WholeServer } from './ports.ts'
import type { PredictionService } from './protocol/prediction-service.ts'
import { buildRequestSchemas, compileRequestValidators } from './protocol/request-schemas.ts'
import { startRecording } from './recording/start-recording.ts'
import { defaultTimes, Replica, type ReplicaEffects, type ReplicaTimes } from './replica.ts'

export interface ReplicaServerOptions {
  readonly environment: string
  /** Unique among the replicas of the environment. */
  readonly replica: string
  readonly host: string
  /** The program's version, as `/v2` says it. */
  readonly version: string
  readonly limits?: Partial<ServingLimits>
  readonly times?: Partial<ReplicaTimes>
}

/** Where this process keeps its records until they are stored. */
export interface SpoolPlace {
  /** Absolute path; only its `serving/spool` is written. */
  readonly stateFolder: string
  /** Unique among all processes that ever ran on this state folder; letters, digits and `_`. */
  readonly spoolName: string
}

export interface ReplicaServerEffects extends ReplicaEffects {
  readonly store: OnlineStore
}

/** Of the listeners; a null for gRPC: there is none. */
export interface ServerPorts {
  readonly port: number
  readonly grpcPort: number | null
}

export interface ReplicaServer {
  readonly replica: Replica
  readonly metrics: ServingMetrics
  /** Resolves with the ports; 0 picks a free one. Throws `port-in-use`. */
  listen(ports: ServerPorts): Promise<ServerPorts>
  /** Is not ready any more, and lets nobody in; whoever is connected is served on. */
  stopListening(): void
  /** Stops listening, answers what is in flight, writes what was recorded, frees the models. */
  stop(): Promise<void>
}

/** `describeWhole` gives the view of the server that its clients see, from what this process holds. */
export function createReplicaServer(
  options: ReplicaServerOptions & SpoolPlace,
  effects: ReplicaServerEffects,
  describeWhole: (own: { readonly replica: Replica; readonly metrics: ServingMetrics }) => WholeServer,
): ReplicaServer {
  const limits = { ...defaultLimits, ...options.limits }
  const { environment, replica: name, host, version, stateFolder, spoolName } = options
  const { log, clock, marker, store } = effects
  const wallNow = (): number => clock.now()
  const metrics = new ServingMetrics(wallNow)
  const execution = new Execution({ limits, marker, sinkOf: (release) => metrics.forRelease(release) })
  const replica = new Replica({ replica: name, environment, times: { ...defaultTimes, ...options.times } }, effects, execution)
  const recording = startRecording({ environment, stateFolder, worker: spoolName, log, wallNow })
  observeReplica(metrics.registry, replica)
  observeRecording(metrics.registry, recording.counts)
  const stopObserving = observeProcess(metrics.registry)
  let stopping = false
  const whole = describeWhole({ replica, metrics })
  const status = { version, isReady: () => !stopping && whole.isReady(), listReleases: () => whole.listReleases() }
  const requestSchemas = buildRequestSchemas(limits)
  const validators = compileRequestValidators(requestSchemas)
  const dataTime = () => replica.state?.dataTime ?? null
  const dataMicros = () => BigInt(Math.floor(Date.parse(dataTime() ?? '') || wallNow())) * 1000n
  const { registry } = metrics
  const reader = new FeatureReader({ store, limits, registry, log, dataMicros })
  const service: PredictionService = { view: replica, limits, validators, recorder: recording.recorder, wallNow, reader }
  const online = {
    features: { view: replica, reader, limits, validate: (body: unknown) => validators.features(body) },
    push: { view: replica, store, limits, registry, dataMicros, validate: (body: unknown) => validators.push(body) },
  }
  const validate = (body: unknown) => validators.outcomes(body)
  const outcomes = { sink: recording.outcomes, environment, limits, validate, wallNow, dataTime }
  const labelModel = (model: string | undefined) => (model !== undefined && replica.routes.has(model) ? model : '')
  const readStatistics = async () => (await whole.readMetrics()).statistics
  const parts = { service, status, readStatistics, limits, metrics, log, labelModel }
  const http = createHttpServer({ ...parts, routes: buildAllRoutes({ ...parts, whole, outcomes, online, requestSchemas }) })
  const listeners = joinListeners(host, http, (port) => startGrpcServer({ ...parts, host, port }))
  const stopListening = () => {
    stopping = true
    listeners.stopListening()
  }
  return {
    replica,
    metrics,
    listen: listeners.listen,
    stopListening,
    stop: async () => {
      stopListening()
      await listeners.close()
      await recording.stop()
      replica.stop()
      stopObserving()
    },
  }
}

/** Both listeners as one. */
function joinListeners(host: string, http: HttpServer, startGrpc: (port: number) => Promise<GrpcServer>) {
  let grpc: GrpcServer | null = null
  return {
    listen: async ({ port, grpcPort }: ServerPorts): Promise<ServerPorts> => {
      const found = await http.listen(host, port)
      if (grpcPort === null) return { port: found, grpcPort }
      try {
        grpc = await startGrpc(grpcPort)
      } catch (error) {
        await http.close()
        throw error
      }
      return { port: found, grpcPort: grpc.port }
    },
    stopListening: (): void => {
      http.stopListening()
      grpc?.stopListening()
    },
    close: async (): Promise<void> => {
      await Promise.all([http.close(), grpc?.close()])
    },
  }
}
