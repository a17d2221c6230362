/** From the tree of an expression to a function of its inputs, with its type. Compiled once; nothing is looked up by name later. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { didYouMean, listNames } from '../core/nearest-name.ts'
import { compileCall, widen } from './compile-call.ts'
import { fail } from './expression-problem.ts'
import { pathOf } from './path-of.ts'
import { isNumber, type ExpressionType, type Outcome, type Run, type Typed } from './expression-type.ts'
import { areComparable, compileArithmetic, compileEquality, compileOrder, type Arithmetic, type Order } from './operators.ts'
import { orderValues } from './order-values.ts'
import { strictly, wholeNumber } from './strict-operation.ts'

/** What an expression may read, by name: the slot and the type of each. */
export interface Scope {
  readonly slots: ReadonlyMap<string, { readonly slot: number; readonly type: ExpressionType }>
  /** Names that are there, but not here: why not, as a hint. */
  readonly hidden: ReadonlyMap<string, string>
  /** Names are paths of a tree (`metrics.roc_auc.low`): what the tree is, and which names there are, in messages. Absent: inputs of a model. */
  readonly tree?: { readonly noun: string; readonly names: string }
}

/** The map by which a feature can be named whose name is no identifier. */
const inputsName = 'inputs'

/** Throws ProblemFound. */
export function compileTree(node: ASTNode, scope: Scope): Typed {
  const at = node.start
  const compile = (part: ASTNode): Typed => compileTree(part, scope)
  switch (node.op) {
    case 'value':
      return compileLiteral(node.args, at)
    case 'id':
      return compileName(node.args, at, scope)
    case '[]':
    case '.':
      return compileAccess(node, scope)
    case '!_':
      return compileNot(compile(node.args), at)
    case '-_':
      return compileMinus(node.args, compile)
    case '&&':
    case '||':
      return compileLogic(node.op, compile(node.args[0]), compile(node.args[1]), at)
    case '?:':
      return compileChoice(node.args.map(compile), at)
    case '==':
    case '!=':
      return compileEquality(node.op, compile(node.args[0]), compile(node.args[1]), at)
    case 'in':
      return compileMembership(node.args, compile, at)
    case 'call':
      return compileCall({
        name: node.args[0],
        isMethod: false,
        operands: unlessUnknown(node.args[0], node.args[1], compile),
        at,
      })
    case 'rcall':
      return compileMethod(node.args, scope, at)
    case 'list':
      return fail('type', at, 'expected a list only behind in, found one')
    case 'map':
      return fail('type', at, 'expected no map, found one')
    case '.?':
    case '[?]':
      return fail('type', at, `expected no optional value, found ${node.op}`)
    default:
      return compileBinary(node.op, node.args.map(compile), at)
  }
}

/** The arguments of loops and of has() are no expressions of this scope: the call itself is what is wrong. */
function unlessUnknown(name: string, nodes: readonly ASTNode[], compile: (node: ASTNode) => Typed): readonly Typed[] {
  return ['has', 'all', 'exists', 'exists_one', 'filter', 'map', 'bind'].includes(name) ? [] : nodes.map(compile)
}

function compileBinary(operator: Arithmetic | Order, operands: readonly Typed[], at: number): Typed {
  const [left, right] = operands
  if (left === undefined || right === undefined) throw new Error(`${operator} has two operands`)
  switch (operator) {
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compileOrder(operator, left, right, at)
    default:
      return compileArithmetic(operator, left, right, at)
  }
}

function compileLiteral(value: unknown, at: number): Typed {
  switch (typeof value) {
    case 'boolean':
      return { type: 'bool', run: () => value }
    case 'string':
      return { type: 'string', run: () => value }
    case 'number':
      if (!Number.isFinite(value)) fail('type', at, 'expected a number that 64-bit floating point holds, found a larger one')
      return { type: 'double', run: () => value }
    case 'bigint':
      if (wholeNumber(value) === undefined) fail('type', at, `expected an int of 64 bits, found ${value}`)
      return { type: 'int', run: () => value }
    default:
      if (value === null) return { type: 'null', run: () => null }
      return fail('type', at, 'expected a bool, int, double or string, found a literal of another type', 'leave out the u or b')
  }
}

function compileName(name: string, at: number, { slots, hidden, tree }: Scope): Typed {
  const found = slots.get(name)
  if (found !== undefined) return { type: found.type, run: readSlot(found.slot) }
  const known = [...slots.keys()]
  const hint = hidden.get(name) ?? didYouMean(name, known)
  const names = tree?.names ?? (known.length === 0 ? 'there is none' : listNames(known))
  return fail('name', at, `expected ${tree?.noun ?? 'an input of the model'} (${names}), found ${JSON.stringify(name)}`, hint)
}

function readSlot(slot: number): Run {
  return (slots): Outcome => slots[slot]
}

function compileAccess(node: Extract<ASTNode, { readonly op: '[]' | '.' }>, scope: Scope): Typed {
  const path = scope.tree === undefined ? null : pathOf(node)
  if (path !== null) return compileName(path, node.start, scope)
  const [holder, key] = node.args
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : null
  if (holder.op === 'id' && holder.args === inputsName && typeof name === 'string' && node.op === '[]') {
    return compileName(name, typeof key === 'string' ? node.start : key.start, scope)
  }
  return fail(
    'type',
    node.start,
    `expected the name of a feature, found a part of something`,
    'write inputs["NAME"] for a name that CEL can not write',
  )
}

function compileNot({ type, run }: Typed, at: number): Typed {
  if (type !== 'bool') fail('type', at, `expected a bool for !, found ${type}`)
  return { type, run: strictly([run], (value) => value === false) }
}

function compileMinus(node: ASTNode, compile: (node: ASTNode) => Typed): Typed {
  // The smallest int has no positive twin.
  if (node.op === 'value' && typeof node.args === 'bigint') return compileLiteral(-node.args, node.start)
  const { type, run } = compile(node)
  if (type === 'double') return { type, run: strictly([run], (value) => -(value as number)) }
  if (type !== 'int') fail('type', node.start, `expected a number for -, found ${type}`)
  return { type, run: strictly([run], (value) => wholeNumber(-(value as bigint))) }
}

/** What is not known decides nothing that the other side decides alone (CEL, "Logical Operators"). */
function compileLogic(operator: '&&' | '||', left: Typed, right: Typed, at: number): Typed {
  const wrong = [left, right].find(({ type }) => type !== 'bool')
  if (wrong !== undefined) fail('type', at, `expected two bools for ${operator}, found ${left.type} ${operator} ${right.type}`)
  const decides = operator === '||'
  return {
    type: 'bool',
    run: (slots) => {
      const first = left.run(slots)
      if (first === decides) return decides
      const second = right.run(slots)
      if (second === decides) return decides
      return first === undefined || second === undefined ? undefined : first === null || second === null ? null : !decides
    },
  }
}

function compileChoice(parts: readonly Typed[], at: number): Typed {
  const [condition, yes, no] = parts
  if (condition === undefined || yes === undefined || no === undefined) throw new Error('?: has three operands')
  if (condition.type !== 'bool') fail('type', at, `expected a bool before ?, found ${condition.type}`)
  const type = commonType(yes.type, no.type)
  if (type === null) return fail('type', at, `expected two values of one type behind ?, found ${yes.type} and ${no.type}`)
  const [first, second] = [widen(yes, type), widen(no, type)]
  return {
    type,
    run: (slots) => {
      const value = condition.run(slots)
      return value === true ? first(slots) : value === false ? second(slots) : value
    },
  }
}

function commonType(left: ExpressionType, right: ExpressionType): ExpressionType | null {
  if (left === right || right === 'null') return left
  if (left === 'null') return right
  return isNumber(left) && isNumber(right) ? 'double' : null
}

function compileMembership([item, list]: readonly [ASTNode, ASTNode], compile: (node: ASTNode) => Typed, at: number): Typed {
  const wanted = compile(item)
  if (list.op !== 'list') return fail('type', list.start, 'expected a list such as ["a", "b"] behind in, found something else')
  const elements = list.args.map((element) => {
    const compiled = compile(element)
    if (areComparable(wanted.type, compiled.type)) return compiled.run
    return fail('type', element.start, `expected elements of the type ${wanted.type}, found ${compiled.type}`)
  })
  if (wanted.type === 'null') return fail('type', at, 'expected a value before in, found null')
  return {
    type: 'bool',
    run: strictly([wanted.run, ...elements], (value, ...others) => others.some((other) => orderValues(value, other) === 0)),
  }
}

function compileMethod([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], scope: Scope, at: number): Typed {
  const compile = (node: ASTNode): Typed => compileTree(node, scope)
  const operands = unlessUnknown(name, args, compile)
  if (receiver.op === 'id' && receiver.args === 'math' && !scope.slots.has('math')) {
    return compileCall({ name: `math.${name}`, isMethod: false, operands, at })
  }
  return compileCall({
    name,
    isMethod: true,
    operands: operands.length < args.length ? [] : [compile(receiver), ...operands],
    at,
  })
}
