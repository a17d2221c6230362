/** Follows one process and everything it started, also what left its group or lost its parent. Knows nothing of limits. */
import type { ProcessEntry, ProcessTable } from './process-table.ts'

export interface TreeRequest {
  readonly table: ProcessTable
  /** The first process, which leads a process group of its own. */
  readonly root: number
  /** `NAME=VALUE`, which every process of the tree was started with. */
  readonly mark: string
}

export interface ProcessTree {
  /** The members that live now. `thorough` asks again of processes that were strangers before: one that is just starting shows no variables. */
  look(thorough?: boolean): Promise<readonly ProcessEntry[]>
  /**
   * Resident memory of the whole tree in bytes. What processes share is counted once for each, unless the sum is more than
   * `exactAboveBytes`: then it is split between them, where the platform can (Linux: Pss).
   */
  measure(members: readonly ProcessEntry[], exactAboveBytes: number): Promise<TreeMemory>
}

export interface TreeMemory {
  readonly bytes: number
  /** The most that a single process has had at any time: also what was between two looks. */
  readonly peakBytes: number
}

/** A member is known by pid and start, so that a pid that was given out again is nobody's. */
type Known = Map<number, string>

export function followTree({ table, root, mark }: TreeRequest): ProcessTree {
  const members: Known = new Map()
  const strangers: Known = new Map()
  const first: Known = new Map()
  return {
    async look(thorough = false) {
      const entries = await table.list()
      if (first.size === 0) addRoot(entries, root, [first, members])
      if (thorough) strangers.clear()
      await addMarked({ table, mark, members, strangers }, entries)
      addRelated(entries, ledBy(entries, root, first), members)
      const living = entries.filter(({ pid, started }) => members.get(pid) === started)
      forgetEnded(entries, [members, strangers])
      return living
    },
    measure: (living, exactAboveBytes) => measureTree(table, living, exactAboveBytes),
  }
}

interface Marking {
  readonly table: ProcessTable
  readonly mark: string
  readonly members: Known
  readonly strangers: Known
}

/** The variables of a process are read once: those that it was started with do not change. */
async function addMarked({ table, mark, members, strangers }: Marking, entries: readonly ProcessEntry[]): Promise<void> {
  for (const { pid, started } of entries) {
    if (members.get(pid) === started || strangers.get(pid) === started) continue
    if (await table.hasVariable(pid, mark)) members.set(pid, started)
    else strangers.set(pid, started)
  }
}

function addRoot(entries: readonly ProcessEntry[], root: number, maps: readonly Known[]): void {
  const found = entries.find(({ pid }) => pid === root)
  if (found !== undefined) for (const map of maps) map.set(root, found.started)
}

/** The group of the root; null once its number was given to another process. */
function ledBy(entries: readonly ProcessEntry[], root: number, first: Known): number | null {
  const leader = entries.find(({ pid }) => pid === root)
  return leader === undefined || leader.started === first.get(root) ? root : null
}

/** Children of members are members, as is everybody in their group. Repeated, since a child may stand before its parent. */
function addRelated(entries: readonly ProcessEntry[], ownGroup: number | null, members: Known): void {
  const living = new Set(entries.filter(({ pid, started }) => members.get(pid) === started).map(({ pid }) => pid))
  for (let before = -1; before !== living.size;) {
    before = living.size
    for (const { pid, parent, group, started } of entries) {
      if (living.has(pid) || !(group === ownGroup || living.has(parent))) continue
      living.add(pid)
      members.set(pid, started)
    }
  }
}

function forgetEnded(entries: readonly ProcessEntry[], maps: readonly Known[]): void {
  const pids = new Set(entries.map(({ pid }) => pid))
  for (const map of maps) {
    for (const pid of map.keys()) if (!pids.has(pid)) map.delete(pid)
  }
}

async function measureTree(table: ProcessTable, living: readonly ProcessEntry[], exactAboveBytes: number): Promise<TreeMemory> {
  const measured = await Promise.all(living.map(({ pid }) => table.measure(pid)))
  const bytes = measured.reduce((sum, found) => sum + (found?.bytes ?? 0), 0)
  const peakBytes = Math.max(0, ...measured.map((found) => found?.peakBytes ?? 0))
  if (bytes <= exactAboveBytes) return { bytes, peakBytes }
  const shared = await Promise.all(living.map(({ pid }) => table.measureShared(pid)))
  const exact = shared.reduce<number>((sum, found, index) => sum + (found ?? measured[index]?.bytes ?? 0), 0)
  return { bytes: Math.min(bytes, exact), peakBytes }
}
