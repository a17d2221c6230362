/** Calls of functions and methods: the form that fits the types of the arguments. Ints are widened where a double is asked for. */
import { didYouMean, listNames } from '../core/nearest-name.ts'
import { fail } from './expression-problem.ts'
import { isNumber, type ExpressionType, type Typed } from './expression-type.ts'
import { choosers, functionForms, type FunctionForm } from './functions.ts'
import { orderValues } from './order-values.ts'
import { finite, strictly } from './strict-operation.ts'

export interface Call {
  /** `math.abs` for those of math. */
  readonly name: string
  readonly isMethod: boolean
  /** The receiver first. */
  readonly operands: readonly Typed[]
  readonly at: number
}

/** Throws ProblemFound for a function that is not there, and for types that it does not take. */
export function compileCall(call: Call): Typed {
  const { name, isMethod, operands, at } = call
  if (!isMethod && (choosers as readonly string[]).includes(name)) return compileChooser(call)
  const named = functionForms.filter((form) => form.name === name && form.isMethod === isMethod)
  if (named.length === 0) return unknown(call)
  const found =
    named.find(({ takes }) => fits(takes, operands, sameType)) ?? named.find(({ takes }) => fits(takes, operands, widens))
  if (found === undefined) {
    return fail('type', at, `expected ${named.map(showForm).join(' or ')}, found ${showCall(call)}`)
  }
  const runs = operands.map((operand, index) => widen(operand, found.takes[index]))
  return { type: found.gives, run: strictly(runs, found.operation) }
}

function fits(
  takes: FunctionForm['takes'],
  operands: readonly Typed[],
  test: (wanted: ExpressionType, found: ExpressionType) => boolean,
) {
  return takes.length === operands.length && operands.every(({ type }, index) => test(takes[index] ?? 'null', type))
}

function sameType(wanted: ExpressionType, found: ExpressionType): boolean {
  return wanted === found
}

function widens(wanted: ExpressionType, found: ExpressionType): boolean {
  return wanted === found || (wanted === 'double' && found === 'int')
}

/** An int as the double that is nearest to it, where one is wanted. */
export function widen({ type, run }: Typed, wanted: ExpressionType | undefined): Typed['run'] {
  return type === 'int' && wanted === 'double' ? strictly([run], (value) => finite(Number(value))) : run
}

function compileChooser({ name, operands, at }: Call): Typed {
  if (operands.length === 0 || !operands.every(({ type }) => isNumber(type))) {
    return fail('type', at, `expected numbers for ${name}, found ${showTypes(operands)}`)
  }
  const type = operands.every((operand) => operand.type === 'int') ? 'int' : 'double'
  const isBetter = name === 'math.greatest' ? (order: number) => order > 0 : (order: number) => order < 0
  const runs = operands.map((operand) => widen(operand, type))
  return {
    type,
    run: strictly(runs, (...values) => values.reduce((best, value) => (isBetter(orderValues(value, best)) ? value : best))),
  }
}

const loops = ['all', 'exists', 'exists_one', 'filter', 'map']

function unknown({ name, isMethod, at }: Call): never {
  const names = [...new Set(functionForms.filter((form) => form.isMethod === isMethod).map((form) => form.name))]
  const known = isMethod ? names : [...names, ...choosers]
  const what = isMethod ? 'method' : 'function'
  return fail('name', at, `expected a ${what} that on-demand features have, found ${name}()`, hintFor(name, known))
}

function hintFor(name: string, known: readonly string[]): string {
  if (name === 'has') return 'write x != null to ask whether a feature has a value'
  if (name === 'now') return 'there is no clock: send the time as a request feature, so that training has it, too'
  if (name === 'matches') return 'patterns may take for ever: use contains, startsWith, endsWith or in'
  if (loops.includes(name)) return 'there are no loops: a feature is one value'
  return didYouMean(name, known) ?? `there are ${listNames(known)}`
}

function showForm({ name, isMethod, takes, gives }: FunctionForm): string {
  const [receiver, ...others] = takes
  const call = isMethod ? `${receiver ?? ''}.${name}(${others.join(', ')})` : `${name}(${takes.join(', ')})`
  return `${call}: ${gives}`
}

function showCall({ name, isMethod, operands }: Call): string {
  const [receiver, ...others] = operands
  return isMethod ? `${receiver?.type ?? ''}.${name}(${showTypes(others)})` : `${name}(${showTypes(operands)})`
}

function showTypes(operands: readonly Typed[]): string {
  return operands.length === 0 ? 'none' : operands.map(({ type }) => type).join(', ')
}
