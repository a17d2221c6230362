/** The functions that expressions may call. All of them give the same for the same arguments: there is no clock and no chance. */
import { parseInstant } from '../core/instant.ts'
import { parseDurationMicros } from './duration-text.ts'
import type { ExpressionType } from './expression-type.ts'
import type { Operation } from './strict-operation.ts'
import { finite, wholeNumber } from './strict-operation.ts'
import { lowerAscii, partOfText, sizeOfText, upperAscii } from './text-functions.ts'
import { timeParts } from './time-parts.ts'

export interface FunctionForm {
  /** As it is written: `size`, `math.abs`; of a method, without its receiver. */
  readonly name: string
  readonly isMethod: boolean
  /** Of the receiver, if it is a method, and the arguments. */
  readonly takes: readonly ExpressionType[]
  readonly gives: ExpressionType
  readonly operation: Operation
}

function form(signature: string, operation: (...values: never[]) => ReturnType<Operation>): FunctionForm {
  const match = /^(?:(\w+)\.)?((?:math\.)?\w+)\(([^)]*)\): (\w+)$/.exec(signature.replace(/^math\.(\w+)/, 'math.$1'))
  const isMath = signature.startsWith('math.')
  const [, receiver, name, list, gives] = match ?? []
  if (name === undefined || gives === undefined) throw new Error(`no signature: ${signature}`)
  const isMethod = receiver !== undefined && !isMath
  const takes = [...(isMethod ? [receiver] : []), ...(list === undefined || list === '' ? [] : list.split(', '))]
  return {
    name: isMath && receiver !== undefined ? `math.${name}` : name,
    isMethod,
    takes: takes as ExpressionType[],
    gives: gives as ExpressionType,
    operation: operation as Operation,
  }
}

/** Towards zero; beyond 64 bits it can not be computed (CEL, "Type Conversions"). */
function toInt(value: number): bigint | undefined {
  return wholeNumber(BigInt(Math.trunc(value)))
}

const conversions: readonly FunctionForm[] = [
  form('double(int): double', (value: bigint) => Number(value)),
  form('double(double): double', (value: number) => value),
  form('double(string): double', readDouble),
  form('int(int): int', (value: bigint) => value),
  form('int(double): int', toInt),
  form('int(string): int', (text: string) => (/^-?\d{1,20}$/.test(text) ? wholeNumber(BigInt(text)) : undefined)),
  form('int(timestamp): int', (micros: bigint) => floorDivide(micros, 1_000_000n)),
  form('string(int): string', (value: bigint) => value.toString()),
  form('string(bool): string', String),
  form('string(string): string', (text: string) => text),
  form('timestamp(string): timestamp', (text: string) => parseInstant(text) ?? undefined),
  form('timestamp(int): timestamp', (seconds: bigint) => wholeNumber(seconds * 1_000_000n)),
  form('duration(string): duration', parseDurationMicros),
]

const texts: readonly FunctionForm[] = [
  form('size(string): int', sizeOfText),
  form('string.size(): int', sizeOfText),
  form('string.contains(string): bool', (text: string, part: string) => text.includes(part)),
  form('string.startsWith(string): bool', (text: string, part: string) => text.startsWith(part)),
  form('string.endsWith(string): bool', (text: string, part: string) => text.endsWith(part)),
  form('string.lowerAscii(): string', lowerAscii),
  form('string.upperAscii(): string', upperAscii),
  form('string.substring(int): string', partOfText),
  form('string.substring(int, int): string', partOfText),
]

/** Those whose results are the same on every machine: IEEE 754 demands them exactly, or one portable code computes them. */
const numbers: readonly FunctionForm[] = [
  form('math.abs(int): int', (value: bigint) => wholeNumber(value < 0n ? -value : value)),
  form('math.abs(double): double', Math.abs),
  form('math.ceil(double): double', Math.ceil),
  form('math.floor(double): double', Math.floor),
  form('math.trunc(double): double', Math.trunc),
  form('math.round(double): double', roundAway),
  form('math.sqrt(double): double', (value: number) => finite(Math.sqrt(value))),
  form('math.log(double): double', (value: number) => finite(Math.log(value))),
  form('math.exp(double): double', (value: number) => finite(Math.exp(value))),
]

export const functionForms: readonly FunctionForm[] = [...conversions, ...texts, ...numbers, ...timeForms()]

/** Of any number of numbers. */
export const choosers = ['math.greatest', 'math.least'] as const

function timeForms(): readonly FunctionForm[] {
  return timeParts.map(({ type, name, part }) => form(`${type}.${name}(): int`, part))
}

function readDouble(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? finite(Number(text)) : undefined
}

/** Halves go away from zero (CEL, math extension). */
function roundAway(value: number): number {
  const size = Math.abs(value)
  const whole = Math.trunc(size)
  return Math.sign(value) * (size - whole >= 0.5 ? whole + 1 : whole)
}

function floorDivide(value: bigint, by: bigint): bigint {
  const whole = value / by
  return value < 0n && value % by !== 0n ? whole - 1n : whole
}
