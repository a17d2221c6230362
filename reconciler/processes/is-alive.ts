/** Whether a process is there: for what killed processes leave behind under their number. */

/** One of another user is there too. A number that somebody else has now only keeps what was left for longer. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
