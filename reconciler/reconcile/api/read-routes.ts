/** The routes that only look. */
import type { Clock } from '../../core/clock.ts'
import { MainwardError } from '../../core/error.ts'
import type { ControlMetrics } from './control-metrics.ts'
import type { ControlRoute } from './control-route.ts'
import type { ControlStore } from './control-store.ts'
import { recordsRoute } from './records-route.ts'

export interface ReadServices {
  readonly store: ControlStore
  readonly metrics: ControlMetrics
  readonly clock: Clock
}

export function buildReadRoutes({ store, metrics, clock }: ReadServices): readonly ControlRoute[] {
  const get = (path: string, summary: string, read: () => Promise<unknown>): ControlRoute => ({
    method: 'GET',
    path: `/api/v1/${path}`,
    summary,
    answer: async () => ({ status: 200, body: await read() }),
  })
  return [
    get('status', 'What is served, what is on its way, what is wrong.', () => store.readStatus(clock.now())),
    get('observed', 'What the planner starts from: states of the rollouts, and the serving processes.', () =>
      store.readObserved(clock.now()),
    ),
    get('history', 'Every line of the history, as its exact text.', () => store.readHistory()),
    get('serving-state', 'The document that the data plane serves from.', () => readServing(store)),
    eventsRoute(store),
    plansRoute(store),
    recordsRoute(store),
    {
      method: 'GET',
      path: '/health/live',
      summary: 'The process answers.',
      open: true,
      always: true,
      answer: () => Promise.resolve({ status: 200, body: { live: true } }),
    },
    {
      method: 'GET',
      path: '/health/ready',
      summary: 'The database answers, and some reconciler leads.',
      open: true,
      answer: async () => {
        const ready = (await store.readStatus(clock.now())).leader !== null
        return { status: ready ? 200 : 503, body: { ready } }
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      summary: 'Prometheus metrics, in the text exposition format.',
      open: true,
      always: true,
      answer: async () => ({ status: 200, body: await metrics.render(), contentType: metrics.contentType }),
    },
  ]
}

async function readServing(store: ControlStore): Promise<unknown> {
  const state = await store.readServing()
  if (state !== null) return state
  throw new MainwardError('not-found', 'nothing is served yet', { hint: 'mainward status says what is going on' })
}

function eventsRoute(store: ControlStore): ControlRoute {
  return {
    method: 'GET',
    path: '/api/v1/events',
    summary: 'The newest events, oldest first.',
    querySchema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        after: { type: 'integer', minimum: 0, default: 0, description: 'Only events with a larger id.' },
        limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' },
      },
    },
    answer: async ({ query }) => ({
      status: 200,
      body: { events: await store.readEvents({ after: Number(query['after']), limit: Number(query['limit']) }) },
    }),
  }
}

function plansRoute(store: ControlStore): ControlRoute {
  return {
    method: 'GET',
    path: '/api/v1/plans',
    summary: 'The plans of the newest passes that changed something, newest first.',
    querySchema: {
      type: 'object',
      additionalProperties: false,
      properties: { limit: { type: 'integer', minimum: 1, maximum: 500, default: 20, description: 'How many at most.' } },
    },
    answer: async ({ query }) => ({ status: 200, body: { plans: await store.readPlans(Number(query['limit'])) } }),
  }
}
