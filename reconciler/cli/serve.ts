/**
 * `mainward serve`: one primary process and its workers, until they are told to stop. Knows no protocol; the effects come from the
 * composition root, which says by which of the two functions a process lives.
 */
import cluster from 'node:cluster'
import { join } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { isLoopback } from '../core/loopback.ts'
import { formatPlace, formatUrl } from '../serving/data-plane.ts'
import type { ServingLimits } from '../serving/limits.ts'
import { pickFreePort } from '../serving/primary/free-port.ts'
import { Primary, runningFolderName, type PrimaryEffects } from '../serving/primary/primary.ts'
import { startWorkerProcess } from '../serving/primary/worker-process.ts'
import type { ReplicaTimes } from '../serving/replica.ts'
import type { ServerPorts } from '../serving/replica-server.ts'
import { runWorker, type WorkerEffects } from '../serving/worker/run-worker.ts'
import { type ParentChannel, whenAborted } from './parent-channel.ts'

export interface ServeOptions {
  readonly environment: string
  /** Unique among the replicas of the environment. */
  readonly replica: string
  /** Absolute path; only its `serving/` is written. */
  readonly stateFolder: string
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** Of gRPC; 0 picks a free one. */
  readonly grpcPort: number
  /** Workers; each of them can use a core. */
  readonly processes: number
  /** The program's version, as `/v2` says it. */
  readonly version: string
  /** Anyone who reaches the port may ask for predictions. Needed for every host but loopback. */
  readonly allowAnonymous: boolean
  readonly limits?: Partial<ServingLimits>
  readonly times?: Partial<ReplicaTimes>
}

export interface ServeEffects extends Omit<PrimaryEffects, 'startWorker'> {
  /** Aborted when the process is asked to stop. */
  readonly stop: AbortSignal
  /** The process that started this one with a channel; null when there is none. */
  readonly parent: ParentChannel | null
}

/** Whether this process was started by the primary of `runServe`: then it lives by `runServeWorker`. */
export function isServeWorker(): boolean {
  return cluster.isWorker
}

/**
 * The primary: workers are this program again, with the same arguments. Resolves when the server has stopped in good order. Throws
 * `usage`, `port-in-use`, `environment`.
 */
export async function runServe(options: ServeOptions, effects: ServeEffects): Promise<void> {
  const { log, stop, parent } = effects
  const stopAsked = whenAborted(parent === null ? [stop] : [stop, parent.gone])
  try {
    refuseOpenHost(options)
    const ports = await choosePorts(options)
    const primary = createPrimary(options, ports, effects)
    try {
      const started = await Promise.race([primary.start(), stopAsked])
      if (started !== undefined) {
        const url = formatUrl(options.host, started.port)
        const grpc = started.grpcPort === null ? null : formatPlace(options.host, started.grpcPort)
        log.info({ url, grpc, processes: options.processes }, 'listening')
        parent?.announce(url, grpc)
      }
      await stopAsked
      log.info({ parentGone: parent?.gone.aborted ?? false }, 'stopping: requests in flight are answered')
    } finally {
      await primary.stop()
    }
    log.info({}, 'stopped')
  } finally {
    parent?.close()
  }
}

/** A worker. Resolves when it has ended its work; the caller ends the process. */
export async function runServeWorker(options: ServeOptions, effects: Omit<WorkerEffects, 'channel'>): Promise<void> {
  // Without this, node ends a worker the moment that its primary dies, whatever it is answering.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true
  const runningFolder = join(options.stateFolder, 'serving', runningFolderName)
  await runWorker({ ...options, runningFolder }, { ...effects, channel: process })
}

/** Workers must all ask for the same ones. */
async function choosePorts({ host, port, grpcPort }: ServeOptions): Promise<ServerPorts> {
  return {
    port: port === 0 ? await pickFreePort({ host, option: '--port' }) : port,
    grpcPort: grpcPort === 0 ? await pickFreePort({ host, option: '--grpc-port' }) : grpcPort,
  }
}

function createPrimary(options: ServeOptions, ports: ServerPorts, effects: ServeEffects): Primary {
  const { stateFolder } = options
  const folder = join(stateFolder, 'serving')
  const life = `${process.pid}_${effects.clock.now().toString(36)}`
  return new Primary({ ...options, folder, stateFolder, life, ports }, { ...effects, startWorker: startWorkerProcess })
}

/** Throws `usage` for an address that others reach, unless that was permitted. */
export function refuseOpenHost({ host, allowAnonymous }: Pick<ServeOptions, 'host' | 'allowAnonymous'>): void {
  if (allowAnonymous || isLoopback(host)) return
  throw new MainwardError('usage', `${host} can be reached from other machines, and nothing asks callers who they are`, {
    hint: 'add --allow-anonymous to permit that, or listen on 127.0.0.1',
  })
}
