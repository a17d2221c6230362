/** The options of `mainward import`, and how they are read. Knows no model. */
import type { Json } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { NullPolicy, NullRule, Task } from '../../core/release.ts'
import { type CommandInput, numberOption, optionFlag, type OptionDefinition, textOption } from '../command.ts'
import type { GivenOutputs } from './infer-outputs.ts'

const tasks = ['binary-classification', 'multiclass-classification', 'regression'] as const satisfies readonly Task[]

export const importOptions: readonly OptionDefinition[] = [
  { flags: '--onnx <file>', description: 'the model file' },
  {
    flags: '--sklearn <file>',
    description: 'in place of it: a pickle of scikit-learn, converted. Reading one runs what is in it',
  },
  { flags: '--mlflow-run <folder>', description: 'in place of it: a run or model of MLflow, of the flavor onnx or sklearn' },
  { flags: '--requirements <file>', description: 'packages that a pickle is read and converted with (default: a list of ours)' },
  {
    flags: '--sample <file>',
    description: 'rows by column name: JSON, or one object a line (MLflow: default its input example)',
  },
  { flags: '--unit <field>', description: 'field of a row that is the unit of assignment, for example a user; no feature' },
  { flags: '--task <task>', description: 'default: inferred from the outputs', choices: tasks },
  { flags: '--score <output>', description: 'output with the score (default: the only one of floats)' },
  { flags: '--label <output>', description: 'output with the predicted class (default: the only other one)' },
  { flags: '--positive-index <n>', description: 'column of two probabilities that is the positive class (default: 1)' },
  { flags: '--decision-threshold <p>', description: "the decision is true from this score on (default: the Model's, else 0.5)" },
  { flags: '--nulls <rule>', description: "model, reject or a number (default: the Model's, else model)" },
  { flags: '--golden-rows <n>', description: 'rows of the sample that the model must reproduce before traffic', default: '10' },
  { flags: '--description <text>', description: 'what the version is, for people' },
  { flags: '--evidence <file>', description: 'a JSON object with what is known of the version: data, metrics, results' },
  { flags: '--path <folder>', description: 'folder of mainward.yaml', default: '.' },
  { flags: '--state <folder>', description: 'state folder of the reconciler, for files beyond 1 MiB (default: .mainward)' },
]

export function readGivenOutputs(input: CommandInput): GivenOutputs {
  const positive = textOption(input, 'positiveIndex')
  return {
    score: textOption(input, 'score'),
    label: textOption(input, 'label'),
    task: (textOption(input, 'task') as Task | null) ?? null,
    positiveIndex: positive === null ? null : readWhole(input, 'positiveIndex', 0),
  }
}

/** Null when it was not given. */
export function readThreshold(input: CommandInput): number | null {
  if (textOption(input, 'decisionThreshold') === null) return null
  const threshold = numberOption(input, 'decisionThreshold', { least: 0 })
  if (threshold <= 1) return threshold
  throw new MainwardError('usage', `--decision-threshold: expected a probability from 0 to 1, found ${threshold}`)
}

/** Null when it was not given. */
export function readNulls(input: CommandInput): NullPolicy | null {
  const text = textOption(input, 'nulls')
  if (text === null) return null
  if (text === 'model' || text === 'reject') return { default: text }
  const rule: NullRule = Number(text)
  if (text.trim() !== '' && Number.isFinite(rule)) return { default: rule }
  throw new MainwardError('usage', `--nulls: expected model, reject or a number, found ${text}`)
}

export function readGoldenCount(input: CommandInput): number {
  return readWhole(input, 'goldenRows', 1)
}

/** The evidence as its file has it. Throws `invalid-input` when that is no JSON object. */
export function parseEvidence(text: string, file: string): Readonly<Record<string, Json>> {
  const found = readJson(text, file)
  if (found !== null && typeof found === 'object' && !Array.isArray(found)) return found as Readonly<Record<string, Json>>
  throw new MainwardError('invalid-input', `expected evidence as a JSON object in ${file}, found ${describe(found)}`)
}

function readJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MainwardError('invalid-input', `expected evidence as JSON in ${file}: ${messageOf(cause)}`, { cause })
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return value === null ? 'null' : `a ${typeof value}`
}

function readWhole(input: CommandInput, name: string, least: number): number {
  const value = numberOption(input, name, { least })
  if (Number.isInteger(value)) return value
  throw new MainwardError('usage', `${optionFlag(name)}: expected a whole number, found ${value}`)
}
