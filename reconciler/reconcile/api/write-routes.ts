/** The routes by which people ask for something: a pass now, a command to a rollout, another data time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, toInstant } from '../../core/clock.ts'
import { MainwardError } from '../../core/error.ts'
import { commandVerbs } from '../../rollout/command.ts'
import type { ControlRoute } from './control-route.ts'
import type { ControlStore } from './control-store.ts'

export interface WriteServices {
  readonly store: ControlStore
  readonly clock: Clock
  readonly monotonic: Clock
  readonly dataClock: 'wall' | 'manual'
  /** Resolves when a pass that looks at the branch is over; null when this reconciler does not lead. */
  readonly requestPass: () => Promise<void> | null
}

/** How long a caller waits for what it asked for, in milliseconds. */
const patienceMs = 10_000
const lookEveryMs = 25

export function buildWriteRoutes(services: WriteServices): readonly ControlRoute[] {
  return [reconcileRoute(services), commandRoute(services), clockRoute(services)]
}

function reconcileRoute({ store, clock, requestPass }: WriteServices): ControlRoute {
  return {
    method: 'POST',
    path: '/api/v1/reconcile',
    summary: 'Look at the branch now. Answered after the pass; 202 when another reconciler leads and was told.',
    answer: async () => {
      const pass = requestPass()
      if (pass === null) {
        await store.wakeLeader('reconcile')
        return { status: 202, body: { accepted: true } }
      }
      await pass
      const { head, appliedCommit, conditions } = await store.readStatus(clock.now())
      return { status: 200, body: { head: head?.commit ?? null, appliedCommit, conditions } }
    },
  }
}

function commandRoute({ store, clock, monotonic }: WriteServices): ControlRoute {
  return {
    method: 'POST',
    path: '/api/v1/commands',
    summary: 'Tell a rollout something. Kept until the leader decides; answered with its decision.',
    bodySchema: {
      type: 'object',
      additionalProperties: false,
      required: ['rollout', 'verb', 'reason'],
      properties: {
        rollout: { type: 'string', minLength: 1, maxLength: 253, description: 'Name of the rollout.' },
        verb: { type: 'string', enum: commandVerbs, description: 'What to do.' },
        reason: { type: 'string', minLength: 1, maxLength: 1000, description: 'Why: kept in the history.' },
        name: { type: 'string', minLength: 1, maxLength: 200, description: 'Who asks, for the history. Default: admin.' },
      },
    },
    answer: async ({ body }) => {
      const id = await store.addCommand({
        rollout: String(body['rollout']),
        verb: String(body['verb']),
        reason: String(body['reason']),
        requestedBy: typeof body['name'] === 'string' ? body['name'] : 'admin',
        requestedAt: toInstant(clock.now()),
      })
      const decided = await waitFor(monotonic, async () => {
        const row = await store.readCommand(id)
        return row === null || row.accepted === null ? null : row
      })
      return {
        status: decided === null ? 202 : 200,
        body: { id, accepted: decided?.accepted ?? null, outcome: decided?.outcome ?? null },
      }
    },
  }
}

function clockRoute(services: WriteServices): ControlRoute {
  return {
    method: 'POST',
    path: '/api/v1/clock',
    summary:
      'Move the data clock forward. Answered when every serving process has taken it over, and online views are computed as of it.',
    bodySchema: {
      type: 'object',
      additionalProperties: false,
      required: ['dataTime'],
      properties: { dataTime: { type: 'string', format: 'date-time', description: 'The new time of the data, ISO 8601.' } },
    },
    answer: async ({ body }) => {
      const dataTime = toInstant(Date.parse(String(body['dataTime'])))
      await moveClock(services, dataTime)
      return { status: 200, body: { dataTime } }
    },
  }
}

async function moveClock({ store, clock, monotonic, dataClock }: WriteServices, dataTime: string): Promise<void> {
  if (dataClock === 'wall') {
    throw new MainwardError('conflict', 'the data clock is the wall clock here', {
      hint: 'start with --data-clock manual to move it by hand',
    })
  }
  if (!(await store.moveDataClock(dataTime))) {
    const now = await store.readDataTime()
    throw new MainwardError(
      'conflict',
      now === null
        ? 'no commit was read yet'
        : `expected a time at or after ${now}, found ${dataTime}: the data clock never goes back`,
    )
  }
  const late = { replicas: [] as readonly string[] }
  const reached = await waitFor(monotonic, async () => {
    late.replicas = await store.findLateReplicas(dataTime, clock.now())
    return late.replicas.length === 0 ? true : null
  })
  if (reached === null) {
    throw new MainwardError('unavailable', `${dataTime} is set, but not taken over yet by ${late.replicas.join(', ')}`, {
      retry: 'backoff',
      hint: 'send it again: it is answered when every serving process has it',
    })
  }
  const computed = await waitFor(monotonic, async () => {
    const viewsTime = await store.readViewsTime()
    return viewsTime !== null && viewsTime.getTime() >= Date.parse(dataTime) ? true : null
  })
  if (computed !== null) return
  throw new MainwardError('unavailable', `${dataTime} is set, but not all online views are computed as of it yet`, {
    retry: 'backoff',
    hint: 'send it again: it is answered when they are; the condition FeaturesReady says what keeps them',
  })
}

/** Looks until there is something; null after the patience. */
async function waitFor<T>(monotonic: Clock, look: () => Promise<T | null>): Promise<T | null> {
  const endMs = monotonic.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== null || monotonic.now() >= endMs) return found
    await sleep(lookEveryMs)
  }
}
