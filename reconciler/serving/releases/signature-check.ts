/** Compares a reviewed signature with what the model file declares. Pure. */
import type { InputTensor, Signature } from '../../core/release.ts'
import type { DeclaredTensor, LoadedModel } from '../../inference/model.ts'

type DeclaredModel = Pick<LoadedModel, 'inputs' | 'outputs' | 'otherOutputs'>

/** Returns every disagreement as a sentence; empty when the file is what the signature says. */
export function compareSignature(signature: Signature, model: DeclaredModel): readonly string[] {
  const named = new Set(signature.inputs.map(({ name }) => name))
  return [
    ...signature.inputs.flatMap((input) => compareInput(input, model.inputs)),
    ...model.inputs
      .filter(({ name }) => !named.has(name))
      .map(({ name }) => `the model file has an input "${name}" that the signature does not name`),
    ...compareOutputs(signature, model),
  ]
}

function compareInput(expected: InputTensor, declared: readonly DeclaredTensor[]): readonly string[] {
  const found = declared.find(({ name }) => name === expected.name)
  if (found === undefined) return [`expected an input "${expected.name}", found ${listNames(declared)}`]
  const problems: string[] = []
  if (found.datatype !== expected.datatype) {
    problems.push(`input "${expected.name}": expected ${expected.datatype}, the model file has ${found.datatype}`)
  }
  if (!shapesAgree(expected.shape, found.shape)) {
    problems.push(
      `input "${expected.name}": expected shape ${showShape(expected.shape)}, the model file has ${showShape(found.shape)}`,
    )
  }
  if (expected.features !== undefined && expected.shape.length > 2) {
    problems.push(`input "${expected.name}": named features need a shape [-1, n], found ${showShape(expected.shape)}`)
  }
  const width = expected.shape.length === 1 ? 1 : expected.shape.at(-1)
  if (expected.features !== undefined && width !== -1 && width !== expected.features.length) {
    problems.push(`input "${expected.name}": expected ${String(width)} named features, found ${expected.features.length}`)
  }
  return problems
}

function compareOutputs({ outputs }: Signature, model: DeclaredModel): readonly string[] {
  const problems: string[] = []
  const score = model.outputs.find(({ name }) => name === outputs.score)
  if (score === undefined) problems.push(missingOutput(outputs.score, 'score', model))
  if (outputs.label !== undefined && !model.outputs.some(({ name }) => name === outputs.label)) {
    problems.push(missingOutput(outputs.label, 'label', model))
  }
  const columns = score === undefined || score.shape.length < 2 ? -1 : (score.shape.at(-1) ?? -1)
  if (outputs.positiveIndex !== undefined && columns !== -1 && outputs.positiveIndex >= columns) {
    problems.push(`positiveIndex is ${outputs.positiveIndex}, the output "${outputs.score}" has ${columns} columns`)
  }
  return problems
}

/** Scikit-learn's converter writes probabilities as a sequence of maps unless it is told not to. */
function missingOutput(name: string, role: string, { outputs, otherOutputs }: DeclaredModel): string {
  if (!otherOutputs.includes(name)) return `expected an output "${name}" for the ${role}, found ${listNames(outputs)}`
  return `expected a tensor as the output "${name}" for the ${role}, found a sequence or map: export the model with zipmap=False`
}

function shapesAgree(expected: readonly number[], found: readonly number[]): boolean {
  if (expected.length !== found.length) return false
  return expected.every((size, index) => size === -1 || found[index] === -1 || size === found[index])
}

function listNames(tensors: readonly DeclaredTensor[]): string {
  return tensors.length === 0 ? 'none' : tensors.map(({ name }) => `"${name}"`).join(', ')
}

function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
