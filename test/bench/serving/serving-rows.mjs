// Makes the rows of the serving benchmark's table. A goal stands beside its figure; it is told whether it is met, and nothing fails.
import { formatMs, median } from '../table.mjs'

/** A row with a goal: `atLeast` or `atMost`, held against `value`. */
export function goalRow(
  item,
  measured,
  { floor = '', ratio = '', value, atLeast, atMost, show = (goal) => goal.toFixed(2) } = {},
) {
  const goal = atLeast ?? atMost
  if (goal === undefined) return [item, measured, floor, ratio, '', '']
  const met = atLeast === undefined ? value <= goal : value >= goal
  return [item, measured, floor, ratio, `${atLeast === undefined ? '<=' : '>='} ${show(goal)}`, met ? 'met' : 'not met']
}

const whole = (value) => Math.round(value).toLocaleString('en')
const hundredths = (value) => value.toFixed(2)
const microseconds = (value) => `${whole(value)} µs`

/** Median, and how far the runs lie apart. */
function spread(values, format, unit) {
  return `${format(median(values))}${unit} (${format(Math.min(...values))}–${format(Math.max(...values))})`
}

/** The median of the ratios within a run: what moves both sides of a run moves no ratio. */
function ratioOf(own, floor, figure) {
  return median(own.map((visit, run) => visit[figure] / floor.visits[run][figure]))
}

/** `own` against `floor`, which has a name and the visits of the same runs. */
function compare(item, own, floor, { figure, format, unit, goal }) {
  const value = ratioOf(own, floor, figure)
  const show = (visits) => spread(visits.map((visit) => visit[figure]), format, unit) // prettier-ignore
  return goalRow(item, show(own), { floor: `${floor.name}: ${show(floor.visits)}`, ratio: value.toFixed(2), value, ...goal })
}

export function compareRates(item, own, floor, goal = {}) {
  return compare(item, own, floor, { figure: 'rate', format: whole, unit: '', goal })
}

export function compareCpu(item, own, floor, goal = {}) {
  return compare(item, own, floor, { figure: 'cpuUs', format: whole, unit: ' µs', goal })
}

export function compareLatency(item, own, floor, goal = {}) {
  return compare(item, own, floor, { figure: 'p50Ms', format: hundredths, unit: ' ms', goal })
}

/** p50 and p99 of ours and of a floor: told, not compared. */
export function latencyRow(item, own, floor) {
  const both = (visits) => ['p50Ms', 'p99Ms'].map((figure) => formatMs(median(visits.map((visit) => visit[figure])))).join(', ')
  return [item, both(own), `${floor.name}: ${both(floor.visits)}`, '', '', '']
}

/** What the generator and the database cost beside the server, and how much of the machine others had. */
export function surroundingsNote(visits) {
  const all = Object.values(visits).flat()
  const foreign = all.map((visit) => visit.foreign)
  const of = (figure, chosen) => microseconds(median(chosen.map((visit) => visit[figure])))
  return [
    `the load generator took ${of('generatorUs', visits['echo 16'])} a request at 16 connections`,
    `Postgres ${of('databaseUs', visits['ours 16'])} for each of ours`,
    `others had ${(median(foreign) * 100).toFixed(0)} % of the machine (at most ${(Math.max(...foreign) * 100).toFixed(0)} %)`,
  ].join(', ')
}
