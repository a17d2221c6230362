/** Ends a process tree: asks first, then kills, until nobody is left. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessEntry } from './process-table.ts'
import type { ProcessTree } from './process-tree.ts'

export interface EndingTimes {
  /** How long members may take to end by themselves after SIGTERM. */
  readonly graceMs: number
  /** How long SIGKILL is repeated. A process that the kernel holds (a dead network disk) outlives it. */
  readonly killMs: number
}

const lookEveryMs = 25

/** Returns the members that are still there: none, unless the kernel holds them. */
export async function endTree(tree: ProcessTree, { graceMs, killMs }: EndingTimes): Promise<readonly ProcessEntry[]> {
  const told = new Set<string>()
  const left = await signalUntilGone(tree, graceMs, ({ pid, started }) => {
    const member = `${pid} ${started}`
    if (told.has(member)) return
    told.add(member)
    signal(pid, 'SIGTERM')
  })
  if (left.length === 0) return []
  // New children of a member that is not dead yet are found by the next look.
  return signalUntilGone(tree, killMs, ({ pid }) => signal(pid, 'SIGKILL'))
}

async function signalUntilGone(
  tree: ProcessTree,
  patienceMs: number,
  act: (member: ProcessEntry) => void,
): Promise<readonly ProcessEntry[]> {
  const until = performance.now() + patienceMs
  for (;;) {
    const members = await tree.look()
    members.forEach(act)
    if (members.length === 0 || performance.now() >= until) return members
    await sleep(lookEveryMs)
  }
}

/** A member may have ended since the look, or may have become another user. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if (code !== 'ESRCH' && code !== 'EPERM') throw thrown
  }
}
