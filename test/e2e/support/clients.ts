/** Clients of the data plane: one that asks once, and one that never stops and believes no answer unseen. */
import { readKnownRows, type FlightVersion } from './example.ts'
import type { Installation } from './installation.ts'
import { pause } from './processes.ts'

/** Trainers and this runtime compute in float32. */
const tolerance = 1e-5
const timeoutMs = 10_000
const rows = readKnownRows()

/** `spec.fallback` of the example's rollout. */
const fallbackScore = 0.2539

interface Answered extends Prediction {
  readonly score: number
  /** Why the fallback answered. */
  readonly fallback?: string
}

export interface Prediction {
  readonly version: FlightVersion
  readonly variant: string
}

/** Asks for the `index`-th known row as a unit. Throws when the score is not the one of the version that the answer names. */
export async function predictFlight(serving: string, unit: string, index = 1): Promise<Prediction> {
  const known = rows[index % rows.length]
  if (known === undefined) throw new Error('there are known rows')
  const response = await fetch(`${serving}/v1/models/flight-delay/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: [known.row], units: [unit] }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const text = await response.text()
  if (response.status === 503) throw new Error(`status 503: ${text}`)
  if (response.status !== 200) throw new WrongAnswer(`status ${response.status}: ${text}`)
  const [prediction] = (JSON.parse(text) as { predictions: Answered[] }).predictions
  if (prediction === undefined) throw new WrongAnswer(`no prediction: ${text}`)
  const { score, version, variant, fallback } = prediction
  // A server that has just started, or has no time, says that the rollout's fallback answered.
  const expected = fallback === undefined ? known.scores[version] : fallbackScore
  if (!(Math.abs(score - expected) <= tolerance)) {
    throw new WrongAnswer(`row ${index} by version ${version}: expected ${expected}, found ${score}`)
  }
  return { version, variant }
}

/** The server answered, and the answer is not right: neither the version's score nor that it can not answer now. */
export class WrongAnswer extends Error {}

/** Versions that a number of units get, with how many of them. */
export async function countVersions(serving: string, units = 200): Promise<Partial<Record<FlightVersion, number>>> {
  const counts: Partial<Record<FlightVersion, number>> = {}
  for (let unit = 0; unit < units; unit++) {
    const { version } = await predictFlight(serving, `unit-${unit}`, unit)
    counts[version] = (counts[version] ?? 0) + 1
  }
  return counts
}

/** A time without answers: the first and the last failure, and what they were. */
export interface Outage {
  readonly fromMs: number
  toMs: number
  readonly messages: Set<string>
}

/** Asks again and again, and keeps what went wrong. */
export class PatientClient {
  readonly wrong: string[] = []
  readonly outages: Outage[] = []
  answered = 0
  readonly #running: Promise<void>
  #current: Outage | null = null
  #stopped = false

  constructor(installation: Installation) {
    this.#running = this.#run(installation)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #run(installation: Installation): Promise<void> {
    let { serving } = installation.control
    for (let count = 0; !this.#stopped; count++) {
      try {
        await predictFlight(serving, `unit-${count}`, count)
        this.answered++
        this.#current = null
        await pause(10)
      } catch (error) {
        if (error instanceof WrongAnswer) this.wrong.push(error.message)
        else this.#noteOutage(error)
        await pause(20)
        serving = readServing(installation) ?? serving
      }
    }
  }

  #noteOutage(error: unknown): void {
    if (this.#current === null) {
      this.#current = { fromMs: Date.now(), toMs: Date.now(), messages: new Set() }
      this.outages.push(this.#current)
    }
    this.#current.toMs = Date.now()
    this.#current.messages.add(error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error))
  }
}

/** A new `up` may listen elsewhere; between two there is no address. */
function readServing(installation: Installation): string | null {
  try {
    return installation.control.serving
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
