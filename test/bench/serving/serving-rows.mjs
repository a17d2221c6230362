// Makes the rows of the serving benchmark's table. A goal stands beside its figure; it is told whether it is met, and nothing fails.
import { formatMs, median } from '../table.mjs'

/** A row with a goal: `atLeast` or `atMost`, held against `value`. */
export function goalRow(item, measured, { floor = '', ratio = '', value, atLeast, atMost, show = (goal) => goal.toFixed(2) } = {}) {
  const goal = atLeast ?? atMost
  if (goal === undefined) return [item, measured, floor, ratio, '', '']
  const met = atLeast === undefined ? value <= goal : value >= goal
  return [item, measured, floor, ratio, `${atLeast === undefined ? '<=' : '>='} ${show(goal)}`, met ? 'met' : 'not met']
}

/** Median, and how far the runs lie apart. */
function spread(values, format) {
  return `${format(median(values))} (${format(Math.min(...values))}–${format(Math.max(...values))})`
}

const whole = (value) => Math.round(value).toLocaleString('en')
const microseconds = (value) => `${value.toFixed(0)} µs`

/** The median of the ratios within a run: what moves both sides of a run moves no ratio. */
function ratioOf(own, floor, figure) {
  return median(own.map((visit, run) => visit[figure] / floor[run][figure]))
}

function compare(item, own, floor, { name, figure, format, atLeast, atMost }) {
  const value = ratioOf(own, floor, figure)
  const pick = (visits) => spread(visits.map((visit) => visit[figure]), format) // prettier-ignore
  return goalRow(item, pick(own), { floor: `${name}: ${pick(floor)}`, ratio: value.toFixed(2), value, atLeast, atMost })
}

export function compareRates(item, own, floor, name, goal = {}) {
  return compare(item, own, floor, { name, figure: 'rate', format: whole, ...goal })
}

export function compareCpu(item, own, floor, name, goal = {}) {
  return compare(item, own, floor, { name, figure: 'cpuUs', format: microseconds, ...goal })
}

export function compareLatency(item, own, floor, name, goal = {}) {
  return compare(item, own, floor, { name, figure: 'p50Ms', format: formatMs, ...goal })
}

/** p50 and p99 of ours and of a floor: told, not compared. */
export function latencyRow(item, own, floor, name) {
  const both = (visits) => ['p50Ms', 'p99Ms'].map((figure) => formatMs(median(visits.map((visit) => visit[figure])))).join(', ')
  return [item, both(own), `${name}: ${both(floor)}`, '', '', '']
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
