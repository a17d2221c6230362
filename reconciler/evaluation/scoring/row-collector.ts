/** Keeps of each scored batch what measuring needs: labels, scores, groups, clusters, weights. Inputs are let go. */
import { assertNever } from '../../core/assert-never.ts'
import { MainwardError } from '../../core/error.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { EvaluationRequest } from '../evaluation-request.ts'
import type { RowBatch } from '../evaluation-rows.ts'
import type { ScoredRows } from '../measuring/scored-rows.ts'
import { GrowingColumn } from './growing-column.ts'
import { compileBinaryLabel, labelText, orderClasses } from './read-label.ts'
import { TextCodes } from './text-codes.ts'

type Asked = Pick<EvaluationRequest, 'task' | 'positiveClass' | 'classes'>

export interface BatchScores {
  readonly candidate: Float64Array
  readonly production: Float64Array | null
}

export class RowCollector {
  readonly #asked: Asked
  readonly #numbers = new GrowingColumn()
  readonly #labels = new TextCodes()
  readonly #candidate = new GrowingColumn()
  readonly #production = new GrowingColumn()
  readonly #weights = new GrowingColumn()
  readonly #clusters = new TextCodes()
  readonly #columns = new Map<string, TextCodes>()
  #rows = 0
  #width = 1
  #has = { production: false, weights: false, clusters: false }

  constructor(asked: Asked, columns: readonly string[]) {
    this.#asked = asked
    for (const column of columns) this.#columns.set(column, new TextCodes())
  }

  get rows(): number {
    return this.#rows
  }

  /** Throws `invalid-input` with the row for a label or weight that is none. */
  add(batch: RowBatch, { candidate, production }: BatchScores): void {
    if (batch.rows === 0) return
    this.#addLabels(batch)
    this.#width = candidate.length / batch.rows
    this.#candidate.append(candidate)
    if (production !== null) this.#production.append(production)
    if (batch.weights !== undefined) this.#weights.append(checkedWeights(batch.weights, this.#rows))
    if (batch.clusters !== undefined) this.#clusters.append(batch.clusters)
    this.#has = {
      production: production !== null,
      weights: batch.weights !== undefined,
      clusters: batch.clusters !== undefined,
    }
    for (const [name, codes] of this.#columns) codes.append(sideColumn(batch, name))
    this.#rows += batch.rows
  }

  /** Throws `invalid-input` where there is no row, or a label is none of the classes. */
  finish(): ScoredRows {
    if (this.#rows === 0) throw new MainwardError('invalid-input', 'there are no rows to evaluate on')
    const { levels, codes } = this.#clusters.finish()
    return {
      rows: this.#rows,
      ...this.#finishLabels(),
      candidate: this.#candidate.finish(),
      production: this.#has.production ? this.#production.finish() : null,
      weights: this.#has.weights ? this.#weights.finish() : null,
      clusters: this.#has.clusters ? { ids: codes, count: levels.length } : null,
      columns: new Map([...this.#columns].map(([name, column]) => [name, column.finish()])),
    }
  }

  #addLabels({ rows, label }: RowBatch): void {
    const { task, positiveClass } = this.#asked
    const at = (row: number) => labelAt(label[row], this.#rows + row)
    switch (task) {
      case 'binary-classification': {
        const read = compileBinaryLabel(positiveClass)
        this.#numbers.append(Float64Array.from({ length: rows }, (_, row) => read(labelText(at(row)), this.#rows + row)))
        // Kept to find out that there are more than two.
        this.#labels.append(Array.from({ length: rows }, (_, row) => labelText(at(row))))
        return
      }
      case 'multiclass-classification':
        this.#labels.append(Array.from({ length: rows }, (_, row) => labelText(at(row))))
        return
      case 'regression':
        this.#numbers.append(Float64Array.from({ length: rows }, (_, row) => numberOf(at(row), this.#rows + row)))
        return
      default:
        assertNever(task)
    }
  }

  #finishLabels(): Pick<ScoredRows, 'truth' | 'classes'> {
    if (this.#asked.task === 'regression') return { truth: this.#numbers.finish(), classes: [] }
    const { levels, codes } = this.#labels.finish()
    const found = levels.map((level) => level ?? '')
    if (this.#asked.task === 'binary-classification') {
      return { truth: this.#numbers.finish(), classes: binaryClasses(found, this.#asked.positiveClass) }
    }
    const classes = this.#asked.classes ?? orderClasses(found)
    assertClasses(classes, found, this.#width)
    const places = found.map((label) => classes.indexOf(label))
    return { truth: Float64Array.from(codes, (code) => places[code] ?? 0), classes }
  }
}

function labelAt(label: FeatureValue | undefined, row: number): FeatureValue {
  if (label === null || label === undefined || Number.isNaN(label)) {
    throw new MainwardError('invalid-input', `row ${row} has no label`)
  }
  return label
}

function numberOf(label: FeatureValue, row: number): number {
  const value = typeof label === 'string' || typeof label === 'boolean' ? NaN : Number(label)
  if (Number.isFinite(value)) return value
  throw new MainwardError('invalid-input', `row ${row}: expected a finite number as the label, found ${String(label)}`)
}

function checkedWeights(weights: Float64Array, firstRow: number): Float64Array {
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity))
  if (wrong === -1) return weights
  const message = `row ${firstRow + wrong}: expected a weight that is finite and not negative, found ${weights[wrong]}`
  throw new MainwardError('invalid-input', message)
}

function sideColumn(batch: RowBatch, name: string): readonly (string | null)[] {
  const column = Object.hasOwn(batch.side, name) ? batch.side[name] : undefined
  if (column !== undefined) return column
  throw new MainwardError('invalid-input', `the rows have no column "${name}" beside them, which slices or rules read`, {
    hint: 'name it in evaluation.slices of the model, or make the dataset anew',
  })
}

/** The other class first. */
function binaryClasses(found: readonly string[], positive: string | number | boolean | null): readonly string[] {
  if (found.length > 2) {
    const some = found.slice(0, 4).map((label) => JSON.stringify(label))
    throw new MainwardError('invalid-input', `expected labels of two classes, found ${found.length}: ${some.join(', ')}`)
  }
  const name = positive === null ? (found.find((label) => label === '1' || label === 'true') ?? '1') : labelText(positive)
  const other = found.find((label) => label !== name) ?? (name === 'true' ? 'false' : name === '1' ? '0' : `not ${name}`)
  return [other, name]
}

function assertClasses(classes: readonly string[], found: readonly string[], width: number): void {
  if (classes.length !== width) {
    throw new MainwardError(
      'invalid-input',
      `the model scores ${width} classes, and the labels are of ${classes.length}: ${classes.join(', ')}`,
    )
  }
  const unknown = found.find((label) => !classes.includes(label))
  if (unknown !== undefined) {
    throw new MainwardError('invalid-input', `the label ${JSON.stringify(unknown)} is none of the classes ${classes.join(', ')}`)
  }
}
