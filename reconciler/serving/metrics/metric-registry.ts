/** The counters of one process: cells that cost an addition, found once and kept by who counts. Knows no metric by name. */
import { durationBuckets, metricFamilies, type MetricName } from './metric-families.ts'
import { labelOf, type SeriesSnapshot } from './metrics-snapshot.ts'

/** One series. A cell that was dropped goes on counting, unseen. */
export interface MetricCell {
  readonly values: readonly number[]
}

export class NumberCell implements MetricCell {
  #value = 0

  /** For counters, and for gauges that go up and down. */
  add(amount: number): void {
    this.#value += amount
  }

  set(value: number): void {
    this.#value = value
  }

  get values(): readonly number[] {
    return [this.#value]
  }
}

export class DurationCell implements MetricCell {
  readonly #counts = new Array<number>(durationBuckets.length + 1).fill(0)
  #sum = 0

  observe(seconds: number): void {
    let bucket = 0
    while (bucket < durationBuckets.length && seconds > (durationBuckets[bucket] ?? 0)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += seconds
  }

  get values(): readonly number[] {
    return [...this.#counts, this.#sum]
  }
}

interface Entry {
  readonly name: MetricName
  readonly labels: readonly string[]
  readonly cell: MetricCell
}

type NameOf<Type extends string> = {
  [Name in MetricName]: (typeof metricFamilies)[Name]['type'] extends Type ? Name : never
}[MetricName]

export class MetricRegistry {
  readonly #entries = new Map<string, Entry>()
  readonly #collectors: (() => void)[] = []

  /** The cell of a counter or gauge; label values in the order of its family. The same cell for the same labels. */
  number(name: NameOf<'counter' | 'gauge'>, ...labels: readonly string[]): NumberCell {
    return this.#find(name, labels, () => new NumberCell())
  }

  duration(name: NameOf<'histogram'>, ...labels: readonly string[]): DurationCell {
    return this.#find(name, labels, () => new DurationCell())
  }

  /** Calls the function before every snapshot: it sets gauges that nobody counts. */
  beforeSnapshot(collect: () => void): void {
    this.#collectors.push(collect)
  }

  snapshot(): readonly SeriesSnapshot[] {
    for (const collect of this.#collectors) collect()
    return [...this.#entries.values()].map(({ name, labels, cell }) => ({ name, labels, values: cell.values }))
  }

  /** Drops the series whose model and version (null: it has no such label) are not to be kept. True when one was dropped. */
  prune(isKnown: (model: string | null, version: string | null) => boolean): boolean {
    const before = this.#entries.size
    for (const [key, { name, labels }] of this.#entries) {
      if (!isKnown(labelOf(name, labels, 'model'), labelOf(name, labels, 'version'))) this.#entries.delete(key)
    }
    return this.#entries.size < before
  }

  #find<Cell extends MetricCell>(name: MetricName, labels: readonly string[], create: () => Cell): Cell {
    const key = [name, ...labels].join('\n')
    const known = this.#entries.get(key)
    if (known !== undefined) return known.cell as Cell
    const expected = metricFamilies[name].labels.length
    if (labels.length !== expected) throw new Error(`${name} has ${expected} labels, found ${labels.length}`)
    const cell = create()
    this.#entries.set(key, { name, labels, cell })
    return cell
  }
}
