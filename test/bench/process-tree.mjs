// The memory and the processor time of a process and everything that it started.
import { readdirSync, readFileSync } from 'node:fs'

/** The process and all that descend from it. */
export function processTree(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readChildren(`/proc/${pid}/task/${task}/children`))
  return [pid, ...children.flatMap((child) => processTree(Number(child)))]
}

/** None of a thread that has ended since it was listed. */
function readChildren(file) {
  try {
    return readFileSync(file, 'utf8').trim().split(' ').filter(Boolean)
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return []
    throw error
  }
}

/** Proportional set size in MiB: what is shared counts once. */
export function pssMiB(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024
}

export function treePssMiB(pid) {
  return processTree(pid).reduce((sum, one) => sum + pssMiB(one), 0)
}

/** The command line, for a table. */
export function commandOf(pid) {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
}

/** Processor time of all living processes of the tree so far, in microseconds (the kernel counts in hundredths of a second). */
export function treeCpuUs(pid) {
  return processTree(pid).reduce((sum, one) => {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ').at(-1).split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) * 10_000
  }, 0)
}

/** Processor time of the whole machine that was not idle, in microseconds. */
export function machineCpuUs() {
  const [, user, nice, system, , , interrupts, softInterrupts, stolen] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .split(/\s+/)
    .map(Number)
  return (user + nice + system + interrupts + softInterrupts + stolen) * 10_000
}

/** Processor time of this process, and of those that it started and that have ended, in milliseconds. */
export function ownCpuMs() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0)
}
