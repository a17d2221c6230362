/** The trainer's own numbers, as it wrote them in metrics.json. Nothing is decided by them, so that a bad file is only warned of. Pure. */

export interface OwnMetrics {
  readonly metrics: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

const metricLimit = 1_000
const nameLimit = 250

/** At most 1,000 finite numbers with names of at most 250 characters. */
export function readMetrics(text: string): OwnMetrics {
  const parsed = parseObject(text)
  if (parsed === null) return refuse('it is no JSON object of numbers (NaN and Infinity are no JSON)')
  const entries = Object.entries(parsed)
  if (entries.length > metricLimit) return refuse(`it has ${entries.length} entries, more than ${metricLimit}`)
  const isMetric = (entry: [string, unknown]): entry is [string, number] =>
    typeof entry[1] === 'number' && Number.isFinite(entry[1]) && entry[0].length <= nameLimit
  const others = entries.filter((entry) => !isMetric(entry)).map(([name]) => name.slice(0, nameLimit))
  const warnings = others.length === 0 ? [] : [`metrics.json: left out what is no number: ${others.slice(0, 10).join(', ')}`]
  return { metrics: Object.fromEntries(entries.filter(isMetric)), warnings }
}

function refuse(reason: string): OwnMetrics {
  return { metrics: {}, warnings: [`metrics.json is not read: ${reason}`] }
}

/** Null when the text is no JSON object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null
    throw thrown
  }
}
