/** What the outputs of a model mean: which is the score, which the label, what the task is. One rule; options overrule it. Pure. */
import type { Json } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { GoldenRow, OutputRoles, Task } from '../../core/release.ts'
import type { DeclaredTensor, LoadedModel } from '../../inference/model.ts'

/** What the person said; null: to be inferred. */
export interface GivenOutputs {
  readonly score: string | null
  readonly label: string | null
  readonly task: Task | null
  readonly positiveIndex: number | null
}

/**
 * The score is the only output of floats; among several the one that is named probabilities or scores. The label is the
 * only other output. Throws `usage` with the outputs when that decides nothing.
 */
export function inferRoles(model: Pick<LoadedModel, 'outputs' | 'otherOutputs'>, given: GivenOutputs): OutputRoles {
  const score = requireOutput(model, given.score, 'score') ?? inferScore(model)
  const label = requireOutput(model, given.label, 'label') ?? inferLabel(model.outputs, score)
  return { score: score.name, ...(label === null || label.name === score.name ? {} : { label: label.name }) }
}

function inferScore(model: Pick<LoadedModel, 'outputs' | 'otherOutputs'>): DeclaredTensor {
  const floats = model.outputs.filter(({ datatype }) => datatype.startsWith('FP'))
  const named = floats.filter(({ name }) => /prob|score/i.test(name))
  const candidates = floats.length > 1 ? named : floats
  const [only, ...others] = candidates
  if (only !== undefined && others.length === 0) return only
  if (floats.length === 0 && model.otherOutputs.length > 0) {
    throw new MainwardError(
      'model-unusable',
      `expected a score as a tensor, found ${model.otherOutputs.join(', ')} as a sequence or map`,
      { hint: 'export the model again with zipmap=False' },
    )
  }
  throw new MainwardError('usage', `which output is the score? The model has ${listOutputs(model.outputs)}`, {
    hint: 'name it with --score',
  })
}

function inferLabel(outputs: readonly DeclaredTensor[], score: DeclaredTensor): DeclaredTensor | null {
  const others = outputs.filter(({ name, datatype }) => name !== score.name && !datatype.startsWith('FP'))
  const named = others.filter(({ name }) => /label|class/i.test(name))
  const candidates = others.length > 1 ? named : others
  return candidates.length === 1 ? (candidates[0] ?? null) : null
}

function requireOutput({ outputs }: Pick<LoadedModel, 'outputs'>, name: string | null, option: string): DeclaredTensor | null {
  if (name === null) return null
  const found = outputs.find((output) => output.name === name)
  if (found !== undefined) return found
  throw new MainwardError('usage', `--${option}: the model has ${listOutputs(outputs)}, and no output "${name}"`)
}

export interface JudgedTask {
  readonly task: Task
  /** Column of the score for the positive class, where the score has two. */
  readonly positiveIndex: number | null
  /** Why, a few words. */
  readonly why: string
}

/**
 * With a label, or with rows of probabilities that sum to 1, it is a classification: binary with two classes (or with one
 * score a row), else multiclass. One score without a label is a regression.
 */
export function judgeTask(roles: OutputRoles, rows: readonly GoldenRow[], given: GivenOutputs): JudgedTask {
  const scores = rows.map(({ outputs }) => valuesOf(outputs[roles.score]))
  const width = scores[0]?.length ?? 1
  const { task, why } =
    given.task === null ? inferTask(roles, scores, width) : { task: given.task, why: 'as --task or the Model says' }
  if (task === 'binary-classification' && width > 2) {
    throw new MainwardError('usage', `a binary classification has one or two scores a row, "${roles.score}" has ${width}`)
  }
  if (task === 'regression' && width > 1) {
    throw new MainwardError('usage', `a regression has one score a row, "${roles.score}" has ${width}`, {
      hint: 'name another output with --score, or another --task',
    })
  }
  return { task, why, positiveIndex: positiveColumn(task, width, given.positiveIndex) }
}

function inferTask(roles: OutputRoles, scores: readonly (readonly Json[])[], width: number): { task: Task; why: string } {
  const several = width > 2 ? 'multiclass-classification' : 'binary-classification'
  if (roles.label !== undefined) return { task: several, why: `the model answers a label, and ${showWidth(width)} a row` }
  if (width === 1) return { task: 'regression', why: 'one score a row and no label; a probability needs --task' }
  if (scores.every(sumsToOne)) return { task: several, why: `${width} probabilities a row that sum to 1` }
  throw new MainwardError('usage', `what are the ${width} scores a row of "${roles.score}"? They do not sum to 1`, {
    hint: 'say it with --task',
  })
}

function positiveColumn(task: Task, width: number, given: number | null): number | null {
  const isMatrix = task === 'binary-classification' && width === 2
  if (given === null) return isMatrix ? 1 : null
  if (isMatrix && given < width) return given
  const found = isMatrix ? `columns 0 to ${width - 1}` : `${showWidth(width)} a row and the task ${task}`
  throw new MainwardError('usage', `--positive-index: expected a column of two probabilities, found ${found}`)
}

function sumsToOne(values: readonly Json[]): boolean {
  const sum = values.reduce<number>((total, value) => total + (typeof value === 'number' ? value : Number.NaN), 0)
  return Math.abs(sum - 1) < 1e-3 && values.every((value) => Number(value) >= 0)
}

export function valuesOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [value ?? null]
}

function showWidth(width: number): string {
  return width === 1 ? '1 score' : `${width} scores`
}

function listOutputs(outputs: readonly DeclaredTensor[]): string {
  const shown = outputs.map(({ name, datatype, shape }) => `"${name}" (${datatype} [${shape.join(', ')}])`)
  return shown.length === 0 ? 'no output that is a tensor' : shown.join(', ')
}
