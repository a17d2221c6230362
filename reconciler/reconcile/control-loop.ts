/** The control loop: campaigns, and while it leads runs one pass after the other. Level-triggered: hints only make it faster. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MainwardError, messageOf } from '../core/error.ts'
import type { Logger } from '../core/log.ts'
import type { RolloutState } from '../core/rollout-state.ts'
import { campaign, type CampaignOptions, type Leadership } from './leadership.ts'
import { newMemory, type PushLogStanding, type ViewStanding } from './memory.ts'
import { nextPassIn, runPass } from './pass.ts'
import type { ReconcilePorts } from './ports.ts'
import type { Pass, ReconcileSettings } from './stages.ts'
import type { PassRequest, WakeUp } from './wake-up.ts'

export interface ControlLoop {
  readonly ports: ReconcilePorts
  readonly settings: ReconcileSettings
  readonly campaign: CampaignOptions
  readonly wakeUp: WakeUp
  readonly log: Logger
  readonly events: LoopEvents
}

export interface LoopEvents {
  /** Null: it stands by, or waits for the database. */
  onLeading(epoch: number | null): void
  onPass(pass: FinishedPass): void
}

export interface FinishedPass {
  readonly durationMs: number
  readonly failedStages: number
  /** False: it ended early, by a lost database or leadership. */
  readonly completed: boolean
  /** Of the rollouts; null when they are not known after this pass. */
  readonly states: readonly RolloutState[] | null
  /** Online views, as far as is known. */
  readonly views: readonly ViewStanding[]
  /** Logs of pushed rows, likewise. */
  readonly pushLogs: readonly PushLogStanding[]
}

/** Pause after a failure of the database, doubled each time up to the second number. Milliseconds. */
const pausesMs = { first: 100, longest: 5_000 }

/** Resolves when it was told to stop and the pass that was under way is over. */
export async function runControlLoop(loop: ControlLoop, stop: AbortSignal): Promise<void> {
  let failures = 0
  while (!stop.aborted) {
    try {
      const leadership = await campaign(loop.campaign, stop)
      if (leadership === null) break
      failures = 0
      await leadUntilLost(loop, leadership, stop)
    } catch (thrown) {
      failures += 1
      if (failures === 1 || !(thrown instanceof MainwardError)) logTrouble(loop.log, thrown)
    }
    if (!stop.aborted) await pause(failures, stop)
  }
}

async function leadUntilLost(loop: ControlLoop, leadership: Leadership, stop: AbortSignal): Promise<void> {
  const { log, events } = loop
  log.info({ epoch: leadership.epoch }, 'leading')
  events.onLeading(leadership.epoch)
  try {
    await lead(loop, leadership, AbortSignal.any([leadership.lost, stop]))
    if (!stop.aborted) log.warn({ epoch: leadership.epoch }, 'the leadership is lost: standing by')
  } finally {
    events.onLeading(null)
    await leadership.release()
  }
}

/** Ends when the signal is aborted or a write finds that another epoch has begun. */
async function lead(loop: ControlLoop, { epoch }: Leadership, signal: AbortSignal): Promise<void> {
  let memory = newMemory(epoch)
  let failures = 0
  while (!signal.aborted) {
    const requests = loop.wakeUp.take()
    const pass = beginPass(loop, memory, requests)
    const startedMs = loop.ports.clocks.monotonic.now()
    const thrown = await runPass(pass).then(
      () => null,
      (error: unknown) => ({ error }),
    )
    const durationMs = loop.ports.clocks.monotonic.now() - startedMs
    const states = memory.rollouts === null ? null : [...memory.rollouts.values()].map(({ state }) => state)
    loop.events.onPass({
      durationMs,
      failedStages: memory.failures.size,
      completed: thrown === null,
      states,
      views: memory.views,
      pushLogs: memory.pushLogs,
    })
    for (const request of requests) request.done()
    if (thrown === null) {
      failures = 0
      await loop.wakeUp.sleep(nextPassIn(pass, loop.ports.clocks.wall.now()), signal)
      continue
    }
    if (thrown.error instanceof MainwardError && thrown.error.code === 'leadership-lost') return
    failures += 1
    if (failures === 1) logTrouble(loop.log, thrown.error)
    // What this leader believed it wrote may not be there: everything is read again.
    memory = newMemory(epoch)
    await pause(failures, signal)
  }
}

function beginPass({ ports, settings, log }: ControlLoop, memory: Pass['memory'], requests: readonly PassRequest[]): Pass {
  const fetchNow = requests.some((request) => request.fetchNow)
  return { ports, memory, settings, log, wallMs: ports.clocks.wall.now(), fetchNow }
}

function logTrouble(log: Logger, thrown: unknown): void {
  if (thrown instanceof MainwardError) log.warn({ code: thrown.code }, messageOf(thrown))
  else log.error({ err: thrown }, `unexpected: ${messageOf(thrown)}`)
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  if (failures === 0) return
  const milliseconds = Math.min(pausesMs.longest, pausesMs.first * 2 ** (failures - 1))
  await sleep(milliseconds, undefined, { signal }).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown
  })
}
