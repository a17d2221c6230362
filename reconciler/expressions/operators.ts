/** The operators on numbers, texts and times: which types they take, what they give. Ints and doubles mix: the int is widened. */
import { fail } from './expression-problem.ts'
import { isNumber, type ExpressionType, type Typed } from './expression-type.ts'
import { expressionLimits } from './parse-expression.ts'
import { orderValues } from './order-values.ts'
import { finite, strictly, wholeNumber, type Operation } from './strict-operation.ts'

export const arithmetic = ['+', '-', '*', '/', '%'] as const
export const orders = ['<', '<=', '>', '>='] as const
export type Arithmetic = (typeof arithmetic)[number]
export type Order = (typeof orders)[number]

const onInts: Readonly<Record<Exclude<Arithmetic, '/'>, (a: bigint, b: bigint) => bigint | undefined>> = {
  '+': (a, b) => wholeNumber(a + b),
  '-': (a, b) => wholeNumber(a - b),
  '*': (a, b) => wholeNumber(a * b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
}

const onDoubles: Readonly<Record<Exclude<Arithmetic, '%'>, (a: number, b: number) => number | undefined>> = {
  '+': (a, b) => finite(a + b),
  '-': (a, b) => finite(a - b),
  '*': (a, b) => finite(a * b),
  '/': (a, b) => finite(a / b),
}

interface Overload {
  readonly type: ExpressionType
  readonly operation: Operation
}

/** Times are ints of microseconds. */
const onTimes: Readonly<Record<string, ExpressionType>> = {
  'timestamp - timestamp': 'duration',
  'timestamp - duration': 'timestamp',
  'timestamp + duration': 'timestamp',
  'duration + timestamp': 'timestamp',
  'duration + duration': 'duration',
  'duration - duration': 'duration',
}

/** Throws ProblemFound for types that the operator does not take. */
export function compileArithmetic(operator: Arithmetic, left: Typed, right: Typed, at: number): Typed {
  const overload = findOverload(operator, left.type, right.type)
  if (overload === null)
    return fail('type', at, explain(operator, left.type, right.type), hintFor(operator, left.type, right.type))
  return { type: overload.type, run: strictly([left.run, right.run], overload.operation) }
}

function findOverload(operator: Arithmetic, left: ExpressionType, right: ExpressionType): Overload | null {
  if (left === 'int' && right === 'int' && operator !== '/') return { type: 'int', operation: onInts[operator] as Operation }
  if (isNumber(left) && isNumber(right) && operator !== '%' && (left === 'double' || right === 'double')) {
    const operation = onDoubles[operator]
    return { type: 'double', operation: (a, b) => operation(Number(a), Number(b)) }
  }
  if (operator === '+' && left === 'string' && right === 'string') return { type: 'string', operation: joinTexts as Operation }
  const type = onTimes[`${left} ${operator} ${right}`]
  if (type === undefined || (operator !== '+' && operator !== '-')) return null
  return { type, operation: onInts[operator] as Operation }
}

function joinTexts(a: string, b: string): string | undefined {
  return a.length + b.length > expressionLimits.textLength ? undefined : a + b
}

function explain(operator: Arithmetic, left: ExpressionType, right: ExpressionType): string {
  if (operator === '/' && left === 'int' && right === 'int') {
    return 'expected a double on one side of /, found int / int, whose fraction CEL would drop'
  }
  return `expected types that ${operator} takes, found ${left} ${operator} ${right}`
}

function hintFor(operator: Arithmetic, left: ExpressionType, right: ExpressionType): string | undefined {
  if (operator === '/' && left === 'int' && right === 'int') {
    return 'write double(a) / b to keep the fraction, int(double(a) / b) to drop it'
  }
  if (operator === '%' && isNumber(left) && isNumber(right)) return '% takes ints: int(x) makes one'
  if (left === 'bool' || right === 'bool') return 'write x ? 1 : 0 to make a number of a bool'
  return undefined
}

const tests: Readonly<Record<Order, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** Throws ProblemFound for types that have no common order. */
export function compileOrder(operator: Order, left: Typed, right: Typed, at: number): Typed {
  const [test, type] = [tests[operator], left.type]
  if (!areComparable(type, right.type) || type === 'bool') {
    return fail('type', at, `expected two numbers, texts or times for ${operator}, found ${type} ${operator} ${right.type}`)
  }
  return { type: 'bool', run: strictly([left.run, right.run], (a, b) => test(orderValues(a, b))) }
}

/** With the literal null: whether there is a value. Otherwise null, when one of the two is. Throws ProblemFound. */
export function compileEquality(operator: '==' | '!=', left: Typed, right: Typed, at: number): Typed {
  const isWanted = operator === '=='
  if (left.type === 'null' || right.type === 'null') {
    const { run } = left.type === 'null' ? right : left
    return {
      type: 'bool',
      run: (slots) => {
        const value = run(slots)
        return value === undefined ? undefined : (value === null) === isWanted
      },
    }
  }
  if (!areComparable(left.type, right.type)) {
    fail('type', at, `expected two values of one type for ${operator}, found ${left.type} ${operator} ${right.type}`)
  }
  return { type: 'bool', run: strictly([left.run, right.run], (a, b) => (orderValues(a, b) === 0) === isWanted) }
}

export function areComparable(left: ExpressionType, right: ExpressionType): boolean {
  return (left === right && left !== 'null') || (isNumber(left) && isNumber(right))
}
