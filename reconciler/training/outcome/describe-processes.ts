/** What is to be said of the processes around a program that ended. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import type { ProcessEntry } from '../processes/process-table.ts'
import type { ProcessResult } from '../processes/run-process.ts'

/** Whole sentences; none where everything ended as it should. */
export function describeProcesses(name: string, { end, strays, survivors, memoryKills }: ProcessResult): readonly string[] {
  const said: string[] = []
  if (strays.length > 0) {
    said.push(`${countNoun(strays.length, 'process', 'processes')} outlived ${name} and had to be ended: ${list(strays)}`)
  }
  if (survivors.length > 0) said.push(`the kernel holds what could not be ended: ${list(survivors)}`)
  const isToldAlready = end.kind === 'signalled' && end.suspect === 'memory'
  if (memoryKills > 0 && !isToldAlready) {
    said.push(
      `while ${name} ran, the kernel ended ${countNoun(memoryKills, 'process', 'processes')} of this machine for want of memory`,
    )
  }
  return said
}

function list(processes: readonly ProcessEntry[]): string {
  const more = processes.length > 5 ? ` and ${processes.length - 5} more` : ''
  return `${processes
    .slice(0, 5)
    .map(({ name, pid }) => `${name} (pid ${pid})`)
    .join(', ')}${more}`
}
