/** Reads a request body as JSON: bounded depth and structure, UTF-8 only, and an error that says where it broke. Knows no schema. */
import { isUtf8 } from 'node:buffer'
import { MainwardError, messageOf } from '../../core/error.ts'

/** Bounds on the structure of a body. */
export interface JsonLimits {
  readonly jsonDepth: number
  readonly jsonContainers: number
}

/** The bytes are looked at once before anything is built from them. Throws `invalid-input`. */
export function parseJsonBody(body: Buffer, limits: JsonLimits): unknown {
  if (body.length === 0) throw invalid('the body is empty, expected a JSON object')
  if (!isUtf8(body)) throw invalid('the body is not UTF-8')
  checkStructure(body, limits)
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch (error) {
    throw invalid(`the body is not JSON: ${messageOf(error)}`)
  }
}

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** Counts brackets outside of strings; malformed JSON gets some answer, the parser judges it afterwards. */
function checkStructure(body: Buffer, { jsonDepth, jsonContainers }: JsonLimits): void {
  let depth = 0
  let containers = 0
  for (let index = 0; index < body.length; index++) {
    const byte = body[index]
    if (byte === quote) index = endOfString(body, index + 1)
    else if (byte === openBracket || byte === openBrace) {
      if (++depth > jsonDepth) throw invalid(`the JSON is nested deeper than ${jsonDepth} levels`)
      if (++containers > jsonContainers) throw invalid(`the JSON has more than ${jsonContainers} objects and arrays`)
    } else if (byte === closeBracket || byte === closeBrace) depth--
  }
}

function endOfString(body: Buffer, start: number): number {
  for (let index = start; index < body.length; index++) {
    const byte = body[index]
    if (byte === quote) return index
    if (byte === backslash) index++
  }
  return body.length
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
