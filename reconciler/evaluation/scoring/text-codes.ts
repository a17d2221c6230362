/** Texts that come in parts as numbers: each distinct text, or null, has the number of its first row. */
import type { TextColumn } from '../evaluation-rows.ts'
import { GrowingColumn } from './growing-column.ts'

/** A column of few distinct texts: row r has `levels[codes[r]]`. */
export interface CodedColumn {
  readonly levels: readonly (string | null)[]
  readonly codes: Uint32Array
}

export class TextCodes {
  readonly #numbers = new Map<string | null, number>()
  readonly #codes = new GrowingColumn()

  append(part: TextColumn): void {
    const codes = new Float64Array(part.length)
    for (const [row, text] of part.entries()) {
      let code = this.#numbers.get(text)
      if (code === undefined) this.#numbers.set(text, (code = this.#numbers.size))
      codes[row] = code
    }
    this.#codes.append(codes)
  }

  finish(): CodedColumn {
    return { levels: [...this.#numbers.keys()], codes: Uint32Array.from(this.#codes.finish()) }
  }
}
