import { describe, expect, it } from 'vitest'
import type { Condition } from '../../reconciler/core/condition.ts'
import type { Action, Observed } from '../../reconciler/core/plan.ts'
import type { ReleaseReadiness, ReplicaStatus } from '../../reconciler/core/serving-state.ts'
import type { ConditionRow } from '../../reconciler/database/journal-queries.ts'
import { type Memory, newMemory, type ViewStanding } from '../../reconciler/reconcile/memory.ts'
import { eventsOf, summarizeConditions } from '../../reconciler/reconcile/summarize-conditions.ts'
import { canary, releaseOf, Scenario, second, suspended } from '../rollout/rollout-scenario.ts'

const finding = { file: 'r.yaml', line: 12, column: 7, rule: 'weights-sum', message: 'found 95', severity: 'error' } as const
const info = { commit: 'b'.repeat(40), author: 'a', message: 'm', committedAt: '2026-03-01T00:00:00.000Z' }

function replica(scenario: Scenario): ReplicaStatus {
  const arms = scenario.state?.traffic.arms ?? []
  return {
    replica: 'r',
    environment: 'production',
    heartbeatAt: '2026-03-01T12:00:00.000Z',
    stateVersion: null,
    dataTime: null,
    releases: Object.fromEntries(arms.map(({ release }) => [release, { status: 'ready' as const, loadMs: 1 }])),
  }
}

interface Change {
  readonly memory?: Partial<Memory>
  readonly actions?: readonly Action[]
  readonly published?: boolean
  readonly replicas?: readonly ReplicaStatus[]
  readonly previous?: readonly ConditionRow[]
}

/** Conditions of one rollout and its environment, all well but for the change. */
function summarize(scenario: Scenario, { memory = {}, actions = [], published = true, replicas, previous = [] }: Change = {}) {
  const desired = {
    commit: 'a'.repeat(40),
    project: 'p',
    environment: 'production',
    allowEmpty: false,
    artifactStore: '',
    rollouts: [scenario.desired],
    versions: [],
  }
  const known: Memory = {
    ...newMemory(1),
    areFeaturesKnown: true,
    reading: { info: { ...info, commit: desired.commit }, findings: [], resources: [] },
    desired,
    durability: { status: 'durable' },
    lastPlan: { commit: desired.commit, environment: 'production', actions },
    ...memory,
  }
  const observed: Observed = {
    states: scenario.state === null ? [] : [scenario.state],
    replicas: replicas ?? [replica(scenario)],
    published: published ? [{ rollout: 'flight-delay', since: '2026-03-01T12:00:00.000Z' }] : [],
    storedArtifacts: [],
    filledViews: [],
    removed: [],
  }
  return summarizeConditions({ memory: known, observed, environment: 'production', wallMs: scenario.wallMs }, previous)
}

function show(rows: readonly ConditionRow[], object = 'Rollout/flight-delay'): readonly string[] {
  return rows
    .filter((row) => row.object === object)
    .map(({ condition }) => `${condition.type} ${condition.status} ${condition.reason}: ${condition.message}`)
}

function find(rows: readonly ConditionRow[], type: string): Condition {
  const found = rows.find(({ condition }) => condition.type === type)
  if (found === undefined) throw new Error(`no condition ${type}`)
  return found.condition
}

describe('the conditions of a rollout', () => {
  it.each([
    ['not begun', new Scenario(canary(1)), ['Progressing True Pending: not begun', 'Ready False Pending: not begun']],
    [
      'loading the first release',
      new Scenario(canary(1)).loading(1).settle(),
      ['Progressing True Loading: version 1 is the first: no steps', 'Ready False Loading: version 1 is the first: no steps'],
    ],
    ['served', Scenario.serving(), ['Ready True Serving: version 1 answers']],
    [
      'at a step of a canary: ready all the while',
      Scenario.serving().commit(canary(2)).settle(),
      ['Progressing True Holding: step 1 of 3: 5 % on version 2', 'Ready True Serving: version 1 answers'],
    ],
    [
      'rolled back: row, expected and found are shown',
      Scenario.serving().commit(canary(2)).failing(2).settle(),
      ['Ready True Serving: version 1 answers', 'Stalled True GoldenRowsFailed: golden row 0: expected 0.5, found 0.7'],
    ],
    [
      'stalled without anything to serve',
      new Scenario(canary(1)).failing(1).settle(),
      [
        'Ready False GoldenRowsFailed: golden row 0: expected 0.5, found 0.7',
        'Stalled True GoldenRowsFailed: golden row 0: expected 0.5, found 0.7',
      ],
    ],
    [
      'suspended before a new version',
      Scenario.serving()
        .commit(suspended(canary(2)))
        .settle(),
      ['Ready True Serving: version 1 answers', 'Suspended True Suspended: suspend: true in the manifest'],
    ],
  ])('%s', (_name, scenario, expected) => {
    expect(show(summarize(scenario))).toEqual(expected)
  })

  it('say whether the fallback could answer: nothing else waits for it', () => {
    const wanted = { ...canary(1), fallback: { type: 'release', release: releaseOf(3) } } as const
    const scenario = Scenario.serving(1, wanted)
    const found = (readiness?: ReleaseReadiness) => {
      const own = replica(scenario)
      const releases = { ...own.releases, ...(readiness === undefined ? {} : { [releaseOf(3).digest]: readiness }) }
      return summarize(scenario, { replicas: [{ ...own, releases }] })
    }
    const ready = 'Ready True Serving: version 1 answers'
    expect(show(found({ status: 'ready', loadMs: 1 }))).toEqual([
      'FallbackReady True Loaded: version 3 answers when a run fails',
      ready,
    ])
    const short = releaseOf(3).digest.slice(7, 19)
    const loading = `FallbackReady False NotLoaded: version 3 is no fallback now: 0 of 1 serving processes hold ${short}`
    expect(show(found())).toEqual([loading, ready])
    const crashed = found({ status: 'failed', reason: 'Crashed', message: 'it crashed', retryable: false })
    expect(show(crashed)).toEqual(['FallbackReady False Crashed: version 3 is no fallback now: it crashed', ready])
    const events = (rows: readonly ConditionRow[]) =>
      eventsOf([], rows, 0).filter(({ reason }) => reason.startsWith('Fallback')).map(({ severity }) => severity) // prettier-ignore
    expect([events(found()), events(crashed)]).toEqual([['info'], ['warning']])
    const constant = Scenario.serving(1, { ...canary(1), fallback: { type: 'constant', score: 0.2 } })
    expect(show(summarize(constant))).toEqual(['FallbackReady True Constant: the constant 0.2 answers when a run fails', ready])
  })

  it('say that a release crashed', () => {
    const scenario = Scenario.serving().commit(canary(2)).settle().crashing(2).settle()
    expect(show(summarize(scenario))).toEqual([
      'Ready True Serving: version 1 answers',
      'Stalled True Crashed: it ended its serving process three times',
    ])
  })

  it('say what the planner waits for', () => {
    const wait: Action = {
      type: 'wait',
      rollout: 'flight-delay',
      reason: 'Publishing',
      message: 'waiting for replicas',
      until: null,
    }
    const rows = summarize(Scenario.serving().commit(canary(2)).settle(), { actions: [wait] })
    expect(show(rows)[0]).toBe('Progressing True Publishing: waiting for replicas')
  })

  it('say why the planner refuses', () => {
    const refuse: Action = { type: 'refuse', rollout: 'flight-delay', reason: 'SeedReused', message: 'choose a new seed' }
    expect(show(summarize(Scenario.serving(), { actions: [refuse] }))).toContain('Stalled True SeedReused: choose a new seed')
  })

  it('say what could not be carried out', () => {
    const failure = { stage: 'plan', reason: 'artifact-missing', message: 'no such file' }
    const rows = summarize(Scenario.serving(), { memory: { rolloutFailures: new Map([['flight-delay', failure]]) } })
    expect(show(rows)).toContain('Stalled True ArtifactMissing: no such file')
  })

  it('are not ready while a replica lacks the stable release, or none reports', () => {
    const scenario = Scenario.serving()
    const empty = { ...replica(scenario), releases: {} }
    const short = releaseOf(1).digest.slice(7, 19)
    expect(show(summarize(scenario, { replicas: [replica(scenario), empty] }))).toEqual([
      `Ready False NotLoaded: 1 of 2 serving processes hold ${short}`,
    ])
    expect(show(summarize(scenario, { replicas: [] }))).toEqual([
      'Ready False NotLoaded: no serving process has reported in the last 15 s',
    ])
  })

  it('are not ready before the first route is taken over, and stay ready while a later one is on its way', () => {
    const scenario = Scenario.serving()
    const before = summarize(scenario, { published: false })
    expect(show(before)).toEqual(['Ready False Publishing: not yet taken over by every serving process'])
    const ready = summarize(scenario, { previous: before })
    expect(find(ready, 'Ready').status).toBe('True')
    expect(find(summarize(scenario, { published: false, previous: ready }), 'Ready').status).toBe('True')
  })

  it('keep their transition time until the status moves', () => {
    const scenario = Scenario.serving()
    const first = summarize(scenario)
    const since = find(first, 'Ready').lastTransitionTime
    scenario.wait(second).commit(canary(2)).settle()
    const rolling = summarize(scenario, { previous: first })
    expect(find(rolling, 'Ready').lastTransitionTime).toBe(since)
    const lost = summarize(scenario.wait(second), { previous: rolling, replicas: [] })
    expect(find(lost, 'Ready').lastTransitionTime).toBe('2026-03-01T12:00:02.000Z')
  })
})

describe('the conditions of the environment', () => {
  const object = 'Environment/production'
  const refuse: Action = { type: 'refuse', rollout: null, reason: 'EmptySetRefused', message: 'no rollout' }
  const invalid = { info, findings: [finding, { ...finding, line: 13 }], resources: [] }
  const failure = (stage: string, reason: string) => new Map([[stage, { stage, reason, message: 'away' }]])
  it.each([
    [
      'all well',
      {},
      [
        'HistoryDurable True Pushed: every line is on the branch mainward/history',
        'ManifestsValid True Validated: no errors',
        'Reconciled True Applied: production follows aaaaaaaaaaaa',
        'SourceReady True Read: read aaaaaaaaaaaa',
      ],
    ],
    [
      'a commit with errors',
      { memory: { reading: invalid } },
      ['ManifestsValid False Findings: 2 errors in bbbbbbbbbbbb: r.yaml:12:7 weights-sum  found 95; aaaaaaaaaaaa keeps serving'],
    ],
    [
      'a source that is away',
      { memory: { failures: failure('source', 'git-unreachable') } },
      ['SourceReady False GitUnreachable: away', 'Reconciled True Applied: production follows aaaaaaaaaaaa'],
    ],
    [
      'a stage that fails',
      { memory: { failures: failure('serving', 'artifact-missing') } },
      ['Reconciled False ArtifactMissing: serving: away'],
    ],
    ['an empty set', { actions: [refuse] }, ['Reconciled False EmptySetRefused: no rollout']],
    [
      'a branch that may not be pushed',
      { memory: { durability: { status: 'refused', message: 'no permission' } } },
      ['HistoryDurable False NotPermitted: no permission'],
    ],
    [
      'nothing read yet',
      { memory: { reading: null, desired: null } },
      [
        'SourceReady Unknown NotRead: nothing was read yet',
        'ManifestsValid Unknown NotRead: nothing was read yet',
        'Reconciled Unknown NoCommit: production follows no commit yet',
      ],
    ],
  ] satisfies readonly (readonly [string, Change, readonly string[]])[])('%s', (_name, change: Change, expected) => {
    const shown = show(summarize(Scenario.serving(), change), object)
    expect(shown).toHaveLength(4)
    expect(expected.filter((text) => !shown.includes(text))).toEqual([])
  })

  describe('with online views', () => {
    const standing = (more: Partial<ViewStanding> = {}): ViewStanding => ({
      view: 'weather', digest: 'sha256:1', isPushed: false, watermarkUs: 1_357_038_000_000_000n, rows: 2, lagMs: 0, isBehind: false, failure: null, ...more,
    }) // prettier-ignore
    const failure = { reason: 'source-unusable', message: 'source s: no file matches' }

    it.each([
      ['filled', [standing()], 'True Filled: 1 online view filled'],
      [
        'filled, and pushed',
        [standing(), standing({ view: 'clicks', isPushed: true, watermarkUs: null })],
        'True Filled: 2 online views filled',
      ],
      [
        'new',
        [standing(), standing({ view: 'a', watermarkUs: null }), standing({ view: 'b', watermarkUs: null })],
        'False Filling: filled for the first time: a, b',
      ],
      [
        'failed',
        [standing({ failure })],
        'False SourceUnusable: view weather: source s: no file matches; its 2 rows as of 2013-01-01T11:00:00.000Z serve on',
      ],
      [
        'behind the data clock',
        [
          standing({ isBehind: true, lagMs: 990_000_000 }),
          standing({ view: 'b' }),
          standing({ view: 'c', isBehind: true, lagMs: 2_759_999 }),
        ],
        'False Behind: behind the data clock: weather by 11d, c by 45m; their rows serve on',
      ],
      [
        'behind while another one is new',
        [standing({ isBehind: true, lagMs: 990_000_000 }), standing({ view: 'b', watermarkUs: null })],
        'False Filling: filled for the first time: b',
      ],
      [
        'behind because it fails',
        [standing({ isBehind: true, lagMs: 990_000_000, failure })],
        'False SourceUnusable: view weather: source s: no file matches; its 2 rows as of 2013-01-01T11:00:00.000Z serve on',
      ],
      [
        'new and failed, with another',
        [
          standing({ failure: { ...failure, message: 'view weather: no column' }, watermarkUs: null }),
          standing({ view: 'b', failure }),
        ],
        'False SourceUnusable: view weather: no column; it has no rows yet, and what was served before serves on (and 1 more)',
      ],
    ] as const)('%s', (_name, views, expected) => {
      const shown = show(summarize(Scenario.serving(), { memory: { views } }), object)
      expect(shown).toContain(`FeaturesReady ${expected}`)
      expect(shown).toHaveLength(5)
    })
  })

  it('keep what the last leader found of views, until this one has looked', () => {
    const views = [{ view: 'weather', digest: 'sha256:1', isPushed: false, watermarkUs: null, rows: 0, lagMs: null, isBehind: false, failure: null }] as const // prettier-ignore
    const previous = summarize(Scenario.serving(), { memory: { views } })
    const unknown = summarize(Scenario.serving(), { memory: { areFeaturesKnown: false }, previous })
    expect(unknown).toEqual(previous)
    expect(eventsOf(previous, unknown, 0)).toEqual([])
    const none = summarize(Scenario.serving(), { previous })
    expect(show(none, object).join()).not.toContain('FeaturesReady')
  })

  it('says that a data clock was never set where views wait for it', () => {
    const shown = show(summarize(Scenario.serving(), { memory: { lacksDataTime: true } }), 'Environment/production')
    expect(shown).toContain(
      'FeaturesReady Unknown NoDataTime: the data clock is moved by hand and was never set: online views are computed once it is',
    )
  })

  describe('of pushed rows', () => {
    const log = (more = {}) => ({
      view: 'clicks',
      digest: 'sha256:1' as const,
      oldestUs: 1n,
      failure: null,
      ageMs: 3_599_000,
      ...more,
    })
    const failure = { reason: 'environment', message: 'the artifact store /s is full' }

    it.each([
      [
        'young',
        [log(), log({ ageMs: 0, oldestUs: null })],
        'True Stored: pushed rows are in segments, but those of the last 60 minutes',
      ],
      ['on their way', [log({ ageMs: 7_200_000 })], 'True Stored: pushed rows are in segments, but those of the last 60 minutes'],
      [
        'late',
        [log(), log({ view: 'taps', ageMs: 10_900_000 })],
        'False Behind: view taps: a pushed row has waited more than 3 h for a segment',
      ],
      [
        'failed',
        [log({ failure })],
        'False Environment: view clicks: the artifact store /s is full; its rows stay in the log, and are served',
      ],
    ] as const)('%s', (_name, pushLogs, expected) => {
      const shown = show(summarize(Scenario.serving(), { memory: { pushLogs } }), object)
      expect(shown).toContain(`PushesStored ${expected}`)
      expect(shown).toHaveLength(5)
    })
  })

  it('name the commit that each is about: the one read, or the one applied', () => {
    const rows = summarize(Scenario.serving(), { memory: { reading: invalid } })
    expect(find(rows, 'ManifestsValid').observedCommit).toBe(info.commit)
    expect(find(rows, 'Reconciled').observedCommit).toBe('a'.repeat(40))
    expect(find(rows, 'Ready').observedCommit).toBe('a'.repeat(40))
  })
})

describe('events', () => {
  it('are only for a status or a reason that changed', () => {
    const scenario = Scenario.serving()
    const first = summarize(scenario)
    expect(eventsOf(first, summarize(scenario.wait(second), { previous: first }), scenario.wallMs)).toEqual([])
    scenario.commit(canary(2)).failing(2).settle()
    const next = summarize(scenario, { previous: first })
    expect(eventsOf(first, next, scenario.wallMs)).toEqual([
      {
        at: '2026-03-01T12:00:01.000Z',
        severity: 'warning',
        object: 'Rollout/flight-delay',
        reason: 'Stalled',
        message: 'golden row 0: expected 0.5, found 0.7',
      },
    ])
  })
})
