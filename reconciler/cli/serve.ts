/** `mainward serve`: runs the data plane until it is told to stop. Knows no protocol; the effects come from the composition root. */
import { MainwardError } from '../core/error.ts'
import { isLoopback } from '../core/loopback.ts'
import { startDataPlane, type DataPlaneOptions } from '../serving/data-plane.ts'
import type { ReplicaEffects } from '../serving/replica.ts'
import { type ParentChannel, whenAborted } from './parent-channel.ts'

export interface ServeOptions extends DataPlaneOptions {
  /** Anyone who reaches the port may ask for predictions. Needed for every host but loopback. */
  readonly allowAnonymous: boolean
}

export interface ServeEffects extends ReplicaEffects {
  /** Aborted when the process is asked to stop. */
  readonly stop: AbortSignal
  /** The process that started this one with a channel; null when there is none. */
  readonly parent: ParentChannel | null
}

/** Resolves when the server has stopped in good order. Throws `usage`, `port-in-use`, `environment`. */
export async function runServe(options: ServeOptions, effects: ServeEffects): Promise<void> {
  const { log, stop, parent } = effects
  const stopAsked = whenAborted(parent === null ? [stop] : [stop, parent.gone])
  try {
    refuseOpenHost(options)
    const dataPlane = await startDataPlane(options, effects)
    log.info({ url: dataPlane.url }, 'listening')
    parent?.announce(dataPlane.url)
    await stopAsked
    log.info({ parentGone: parent?.gone.aborted ?? false }, 'stopping: requests in flight are answered')
    await dataPlane.stop()
    log.info({}, 'stopped')
  } finally {
    parent?.close()
  }
}

function refuseOpenHost({ host, allowAnonymous }: ServeOptions): void {
  if (allowAnonymous || isLoopback(host)) return
  throw new MainwardError('usage', `${host} can be reached from other machines, and nothing asks callers who they are`, {
    hint: 'add --allow-anonymous to permit that, or listen on 127.0.0.1',
  })
}
