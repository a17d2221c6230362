/**
 * The values of a row as the store has them: the text of a JSON array. It is cut into the texts of its values without being decoded, since
 * most of them go into an answer as they are. Pure.
 */
import type { Json } from '../../core/digest.ts'

export class StoredValues {
  readonly #text: string
  #texts: readonly string[] | undefined

  /** Text of an array of scalars. */
  constructor(text: string) {
    this.#text = text
  }

  /** How many values there are. Throws a SyntaxError for a text that is no JSON. */
  get count(): number {
    return this.#cut().length
  }

  /** JSON of one value; `null` also where there is none. Throws a SyntaxError for a text that is no JSON. */
  textAt(index: number): string {
    return this.#cut()[index] ?? 'null'
  }

  #cut(): readonly string[] {
    return (this.#texts ??= cutValues(this.#text) ?? decodeValues(this.#text))
  }
}

/**
 * Cuts at commas. Null when that could be wrong: only a text with an escape has a quote inside of a string, so a piece with a quote that
 * does not begin and end with one was cut out of a string.
 */
function cutValues(text: string): readonly string[] | null {
  if (text.includes('\\')) return null
  const pieces = text.slice(1, -1).split(',')
  return pieces.every(isValue) ? pieces : null
}

const quote = 34

function isValue(piece: string): boolean {
  const first = piece.charCodeAt(0)
  if (first === quote) return piece.length > 1 && piece.charCodeAt(piece.length - 1) === quote
  return isDigit(first) || first === minus || piece === 'null' || piece === 'true' || piece === 'false'
}

const minus = 45

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function decodeValues(text: string): readonly string[] {
  return (JSON.parse(text) as readonly Json[]).map((value) => JSON.stringify(value))
}
