/** How a process ended, in words that follow its name: `ended with exit code 3`. Pure. */
import type { ProcessEnd } from '../../core/training-run.ts'

/** A shell that runs a program which a signal ended reports 128 and the signal's number (POSIX, 2.8.2). */
const shellOffset = 128
const killedByShellCode = shellOffset + 9

export function describeEnd(end: ProcessEnd): string {
  switch (end.kind) {
    case 'exited':
      return end.code === killedByShellCode
        ? `ended with exit code ${end.code}: a program that it ran was killed by SIGKILL, which is how a machine without memory ends one`
        : `ended with exit code ${end.code}`
    case 'signalled':
      return describeSignal(end.signal, end.suspect)
    case 'stopped':
      return end.reason === 'cancelled' ? 'was cancelled' : `was ended at its limit of ${limitNames[end.reason]}`
  }
}

const limitNames = { timeout: 'time', memory: 'memory', disk: 'disk' } as const

function describeSignal(signal: string, suspect: 'memory' | null): string {
  if (suspect === 'memory') return `was killed by the kernel, which had no memory left (${signal})`
  if (signal === 'SIGKILL') {
    return 'was killed by SIGKILL, which Mainward did not send: somebody did, or the kernel because memory was out'
  }
  return `was ended by ${signal}, which Mainward did not send`
}
