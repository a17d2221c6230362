/** Ports that fail at one chosen call: before its effect, or after it, so that the outcome is unknown to the caller. */
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { ReconcilePorts } from '../../../reconciler/reconcile/ports.ts'

export interface FaultPoint {
  /** Which call, counted over all ports from 1. */
  readonly call: number
  readonly when: 'before' | 'after'
}

/** What kills the pass as the end of a process would: no code of ours catches it as a known cause. */
export class Crash extends Error {}

export interface FaultyPorts {
  readonly ports: ReconcilePorts
  /** `port.method` of every call so far. */
  readonly calls: readonly string[]
  /** The call that failed. */
  readonly failed: () => string | null
}

type Port = Readonly<Record<string, unknown>>

const untouched = new Set(['clocks'])

/** `crash`: the process dies there (the pass must be abandoned by the caller); else the port's own kind of error. */
export function failAt(ports: ReconcilePorts, point: FaultPoint | null, kind: 'crash' | 'error'): FaultyPorts {
  const calls: string[] = []
  const state: { failed: string | null } = { failed: null }
  const wrapped = Object.entries(ports).map(([name, port]) => [
    name,
    untouched.has(name) ? (port as unknown) : wrapPort(name, port as Port, { calls, state, point, kind }),
  ])
  return { ports: Object.fromEntries(wrapped) as ReconcilePorts, calls, failed: () => state.failed }
}

interface Wrapping {
  readonly calls: string[]
  readonly state: { failed: string | null }
  readonly point: FaultPoint | null
  readonly kind: 'crash' | 'error'
}

function wrapPort(name: string, port: Port, { calls, state, point, kind }: Wrapping): Port {
  const wrap = (method: string, call: (...args: unknown[]) => Promise<unknown>) => {
    return async (...args: unknown[]): Promise<unknown> => {
      const label = `${name}.${method}`
      calls.push(label)
      const hit = point !== null && calls.length === point.call
      if (hit) state.failed = label
      if (hit && point.when === 'before') throw faultOf(name, kind)
      const result = await call.apply(port, args)
      if (hit) throw faultOf(name, kind)
      return result
    }
  }
  const methods = Object.entries(port).map(([method, value]) => [
    method,
    typeof value === 'function' ? wrap(method, value as (...args: unknown[]) => Promise<unknown>) : value,
  ])
  return Object.fromEntries(methods) as Port
}

function faultOf(port: string, kind: 'crash' | 'error'): Error {
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
