/** What must hold for every commit, every measurement and every order of events: the planner in a small simulated world. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type Digest } from '../../reconciler/core/digest.ts'
import { changesSomething, type Desired } from '../../reconciler/core/plan.ts'
import type { DesiredRollout, RolloutState } from '../../reconciler/core/rollout-state.ts'
import { readChain, writeLine } from '../../reconciler/governance/history-chain.ts'
import { recoverFromHistory } from '../../reconciler/governance/history-recovery.ts'
import { buildPlan } from '../../reconciler/reconcile/build-plan.ts'
import { recoverState } from '../../reconciler/rollout/recover.ts'
import { findStateProblem } from '../../reconciler/serving/state/check-state.ts'
import { canary, day, releaseOf, split, suspended } from '../rollout/rollout-scenario.ts'
import { SimulatedWorld } from './simulated-world.ts'

const models = ['flights', 'loans', 'churn'] as const
/** Version 3 fails its golden rows everywhere, for every model. */
const versions = [1, 2, 3, 4] as const

function releaseFor(model: string, version: number) {
  return { ...releaseOf(version, `${model} ${version}`), model }
}
const bad: ReadonlySet<Digest> = new Set(models.map((model) => releaseFor(model, 3).digest))

const holds = fc.constantFrom(0, 20_000, 3_600_000)
const version = fc.constantFrom(...versions)
const canaries = fc
  .record({ version, first: holds, second: holds, suspend: fc.boolean(), unit: fc.constantFrom('id', null) })
  .map(({ version: number, first, second, suspend, unit }) => (rollout: string) => {
    const steps = [
      { weight: 5, holdMs: first },
      { weight: 50, holdMs: second },
      { weight: 100, holdMs: 0 },
    ]
    const wanted = canary(releaseFor(rollout, number), steps, { rollout, unit })
    return suspend ? suspended(wanted) : wanted
  })
const splits = fc
  .record({
    control: version,
    other: version,
    weight: fc.integer({ min: 0, max: 100 }),
    seed: fc.constantFrom('a', 'b'),
    coverage: fc.constantFrom(10, 100),
  })
  .map(({ control, other, weight, seed, coverage }) => (rollout: string) => {
    const shares = [
      ['control', control, 100 - weight],
      ['other', other, weight],
    ] as const
    const wanted = split(shares, { rollout, seed, coverage, unit: 'id' })
    if (wanted.strategy.type !== 'split') return wanted
    const variants = wanted.strategy.variants.map((variant) => ({
      ...variant,
      release: releaseFor(rollout, variant.release.version),
    }))
    return { ...wanted, strategy: { ...wanted.strategy, variants } }
  })
/** A fallback may be any version, also one that does not load or is served itself. */
const fallbacks = fc
  .oneof({ weight: 2, arbitrary: fc.constant(null) }, version, fc.constantFrom('constant' as const))
  .map((chosen) => (wanted: DesiredRollout): DesiredRollout => {
    if (chosen === null) return wanted
    if (chosen === 'constant') return { ...wanted, fallback: { type: 'constant', score: 0.5 } }
    return { ...wanted, fallback: { type: 'release', release: releaseFor(wanted.rollout, chosen) } }
  })
const spared = fc.tuple(fc.oneof({ weight: 3, arbitrary: canaries }, { weight: 1, arbitrary: splits }), fallbacks).map(
  ([make, add]) =>
    (rollout: string) =>
      add(make(rollout)),
)
const wishes = fc.oneof({ weight: 4, arbitrary: spared }, { weight: 1, arbitrary: fc.constant(null) })

const commits: fc.Arbitrary<Desired> = fc
  .record({ wanted: fc.tuple(wishes, wishes, wishes), allowEmpty: fc.boolean() })
  .map(({ wanted, allowEmpty }) => ({
    commit: 'c'.repeat(40),
    project: 'p',
    environment: 'production',
    allowEmpty,
    artifactStore: 'folder:artifacts',
    rollouts: wanted.flatMap((make, index) => make?.(models[index] ?? '') ?? []),
    versions: [],
  }))

type Step = (world: SimulatedWorld) => void
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1_000, 5_000, 20_000).map((ms) => (world: SimulatedWorld) => world.tick(ms)) },
  { weight: 1, arbitrary: fc.constantFrom(3_600_000, day, 8 * day).map((ms) => (world: SimulatedWorld) => world.tick(ms)) },
  { weight: 2, arbitrary: commits.map((desired) => (world: SimulatedWorld) => void (world.desired = desired)) },
  { weight: 1, arbitrary: fc.constant((world: SimulatedWorld) => world.join(`replica-${world.replicas.size + 1}`)) },
  {
    weight: 1,
    arbitrary: fc
      .record({ which: fc.nat(2), silent: fc.boolean(), loadTicks: fc.integer({ min: 1, max: 4 }) })
      .map(({ which, silent, loadTicks }) => (world: SimulatedWorld) => {
        const replica = [...world.replicas.values()][which]
        if (replica !== undefined) Object.assign(replica, { silent, loadTicks })
      }),
  },
  { weight: 1, arbitrary: fc.boolean().map((there) => (world: SimulatedWorld) => void (world.branchIsThere = there)) },
)
const scripts = fc.record({ first: commits, script: fc.array(steps, { maxLength: 30 }) })

/** Everything that must hold at every moment. */
function checkWorld(world: SimulatedWorld): void {
  for (const { state } of world.rollouts.values()) checkState(state)
  if (world.serving !== null) expect(findStateProblem(world.serving.state, 'production')).toBeNull()
  for (const route of world.serving?.state.routes ?? []) {
    expect(route.arms.reduce((sum, { weight }) => sum + weight, 0)).toBe(100)
    const rejected = world.rollouts.get(route.model)?.state.rejections.map(({ subject }) => subject) ?? []
    for (const { release, weight } of route.arms) {
      if (weight === 0) continue
      expect(bad.has(release)).toBe(false)
      expect(rejected).not.toContain(release)
      if (world.branchIsThere) continue
      const durable = world.lines.slice(0, world.pushed).filter(({ rollout }) => rollout === route.model)
      const said = durable
        .flatMap(({ state }) => state?.traffic.arms ?? [])
        .some((arm) => arm.release === release && arm.weight > 0)
      expect(said).toBe(true)
    }
  }
}

function checkState({ traffic, stable, step, phase }: RolloutState): void {
  const total = traffic.arms.reduce((sum, { weight }) => sum + weight, 0)
  expect(total).toBe(stable === null ? 0 : 100)
  expect(traffic.arms.every(({ weight }) => Number.isInteger(weight) && weight >= 0)).toBe(true)
  expect(traffic.arms.filter(({ release, weight }) => weight > 0 && bad.has(release))).toEqual([])
  const names = traffic.arms.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toContain(traffic.defaultArm)
  if (stable !== null) expect(traffic.arms.some(({ release }) => release === stable.release)).toBe(true)
  if (phase === 'Progressing') expect(step).toBeGreaterThanOrEqual(0)
}

/** Once a model answers on a replica it answers there, as long as its manifest was never gone. */
function checkAnswers(world: SimulatedWorld, before: ReadonlyMap<string, ReadonlySet<string>>): void {
  const removed = new Set(world.lines.filter(({ event }) => event === 'Removed').map(({ rollout }) => rollout))
  for (const replica of world.replicas.values()) {
    const kept = [...(before.get(replica.name) ?? [])].filter((model) => !removed.has(model))
    expect(kept.filter((model) => !replica.answering.has(model))).toEqual([])
  }
}

function answersOf(world: SimulatedWorld): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([...world.replicas.values()].map(({ name, answering }) => [name, new Set(answering.keys())]))
}

interface Run {
  readonly first: Desired
  readonly script: readonly Step[]
}

/** Plays the script, and plans after every step until nothing moves at that moment; then everything works, until nothing moves. */
function play({ first, script }: Run, crashAfter: (pass: number) => number = () => Infinity): SimulatedWorld {
  const world = new SimulatedWorld(first, bad)
  let passes = 0
  const step = (act: Step) => {
    const before = answersOf(world)
    act(world)
    for (let count = 0; count < 8; count += 1) {
      const plan = world.pass(crashAfter(passes++))
      checkWorld(world)
      if (!plan.actions.some(changesSomething)) break
    }
    checkAnswers(world, before)
  }
  for (const act of [...script]) step(act)
  world.branchIsThere = true
  for (const replica of world.replicas.values()) Object.assign(replica, { silent: false, loadTicks: 1 })
  for (let count = 0; count < 60; count += 1) step((here) => here.tick(count % 2 === 0 ? 1_000 : 3_600_000))
  return world
}

/** Of each rollout; rollouts of one moment may come in another order after a crash. */
function transitionsOf(world: SimulatedWorld): unknown {
  return models.map((model) => world.lines.filter(({ rollout }) => rollout === model).map(({ event, state }) => [event, state]))
}

describe('the planner', () => {
  it('brings every world to rest, or to a person, in a bounded number of passes', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(scripts, (run) => {
        const world = play(run)
        const { actions } = world.plan()
        expect(actions.filter(changesSomething)).toEqual([])
        const open = actions.map((action) => action.type === 'wait' && action.reason).filter((reason) => reason !== false)
        expect(open.filter((reason) => reason !== 'Suspended')).toEqual([])
        for (const wanted of world.desired.rollouts) {
          const state = world.rollouts.get(wanted.rollout)?.state
          if (wanted.suspend || state?.target !== wanted.target) continue
          expect(['Succeeded', 'RolledBack', 'Stalled']).toContain(state.phase)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('reaches the same end, by the same transitions, when it dies between any two actions', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(scripts, fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }), (run, crashes) => {
        const undisturbed = play(run)
        const disturbed = play(run, (pass) => crashes[pass % crashes.length] ?? 0)
        expect(transitionsOf(disturbed)).toEqual(transitionsOf(undisturbed))
      }),
      { numRuns: 75 },
    )
  })

  it('says the same whatever the order of its inputs, removals last', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(scripts, commits, fc.integer(), ({ first, script }, next, turn) => {
        const world = new SimulatedWorld(first, bad)
        for (const act of script) {
          act(world)
          world.pass()
        }
        const observed = world.observe()
        const shuffle = <T>(items: readonly T[]): readonly T[] => {
          const cut = items.length === 0 ? 0 : Math.abs(turn) % items.length
          return [...items.slice(cut), ...items.slice(0, cut)].reverse()
        }
        const other = {
          ...observed,
          states: shuffle(observed.states),
          replicas: shuffle(observed.replicas),
          published: shuffle(observed.published),
          storedArtifacts: shuffle(observed.storedArtifacts),
        }
        const plan = buildPlan(next, observed, world.wallMs)
        expect(JSON.stringify(buildPlan({ ...next, rollouts: shuffle(next.rollouts) }, other, world.wallMs))).toBe(
          JSON.stringify(plan),
        )
        const types = plan.actions.map(({ type }) => type)
        expect(types.slice(types.indexOf('remove')).every((type) => !types.includes('remove') || type === 'remove')).toBe(true)
        if (next.rollouts.length === 0 && observed.states.length > 0)
          expect(types).toEqual(next.allowEmpty ? observed.states.map(() => 'remove') : ['refuse'])
      }),
      { numRuns: 150 },
    )
  })

  it('has nothing left to do, after a few plans, while nothing else happens', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(scripts, commits, ({ first, script }, next) => {
        const world = new SimulatedWorld(first, bad)
        for (const act of script) {
          act(world)
          world.pass()
        }
        world.desired = next
        for (let count = 0; count < 6; count += 1)
          world
            .plan()
            .actions.filter(changesSomething)
            .forEach((action) => world.apply(action))
        expect(world.plan().actions.filter(changesSomething)).toEqual([])
        expect(canonicalJson(world.plan())).toBe(canonicalJson(world.plan()))
      }),
      { numRuns: 150 },
    )
  })
})

describe('the history of any world', () => {
  it('proves itself, describes each release once, and brings every rollout back that was at rest', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(scripts, (run) => {
        const world = play(run)
        const { lines } = readChain(world.lines.map(writeLine), 'production')
        const { states, releases } = recoverFromHistory(lines)
        expect(new Map(states.map((state) => [state.rollout, state]))).toEqual(
          new Map([...world.rollouts].map(([name, { state }]) => [name, state])),
        )
        for (const state of states) {
          if (['Succeeded', 'RolledBack', 'Stalled'].includes(state.phase))
            expect(recoverState(state, world.wallMs)).toBe('unchanged')
        }
        const described = new Set(releases.map(({ release }) => release.digest))
        const named = states.flatMap(({ traffic }) => traffic.arms.map(({ release }) => release))
        expect(named.filter((digest) => !described.has(digest))).toEqual([])
      }),
      { numRuns: 75 },
    )
  })

  it(
    'serves what succeeded, and keeps out what was rejected, after the database was lost at any moment',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(scripts, ({ first, script }) => {
          const world = new SimulatedWorld(first, bad)
          for (const act of script) {
            act(world)
            world.pass()
          }
          for (const state of recoverFromHistory(world.lines).states) {
            const recovered = recoverState(state, world.wallMs)
            const found = recovered === 'unchanged' ? state : recovered
            if (found === null) {
              expect([state.stable, state.rejections]).toEqual([null, []])
              continue
            }
            expect([found.stable, found.rejections, found.promotions]).toEqual([state.stable, state.rejections, state.promotions])
            checkState(found)
            const rejected = found.rejections.map(({ subject }) => subject)
            expect(found.traffic.arms.filter(({ release, weight }) => weight > 0 && rejected.includes(release))).toEqual([])
          }
        }),
        { numRuns: 100 },
      )
    },
  )
})
