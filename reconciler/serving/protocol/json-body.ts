/** Reads a request body as JSON: bounded depth and structure, UTF-8 only, and an error that says where it broke. Knows no schema. */
import { isUtf8 } from 'node:buffer'
import { MainwardError, messageOf } from '../../core/error.ts'
import { countCommas, endOfString, jsonBytes, nextStructure } from './json-bytes.ts'
import { hasMoreLayouts } from './json-layouts.ts'

/** Bounds on the structure of a body. */
export interface JsonLimits {
  readonly jsonDepth: number
  readonly jsonContainers: number
  readonly jsonValues: number
  readonly jsonLayouts: number
  readonly textBytes: number
}

/**
 * The bytes are looked at once before anything is built from them. A member that the outermost object has twice is refused: of two
 * `inputs` one would be lost in silence. Throws `invalid-input`.
 */
export function parseJsonBody(body: Buffer, limits: JsonLimits): unknown {
  if (body.length === 0) throw invalid('the body is empty, expected a JSON object')
  if (!isUtf8(body)) throw invalid('the body is not UTF-8')
  const outerMembers = checkStructure(body, limits)
  checkValues(body, limits)
  const value = parse(body)
  if (typeof value === 'object' && value !== null && outerMembers > 0 && Object.keys(value).length !== outerMembers) {
    throw invalid('the outermost object of the JSON has the same member twice')
  }
  return value
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch (error) {
    throw invalid(`the body is not JSON: ${messageOf(error)}`)
  }
}

/**
 * Counts brackets outside of strings, and returns the number of members of the outermost object. Malformed JSON gets some answer, the
 * parser judges it afterwards.
 */
function checkStructure(body: Buffer, { jsonDepth, jsonContainers, jsonLayouts, textBytes }: JsonLimits): number {
  let depth = 0
  let outerMembers = 0
  let containers = 0
  let members = 0
  // Large bodies are made of numbers.
  for (let index = nextStructure(body, 0); index < body.length; index = nextStructure(body, index + 1)) {
    const byte = body[index] ?? 0
    if (byte === jsonBytes.quote) {
      const start = index + 1
      index = endOfString(body, start)
      if (index - start > textBytes) throw invalid(`the JSON has a text of more than ${textBytes} bytes`)
    } else if (byte === jsonBytes.openBracket || byte === jsonBytes.openBrace) {
      if (++depth > jsonDepth) throw invalid(`the JSON is nested deeper than ${jsonDepth} levels`)
      if (++containers > jsonContainers) throw invalid(`the JSON has more than ${jsonContainers} objects and arrays`)
    } else if (byte === jsonBytes.closeBracket || byte === jsonBytes.closeBrace) depth--
    else if (byte === jsonBytes.colon) {
      members++
      if (depth === 1) outerMembers++
    }
  }
  if (members > jsonLayouts && hasMoreLayouts(body, jsonLayouts)) {
    throw invalid(`the objects of the JSON have more than ${jsonLayouts} different sequences of keys`)
  }
  return outerMembers
}

/** A value takes two bytes at least, with its comma: small bodies need no look. */
function checkValues(body: Buffer, { jsonValues }: JsonLimits): void {
  if (body.length < 2 * jsonValues) return
  let values = 1
  for (let start = 0; start < body.length;) {
    const quote = endOfString(body, start)
    values += countCommas(body, start, quote)
    if (values > jsonValues) throw invalid(`the JSON has more than ${jsonValues} values`)
    start = endOfString(body, quote + 1) + 1
  }
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
