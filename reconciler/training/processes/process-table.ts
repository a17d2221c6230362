/** What the operating system says of its processes, behind a port. Knows nothing of trainers. */

/** One process at the moment of a look. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly group: number
  /** Tells it from a later process with the same pid. */
  readonly started: string
  /** The name of its program, as far as the system tells. */
  readonly name: string
}

export interface ProcessTable {
  /** All processes that live; one that has ended and waits for its parent is none. */
  list(): Promise<readonly ProcessEntry[]>
  /** Resident memory in bytes: `bytes` counts what processes share once for each of them. Null: it has ended, or cannot be known. */
  measure(pid: number): Promise<{ readonly bytes: number; readonly peakBytes: number | null } | null>
  /** Resident memory in bytes where what is shared is split between those who share it; null: the platform does not tell. */
  measureShared(pid: number): Promise<number | null>
  /** Whether the process was started with this variable; false where the platform does not tell. */
  hasVariable(pid: number, assignment: string): Promise<boolean>
  /** How often the kernel ended a process because memory was out, since the machine started; null: it does not tell. */
  countMemoryKills(): Promise<number | null>
}
