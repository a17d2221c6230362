/** Ends a process tree also when this program itself is killed: a small shell waits for our end of a pipe to close. */
import { spawn } from 'node:child_process'

export interface TreeGuard {
  /** Nobody is left to be ended. */
  dismiss(): void
}

/**
 * $1 is the group, $2 the mark. Reading ends when the last holder of the other end, which is us alone, is gone. Where there is
 * a /proc, what left the group is found by its mark. The signal stands behind -s: dash takes no group behind `kill -TERM --`.
 */
const script = `
read -r _
kill -s TERM -- "-$1"
sleep 2
kill -s KILL -- "-$1"
for variables in /proc/[0-9]*/environ; do
  pid=\${variables#/proc/}
  tr '\\0' '\\n' < "$variables" | grep -qxF "$2" && kill -KILL "\${pid%/environ}"
done
`

/** `group` is the process group of the tree; every process of it was started with `mark`, a `NAME=VALUE`. */
export function guardTree(group: number, mark: string): TreeGuard {
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(group), mark], {
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a session of its own, so that what ends this program does not end it too.
    detached: true,
  })
  // A machine that starts no further process has a larger problem than a missing guard.
  guard.on('error', () => undefined)
  guard.unref()
  return { dismiss: () => void guard.kill('SIGKILL') }
}
