/** Ports that fail at one chosen call: before its effect, or after it, so that the outcome is unknown to the caller. */
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { ReconcilePorts } from '../../../reconciler/reconcile/ports.ts'

/** One call: the `count`-th of `port.method`, from 1. */
export interface FaultPoint {
  readonly method: string
  readonly count: number
}

export interface FaultPlan {
  readonly points: readonly FaultPoint[]
  readonly when: 'before' | 'after'
  /** `crash`: the process dies there; `error`: the port fails with its own kind of error. */
  readonly kind: 'crash' | 'error'
}

/** What kills the pass as the end of a process would: no code of ours catches it as a known cause. */
export class Crash extends Error {}

export interface FaultyPorts {
  readonly ports: ReconcilePorts
  /** Every call so far. */
  readonly calls: readonly FaultPoint[]
  /** Those that failed. */
  readonly failed: readonly FaultPoint[]
}

type Port = Readonly<Record<string, unknown>>

const untouched = new Set(['clocks'])

/** Every call is counted; those of the plan fail once. */
export function failAt(ports: ReconcilePorts, plan: FaultPlan): FaultyPorts {
  const wrapping: Wrapping = {
    calls: [],
    failed: [],
    counts: new Map(),
    planned: new Set(plan.points.map(({ method, count }) => `${method} ${count}`)),
    plan,
  }
  const wrapped = Object.entries(ports).map(([name, port]) => [
    name,
    untouched.has(name) ? (port as unknown) : wrapPort(name, port as Port, wrapping),
  ])
  return { ports: Object.fromEntries(wrapped) as ReconcilePorts, calls: wrapping.calls, failed: wrapping.failed }
}

interface Wrapping {
  readonly calls: FaultPoint[]
  readonly failed: FaultPoint[]
  readonly counts: Map<string, number>
  readonly planned: ReadonlySet<string>
  readonly plan: FaultPlan
}

function wrapPort(name: string, port: Port, wrapping: Wrapping): Port {
  const methods = Object.entries(port).map(([method, value]) => [
    method,
    typeof value === 'function' ? wrapMethod(name, method, value.bind(port) as Method, wrapping) : value,
  ])
  return Object.fromEntries(methods) as Port
}

type Method = (...args: readonly unknown[]) => Promise<unknown>

function wrapMethod(port: string, name: string, call: Method, { calls, failed, counts, planned, plan }: Wrapping): Method {
  const method = `${port}.${name}`
  return async (...args) => {
    const count = (counts.get(method) ?? 0) + 1
    counts.set(method, count)
    calls.push({ method, count })
    const hit = planned.has(`${method} ${count}`)
    if (hit) failed.push({ method, count })
    if (hit && plan.when === 'before') throw faultOf(port, plan.kind)
    const result = await call(...args)
    if (hit) throw faultOf(port, plan.kind)
    return result
  }
}

function faultOf(port: string, kind: FaultPlan['kind']): Error {
  if (kind === 'crash') return new Crash(`the process ends in ${port}`)
  switch (port) {
    case 'source':
    case 'historyBranch':
    case 'tags':
      return new MainwardError('git-unreachable', 'the remote is gone for a moment', { retry: 'backoff' })
    case 'artifacts':
      return new MainwardError('artifact-missing', 'the store is gone for a moment', { retry: 'backoff' })
    default:
      return new MainwardError('database-unavailable', 'the database is gone for a moment', { retry: 'backoff' })
  }
}
