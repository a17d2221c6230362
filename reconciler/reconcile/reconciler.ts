/** Puts the control plane together: source, stores, loop and admin API. Knows no process and no command line. */
import { openArtifactNotes } from '../artifacts/artifact-notes.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import type { Logger } from '../core/log.ts'
import { hearHints } from '../database/hear-hints.ts'
import { migrate } from '../database/migrate.ts'
import { type ConnectionOptions, openConnection, openPool, type Pool } from '../database/pool.ts'
import { FeatureReader } from './api/applied-features.ts'
import { ControlMetrics } from './api/control-metrics.ts'
import { buildControlOpenApi } from './api/control-openapi.ts'
import type { ControlRoute } from './api/control-route.ts'
import { createControlServer } from './api/control-server.ts'
import { ControlStore } from './api/control-store.ts'
import { buildFeatureRoutes } from './api/feature-routes.ts'
import { buildReadRoutes } from './api/read-routes.ts'
import { buildWriteRoutes } from './api/write-routes.ts'
import { runControlLoop } from './control-loop.ts'
import { readKeptStatistics } from './kept-statistics.ts'
import type { LeadershipTimes } from './leadership.ts'
import type { ArtifactPort, Clocks, Materialiser } from './ports.ts'
import { createSourceClient, type SourceClient } from './source/source-client.ts'
import type { SourceSettings } from './source/source-messages.ts'
import type { ReconcileSettings } from './stages.ts'
import { createReconcilePorts } from './stores/reconcile-ports.ts'
import { WakeUp } from './wake-up.ts'

export interface ReconcilerOptions {
  readonly source: SourceSettings
  readonly settings: ReconcileSettings
  readonly databaseUrl: string
  /** Of the admin API. */
  readonly token: string
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** Who this is, for people: unique among the reconcilers of an environment. */
  readonly holder: string
  readonly version: string
  readonly leadershipTimes?: Partial<LeadershipTimes>
}

export interface ReconcilerEffects {
  readonly artifacts: ArtifactPort
  /** Gets the pool of the control plane, and what it calls when there is something new to tell. */
  readonly openMaterialiser: (pool: Pool, onNews: () => void) => OpenMaterialiser
  readonly clocks: Clocks
  readonly log: Logger
}

export interface OpenMaterialiser {
  readonly port: Materialiser
  /** Once the database answers, before anything is ordered. */
  prepare(): Promise<void>
  stop(): Promise<void>
}

export interface Reconciler {
  /** `http://HOST:PORT` of the admin API. */
  readonly url: string
  /** Rejects when it can never work, for example on a database of a newer program. */
  readonly ended: Promise<void>
  /** Ends the pass that is under way, gives up the leadership, closes everything. */
  stop(): Promise<void>
}

/** Listens at once; reconciles as soon as the database answers. Throws `port-in-use`. */
export async function startReconciler(options: ReconcilerOptions, effects: ReconcilerEffects): Promise<Reconciler> {
  const { environment } = options.settings
  const stop = new AbortController()
  const pool = openPool(options.databaseUrl, {
    ...connectionOptions,
    size: 6,
    onIdleError: (error) => effects.log.info({}, `an idle connection to the database ended: ${messageOf(error)}`),
  })
  const source = createSourceClient(options.source)
  const wakeUp = new WakeUp()
  const materialiser = effects.openMaterialiser(pool, () => wakeUp.hint())
  const parts: Parts = {
    options,
    effects,
    pool,
    source,
    materialiser,
    wakeUp,
    metrics: new ControlMetrics(environment),
  }
  const state = { leading: false, started: false }
  const server = createControlServer({
    routes: buildRoutes(parts, () => state.leading),
    token: options.token,
    host: options.host,
    log: effects.log,
    notStarted: () => (state.started ? null : 'starting: the database does not answer yet'),
  })
  const url = await server.listen(options.port)
  const running = runUntilStopped(parts, state, stop.signal)
  return {
    url,
    ended: running,
    async stop() {
      stop.abort()
      await server.close()
      await running.catch(() => undefined)
      await materialiser.stop()
      await source.stop()
      await pool.end()
    },
  }
}

const connectionOptions: ConnectionOptions = { applicationName: 'mainward reconcile' }
const hintRetryMs = 1_000

interface Parts {
  readonly options: ReconcilerOptions
  readonly effects: ReconcilerEffects
  readonly pool: Pool
  readonly source: SourceClient
  readonly materialiser: OpenMaterialiser
  readonly wakeUp: WakeUp
  readonly metrics: ControlMetrics
}

function buildRoutes(
  { options, effects, pool, source, wakeUp, metrics }: Parts,
  isLeading: () => boolean,
): readonly ControlRoute[] {
  const store = new ControlStore(pool, options.settings.environment)
  const clock = effects.clocks.wall
  const notes = openArtifactNotes()
  const features = new FeatureReader({ readAppliedCommit: () => store.readAppliedCommit(), source })
  const routes = [
    ...buildReadRoutes({ store, metrics, clock }),
    ...buildFeatureRoutes(
      () => features.read(),
      async (definition) => {
        const artifactStore = await store.readArtifactStore()
        const { environment } = options.settings
        return artifactStore === null ? null : readKeptStatistics({ notes, store: artifactStore, environment }, definition)
      },
    ),
    ...buildWriteRoutes({
      store,
      clock,
      monotonic: effects.clocks.monotonic,
      dataClock: options.settings.dataClock,
      requestPass: () => (isLeading() ? wakeUp.request(true) : null),
    }),
  ]
  const document = buildControlOpenApi(routes, options.version)
  const openApi: ControlRoute = {
    method: 'GET',
    path: '/openapi.json',
    summary: 'The OpenAPI 3.1 document of this server.',
    open: true,
    always: true,
    answer: () => Promise.resolve({ status: 200, body: document }),
  }
  return [...routes, openApi]
}

async function runUntilStopped(parts: Parts, state: { leading: boolean; started: boolean }, stop: AbortSignal): Promise<void> {
  const { options, effects, pool, source, materialiser, wakeUp, metrics } = parts
  const { environment } = options.settings
  const started = await prepareDatabase(pool, effects, stop)
  if (!started) return
  state.started = true
  // Nothing waits for it: the loop begins at once.
  const prepared = materialiser.prepare()
  const open = (): ReturnType<typeof openConnection> => openConnection(options.databaseUrl, connectionOptions)
  const hints = hearHints({
    open: () => openConnection(options.databaseUrl, { ...connectionOptions, statementTimeoutMs: 0 }),
    onHint: (payload) => takeHint(wakeUp, payload, environment),
    retryMs: hintRetryMs,
  })
  await runControlLoop(
    {
      ports: createReconcilePorts({
        pool,
        environment,
        source,
        materialiser: materialiser.port,
        dataStart: options.settings.dataStart,
        ...effects,
      }),
      settings: options.settings,
      campaign: {
        open,
        environment,
        holder: options.holder,
        clocks: effects.clocks,
        log: effects.log,
        ...(options.leadershipTimes === undefined ? {} : { times: options.leadershipTimes }),
      },
      wakeUp,
      log: effects.log,
      events: {
        onLeading: (epoch) => {
          state.leading = epoch !== null
          metrics.setLeading(state.leading)
        },
        onPass: (pass) => metrics.countPass(pass),
      },
    },
    stop,
  )
  await hints.stop()
  await prepared
}

/** Waits for the database and brings its schema up. False when it was told to stop before. Throws what waiting cannot mend. */
async function prepareDatabase(pool: Pool, { log }: ReconcilerEffects, stop: AbortSignal): Promise<boolean> {
  for (let attempt = 0; !stop.aborted; attempt++) {
    try {
      await migrate(pool)
      return true
    } catch (thrown) {
      if (!(thrown instanceof MainwardError) || thrown.retry === 'never') throw thrown
      if (attempt === 0) log.info({ code: thrown.code }, `waiting for the database: ${thrown.message}`)
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 25 * 2 ** attempt)))
  }
  return false
}

function takeHint(wakeUp: WakeUp, payload: string | null, environment: string): void {
  if (payload === `reconcile ${environment}`) void wakeUp.request(true)
  else if (payload === null || ['replica', 'command', 'clock'].some((news) => payload === `${news} ${environment}`)) wakeUp.hint()
}
