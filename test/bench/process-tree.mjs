// The memory of a process and everything that it started.
import { readdirSync, readFileSync } from 'node:fs'

/** The process and all that descend from it. */
export function processTree(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
  )
  return [pid, ...children.flatMap((child) => processTree(Number(child)))]
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
