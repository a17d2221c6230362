/** Cuts the text of a JSON list into the texts of its members, while it arrives. It checks brackets and quotes; who parses a member, the rest. */
import { MainwardError } from '../../core/error.ts'

/** A piece may end anywhere. Throws `invalid-input` for what is no list. */
export async function* splitJsonList(pieces: AsyncIterable<string>, file: string): AsyncGenerator<string> {
  const splitter = new ListSplitter(file)
  for await (const piece of pieces) yield* splitter.take(piece)
  splitter.end()
}

const blank = /^[\s\uFEFF]$/

class ListSplitter {
  readonly #file: string
  /** Brackets that are open; 1 is the list itself. */
  #depth = 0
  #isText = false
  #isEscaped = false
  #isClosed = false
  /** The member that has begun, without what is in the piece at hand. */
  #member = ''

  constructor(file: string) {
    this.#file = file
  }

  *take(piece: string): Generator<string> {
    let start = 0
    for (let at = 0; at < piece.length; at++) {
      const sign = piece.charAt(at)
      if (this.#isText) this.#passText(sign)
      else if (sign === '"') this.#isText = this.#inside(sign)
      else if (sign === '[' || sign === '{') {
        if (this.#open(sign)) start = at + 1
      } else if ((sign === ',' && this.#depth === 1) || ((sign === ']' || sign === '}') && this.#close(sign))) {
        yield* this.#endMember(piece.slice(start, at), sign)
        start = at + 1
      } else if (this.#depth === 0 && !blank.test(sign)) throw this.#noList(sign)
    }
    if (this.#depth > 0) this.#member += piece.slice(start)
  }

  end(): void {
    if (!this.#isClosed) throw invalid(`expected a list of rows in ${this.#file}, found its end before the list's`)
  }

  #passText(sign: string): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (sign === '\\') this.#isEscaped = true
    else if (sign === '"') this.#isText = false
  }

  #inside(sign: string): true {
    if (this.#depth === 0) throw this.#noList(sign)
    return true
  }

  /** Whether it is the list's own. */
  #open(sign: string): boolean {
    if (this.#depth === 0 && (sign !== '[' || this.#isClosed)) throw this.#noList(sign)
    this.#depth += 1
    return this.#depth === 1
  }

  /** Whether it is the list's own. */
  #close(sign: string): boolean {
    if (this.#depth === 0) throw this.#noList(sign)
    this.#depth -= 1
    this.#isClosed = this.#depth === 0
    return this.#isClosed
  }

  /** An empty list has no member. */
  *#endMember(rest: string, sign: string): Generator<string> {
    const member = this.#member + rest
    this.#member = ''
    this.#count += 1
    if (sign === ']' && this.#count === 1 && member.trim() === '') return
    yield member.trim()
  }

  #count = 0

  #noList(sign: string): MainwardError {
    const what = this.#isClosed ? 'nothing behind the list' : 'a list of rows'
    return invalid(`expected ${what} in ${this.#file}, found ${JSON.stringify(sign)}`)
  }
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message, {
    hint: 'a .json file is [{"distance": 200}, …]; one object a line is a .jsonl file',
  })
}
