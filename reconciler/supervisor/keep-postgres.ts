/** Keeps the embedded Postgres running: starts it, tries again, starts it again when it ends, stops it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MainwardError, messageOf } from '../core/error.ts'
import { startEmbeddedPostgres, type EmbeddedOptions, type EmbeddedPostgres } from '../database/embedded/start-embedded.ts'
import { countFailures, restartPauseMs } from '../core/restart-pause.ts'

export interface PostgresRequest {
  readonly options: EmbeddedOptions
  /** It accepts connections; called again after each restart. */
  onReady(server: EmbeddedPostgres): void
  /** It ended, or could not start, and is started again after the pause. */
  onTrouble(reason: string, pauseMs: number): void
}

export interface KeptPostgres {
  /** The first start; rejects when no later attempt can help. */
  readonly ready: Promise<EmbeddedPostgres>
  /** Null while it is down. */
  pid(): number | null
  stop(): Promise<void>
}

interface KeeperState {
  server: EmbeddedPostgres | null
  failures: number
  readonly stopping: AbortController
  /** The start that is under way, so that stopping waits for it. */
  starting: Promise<EmbeddedPostgres>
}

/** Starts the server at once. From the first start on it keeps its port: the clients know the address. */
export function keepPostgres(request: PostgresRequest): KeptPostgres {
  const state: Omit<KeeperState, 'starting'> = { server: null, failures: 0, stopping: new AbortController() }
  const keeper: KeeperState = Object.assign(state, { starting: startUntilRunning(request, state, false) })
  watch(request, keeper)
  return {
    ready: keeper.starting,
    pid: () => keeper.server?.pid ?? null,
    async stop() {
      keeper.stopping.abort()
      const server = await keeper.starting.catch(() => null)
      await (keeper.server ?? server)?.stop()
    },
  }
}

/** Follows each life of the server with the next one. */
function watch(request: PostgresRequest, keeper: KeeperState): void {
  keeper.starting.then(
    (server) => {
      const startedAtMs = Date.now()
      server.onExit((reason) => {
        keeper.server = null
        if (keeper.stopping.signal.aborted) return
        keeper.failures = countFailures(keeper.failures, Date.now() - startedAtMs)
        request.onTrouble(reason, restartPauseMs(keeper.failures))
        keeper.starting = pause(keeper).then(() => startUntilRunning(request, keeper, true))
        watch(request, keeper)
      })
      request.onReady(server)
    },
    // The failure of a first start is told by `ready`; later ones are never final.
    () => undefined,
  )
}

async function startUntilRunning(
  request: PostgresRequest,
  state: Omit<KeeperState, 'starting'>,
  keepPort: boolean,
): Promise<EmbeddedPostgres> {
  for (;;) {
    state.stopping.signal.throwIfAborted()
    try {
      const server = await startEmbeddedPostgres({ ...request.options, keepPort })
      state.server = server
      return server
    } catch (error) {
      // What ran once will run again, when whatever happened to it is mended.
      const mayHelp = keepPort || (error instanceof MainwardError && error.retry !== 'never')
      if (!mayHelp) throw error
      state.failures++
      request.onTrouble(messageOf(error), restartPauseMs(state.failures))
      await pause(state)
    }
  }
}

async function pause(state: Omit<KeeperState, 'starting'>): Promise<void> {
  await sleep(restartPauseMs(state.failures), undefined, { signal: state.stopping.signal })
}
