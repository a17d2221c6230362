// Hands the rows of a benchmark to `run.mjs`, or prints them when the benchmark runs alone.
import { renderTable } from './table.mjs'

export const header = ['item', 'measured', 'floor', 'ratio', 'target', '']

/**
 * One row: what was measured, the floor that was measured in the same run, the target, and whether it is met (null: there is
 * no target).
 */
export function rowOf(item, measured, { floor = '', ratio = '', target = '', met = null } = {}) {
  return [item, measured, floor, ratio, target, met === null ? '' : met ? 'met' : 'MISSED']
}

export function report(title, rows) {
  if (process.send === undefined) process.stdout.write(`${title}\n\n${renderTable(header, rows)}\n`)
  else process.send({ title, rows })
}

/** The number behind `--runs`, or the usual one. */
export function runsOf(usual) {
  return numberOf('--runs', usual)
}

/** The number behind an option of the command line, or the usual one. */
export function numberOf(option, usual) {
  const at = process.argv.indexOf(option)
  return at < 0 ? usual : Number(process.argv[at + 1])
}
