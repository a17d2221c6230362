/** `mainward serve`: runs the data plane until it is told to stop. Knows no protocol; the effects come from the composition root. */
import { isIP } from 'node:net'
import { MainwardError } from '../core/error.ts'
import { startDataPlane, type DataPlaneOptions } from '../serving/data-plane.ts'
import type { ReplicaEffects } from '../serving/replica.ts'

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

/** The channel to the parent process. */
export interface ParentChannel {
  /** Aborted when the channel closes: the parent is gone. */
  readonly gone: AbortSignal
  announce(url: string): void
  /** Lets the process end although the parent lives. */
  close(): void
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

/** The channel of a process that was started with one, for example by `fork`; else null. */
export function connectParent(self: NodeJS.Process): ParentChannel | null {
  if (self.send === undefined) return null
  const gone = new AbortController()
  const abort = () => gone.abort()
  self.once('disconnect', abort)
  // The parent may have died while this process was starting: then nobody says so any more.
  if (!self.connected) abort()
  return {
    gone: gone.signal,
    announce: (url) => {
      if (self.connected) self.send?.({ type: 'listening', url })
    },
    close: () => {
      self.off('disconnect', abort)
      if (self.connected) self.disconnect()
    },
  }
}

export function whenAborted(signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    }
  })
}

function refuseOpenHost({ host, allowAnonymous }: ServeOptions): void {
  if (allowAnonymous || isLoopback(host)) return
  throw new MainwardError('usage', `${host} can be reached from other machines, and nothing asks callers who they are`, {
    hint: 'add --allow-anonymous to permit that, or listen on 127.0.0.1',
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
