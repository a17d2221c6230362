import { describe, expect, it } from 'vitest'
import { canary, minute, releaseOf, Scenario, second, split } from './rollout-scenario.ts'

const pausing = canary(2, [
  { weight: 10, holdMs: null },
  { weight: 100, holdMs: 0 },
])

const phases = {
  'not begun': () => new Scenario(canary(1)),
  'behind the commit': () => Scenario.serving().commit(canary(2)),
  Initializing: () => Scenario.serving().commit(canary(2)).loading(2).settle(),
  'Initializing first': () => new Scenario(canary(2)).loading(2).settle(),
  Progressing: () => Scenario.serving().commit(canary(2)).settle(),
  'Paused at a step': () => Scenario.serving().commit(pausing).settle(),
  'Paused by a load timeout': () =>
    Scenario.serving()
      .commit(canary(2))
      .loading(2)
      .settle()
      .wait(10 * minute)
      .settle(),
  Succeeded: () => Scenario.serving(),
  'Succeeded split': () =>
    Scenario.serving(
      1,
      split([
        ['control', 1, 50],
        ['other', 2, 50],
      ]),
    ),
  RolledBack: () => Scenario.serving().commit(canary(2)).failing(2).settle(),
  Stalled: () => new Scenario(canary(2)).failing(2).settle(),
}

/** What each command comes to in each phase: the event, or the reason of the refusal. */
const table: Readonly<Record<keyof typeof phases, readonly [abort: string, resume: string, promote: string, retry: string]>> = {
  'not begun': ['NotStarted', 'NotStarted', 'NotStarted', 'NotStarted'],
  'behind the commit': ['NotStarted', 'NotStarted', 'NotStarted', 'NotStarted'],
  Initializing: ['RolledBack', 'NotPaused', 'NotLoaded', 'NotRejected'],
  'Initializing first': ['Stalled', 'NotPaused', 'NotLoaded', 'NotRejected'],
  Progressing: ['RolledBack', 'NotPaused', 'Succeeded', 'NotRejected'],
  'Paused at a step': ['RolledBack', 'Succeeded', 'Succeeded', 'NotRejected'],
  'Paused by a load timeout': ['RolledBack', 'Resumed', 'NotLoaded', 'NotRejected'],
  Succeeded: ['NothingToAbort', 'NotPaused', 'NothingToPromote', 'NotRejected'],
  'Succeeded split': ['RolledBack', 'NotPaused', 'NothingToPromote', 'NotRejected'],
  RolledBack: ['NothingToAbort', 'NotPaused', 'NothingToPromote', 'Retried'],
  Stalled: ['NothingToAbort', 'NotPaused', 'NothingToPromote', 'Retried'],
}

const verbs = ['abort', 'resume', 'promote', 'retry'] as const
const cases = Object.entries(table).flatMap(([phase, outcomes]) =>
  verbs.map((verb, index) => ({ phase: phase as keyof typeof phases, verb, outcome: outcomes[index] })),
)

describe('a command', () => {
  it.each(cases)('$verb while $phase: $outcome', ({ phase, verb, outcome }) => {
    const scenario = phases[phase]()
    const before = scenario.state
    const decision = scenario.tell(verb)
    expect(decision.type === 'transition' ? decision.event : decision.type === 'refuse' && decision.reason).toBe(outcome)
    if (decision.type !== 'transition') expect(scenario.state).toBe(before)
  })
})

describe('abort', () => {
  it('returns everything to stable at once and says why', () => {
    const scenario = phases.Progressing()
    scenario.tell('abort', 'complaints from Newark')
    expect(scenario.now).toBe('RolledBack: stable v1 100')
    expect(scenario.served).toMatchObject({ reason: 'Aborted', message: 'aborted: complaints from Newark' })
    expect(scenario.wait(minute).settle().now).toBe('RolledBack: stable v1 100')
  })

  it('keeps the release out until a retry, which takes all steps again', () => {
    const scenario = phases
      .Progressing()
      .wait(20 * second)
      .settle()
    scenario.tell('abort')
    scenario.tell('retry', 'was a false alarm')
    expect(scenario.settle().now).toBe('Progressing: canary v2 5, stable v1 95')
    expect(scenario.served.rejections).toEqual([])
  })
})

describe('promote', () => {
  it('makes a proven canary stable without the steps that are left', () => {
    const scenario = phases.Progressing()
    scenario.tell('promote')
    expect(scenario.now).toBe('Succeeded: stable v2 100')
    expect(scenario.served.formerStables.map(({ version }) => version)).toEqual([1])
  })

  it('needs a canary that every serving process has proven', () => {
    const scenario = phases.Progressing().loading(2, '1 of 2 serving processes hold it')
    expect(scenario.tell('promote')).toMatchObject({
      reason: 'NotLoaded',
      message: 'the canary is not proven on every serving process: 1 of 2 serving processes hold it',
    })
  })
})

describe('resume', () => {
  it('gives no further unit to a canary that a serving process lacks or has refuted', () => {
    expect(phases['Paused at a step']().loading(2).tell('resume')).toMatchObject({ reason: 'NotLoaded' })
    const failed = phases['Paused at a step']().failing(2)
    expect(failed.tell('resume')).toMatchObject({ reason: 'NotLoaded' })
    expect(failed.settle().now).toBe('RolledBack: stable v1 100')
  })
})

describe('retry', () => {
  it('lifts what stalled a first release', () => {
    const scenario = phases.Stalled().loaded(2)
    scenario.tell('retry')
    expect(scenario.settle().now).toBe('Succeeded: stable v2 100')
  })

  it('rejects it again when it fails again', () => {
    const scenario = phases.RolledBack()
    scenario.tell('retry')
    expect(scenario.settle().now).toBe('RolledBack: stable v1 100')
    expect(scenario.served.rejections.map(({ subject }) => subject)).toEqual([releaseOf(2).digest])
  })
})
