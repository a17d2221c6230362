// Reads a file of reference cases, and says in one sentence what is wrong with one that is not such a file.
import { readFileSync } from 'node:fs'

function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw new Error(`${file} can not be read: ${thrown.code ?? thrown.message}`, { cause: thrown })
  }
}

function parse(file, text) {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    throw new Error(`${file} is not JSON: ${thrown.message}`, { cause: thrown })
  }
}

/** The same cases with numbers that were written without fraction or exponent as `{ "$integer": n }`: JSON.parse tells 2 and 2.0 not apart. */
function withIntegers(text) {
  const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
  return JSON.parse(text.replace(token, (found) => (/^-?\d+$/.test(found) ? `{"$integer":${found}}` : found)))
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

function wrongIn(given) {
  if (!isObject(given)) return 'is not an object'
  if (typeof given.name !== 'string') return 'has no name'
  if (typeof given.function !== 'string') return 'has no function'
  if (!isObject(given.input)) return 'has no object "input"'
  if (!isObject(given.expected)) return 'has no object "expected"'
  return null
}

/**
 * The cases of a file. What they expect is marked where it is an integer, and so is `written`, the input once more: a group named 1.0
 * is not called 1. Throws an Error that names the file.
 */
export function readCases(file) {
  const text = textOf(file)
  const { cases } = parse(file, text) ?? {}
  if (!Array.isArray(cases)) throw new Error(`${file}: expected an object with a list "cases"`)
  const marked = withIntegers(text).cases
  return cases.map((given, index) => {
    const wrong = wrongIn(given)
    if (wrong !== null) throw new Error(`${file}: case ${index + 1} ${wrong}`)
    return { ...given, expected: marked[index].expected, written: marked[index].input }
  })
}
