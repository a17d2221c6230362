/** The data plane in one process: one replica, its disk, its listeners. Knows no command line, and no other process. */
import { join } from 'node:path'
import { dropUnknown } from './metrics/metrics-snapshot.ts'
import type { ServingMetrics } from './metrics/serving-metrics.ts'
import type { CrashMarker, ListedRelease, WholeServer } from './ports.ts'
import type { Replica } from './replica.ts'
import { createReplicaServer, type ReplicaServerEffects, type ReplicaServerOptions } from './replica-server.ts'
import { DiskMemory } from './state/disk-memory.ts'

export interface DataPlaneOptions extends ReplicaServerOptions {
  /** Absolute path; this module writes only below its `serving/`. */
  readonly stateFolder: string
  /** 0 picks a free one. */
  readonly port: number
  /** Of the gRPC listener; 0 picks a free one, undefined has none. */
  readonly grpcPort?: number
}

/** `artifacts` is where they come from that are not on disk yet. */
export type DataPlaneEffects = Omit<ReplicaServerEffects, 'memory' | 'marker'>

export interface DataPlane {
  /** `http://HOST:PORT`, without a slash at the end. */
  readonly url: string
  /** `HOST:PORT` of the gRPC listener; null without one. */
  readonly grpc: string | null
  isReady(): boolean
  /** Every release that is wanted, with its readiness. */
  listReleases(): readonly ListedRelease[]
  /** Answers what is in flight, closes the listener, frees the models. */
  stop(): Promise<void>
}

/** Listens, then takes over its state: from disk at once, from the source as soon as it answers. Throws `port-in-use`. */
export async function startDataPlane(options: DataPlaneOptions, effects: DataPlaneEffects): Promise<DataPlane> {
  const { environment, stateFolder } = options
  const { artifacts: origin, log } = effects
  const disk = new DiskMemory({ folder: join(stateFolder, 'serving'), environment, origin, log })
  const own = { ...effects, artifacts: disk.artifacts, memory: disk, marker: noMarker }
  const spoolName = `p${process.pid}_${effects.clock.now().toString(36)}`
  const server = createReplicaServer({ ...options, spoolName }, own, describeOwn)
  const { port, grpcPort } = await server.listen({ port: options.port, grpcPort: options.grpcPort ?? null })
  const { replica } = server
  await replica.start()
  let stopping = false
  return {
    url: formatUrl(options.host, port),
    grpc: grpcPort === null ? null : formatPlace(options.host, grpcPort),
    isReady: () => !stopping && replica.isReady(),
    listReleases: () => replica.pool.listReleases(),
    stop: async () => {
      stopping = true
      await server.stop()
      await disk.close()
    },
  }
}

export function formatUrl(host: string, port: number): string {
  return `http://${formatPlace(host, port)}`
}

/** `HOST:PORT`. */
export function formatPlace(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Nobody is there to read it. */
const noMarker: CrashMarker = { enter: () => 0, leave: () => undefined }

/** One process is the whole server. */
function describeOwn({ replica, metrics }: { readonly replica: Replica; readonly metrics: ServingMetrics }): WholeServer {
  return {
    isReady: () => replica.isReady(),
    listReleases: () => replica.pool.listReleases(),
    readMetrics: () => {
      const known = replica.pool.listReleases().map(({ release }) => release)
      metrics.prune(known)
      return Promise.resolve(dropUnknown(metrics.snapshot(), known))
    },
  }
}
