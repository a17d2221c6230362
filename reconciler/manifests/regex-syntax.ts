/**
 * Whether a regular expression is one of RE2's, the dialect of the SQL engine (https://github.com/google/re2/wiki/Syntax). It reads
 * syntax alone, and matches nothing.
 */

/** RE2 refuses more repetitions, also of a repetition in another one, multiplied. */
const maximumRepetitions = 1000

class Flaw extends Error {}

interface Reader {
  readonly text: string
  at: number
}

/** What is wrong with the expression, as the end of a sentence; null when nothing is. */
export function findRegexFlaw(regex: string): string | null {
  const reader: Reader = { text: regex, at: 0 }
  try {
    readAlternatives(reader, 0)
    if (reader.at < regex.length) throw new Flaw('a ) that closes nothing')
    return null
  } catch (thrown) {
    if (thrown instanceof Flaw) return `${thrown.message} at character ${reader.at + 1}`
    throw thrown
  }
}

/** Reads to the end or to `)`. Returns how often its innermost part is repeated at most, by all counts multiplied. */
function readAlternatives(reader: Reader, depth: number): number {
  if (depth > 200) throw new Flaw('more than 200 groups in each other')
  let repetitions = 1
  let operand: number | null = null
  for (let next = peek(reader); next !== '' && next !== ')'; next = peek(reader)) {
    const count = readQuantifier(reader)
    if (count !== null) {
      if (operand === null) throw new Flaw('a repetition of nothing')
      operand *= count
      if (operand > maximumRepetitions) throw new Flaw(`more than ${maximumRepetitions} repetitions`)
      repetitions = Math.max(repetitions, operand)
      if (readQuantifier(reader) !== null) throw new Flaw('a repetition of a repetition')
      continue
    }
    operand = readOperand(reader, depth, operand)
    repetitions = Math.max(repetitions, operand ?? 1)
  }
  return repetitions
}

/** One thing that can be repeated: how often its inside is repeated; null after `|`. After flags, what can be repeated is still the thing before. */
function readOperand(reader: Reader, depth: number, before: number | null): number | null {
  const next = take(reader)
  if (next === '|') return null
  if (next === '(') return readGroup(reader, depth, before)
  if (next === '[') readClass(reader)
  else if (next === '\\' && match(reader, /^Q(?:\\E|$)/) !== null) return before
  else if (next === '\\') readEscape(reader, false)
  return 1
}

function readGroup(reader: Reader, depth: number, before: number | null): number | null {
  const start = match(reader, /^\?(?:P<([^>]*)>|([imsU]*(?:-[imsU]+)?)([:)]))/)
  if (start === null && peek(reader) === '?') throw new Flaw('a group that RE2 does not know (it has no look-around)')
  if (start?.[1] !== undefined && !/^[A-Za-z_0-9]+$/.test(start[1])) throw new Flaw('a group with no proper name')
  if (start?.[3] === ')') return before
  const repetitions = readAlternatives(reader, depth + 1)
  if (take(reader) !== ')') throw new Flaw('a group that is not closed')
  return repetitions
}

/** How often at least and at most the thing before is repeated, whichever is more; 1 for `*`, `+` and `?`; null when none follows. */
function readQuantifier(reader: Reader): number | null {
  if (match(reader, /^[*+?]\??/) !== null) return 1
  const counted = match(reader, /^\{(\d+)(?:(,)(\d*))?\}\??/)
  if (counted === null) return null
  const least = Number(counted[1])
  const most = counted[3] === undefined || counted[3] === '' ? least : Number(counted[3])
  if (most < least) throw new Flaw('a repetition whose least count is above its greatest')
  if (most > maximumRepetitions) throw new Flaw(`more than ${maximumRepetitions} repetitions`)
  return Math.max(1, most)
}

function readClass(reader: Reader): void {
  match(reader, /^\^/)
  for (let first = true; first || peek(reader) !== ']'; first = false) {
    if (peek(reader) === '') throw new Flaw('a [ that is not closed')
    const named = match(reader, /^\[:\^?(.*?):\]/s)
    if (named !== null) {
      if (!posixClasses.includes(named[1] ?? '')) throw new Flaw(`an unknown class [:${named[1]}:]`)
      continue
    }
    const low = readClassCharacter(reader)
    // Behind several at once, `-` is itself.
    if (low === null || match(reader, /^-(?=[^\]])/) === null) continue
    const high = readClassCharacter(reader)
    if (high === null || high < low) throw new Flaw('a range with its ends in the wrong order')
  }
  take(reader)
}

const posixClasses = [
  'alnum', 'alpha', 'ascii', 'blank', 'cntrl', 'digit', 'graph', 'lower', 'print', 'punct', 'space', 'upper', 'word', 'xdigit',
] // prettier-ignore

/** The code point of one character of a class; null for several at once, as `\d`. */
function readClassCharacter(reader: Reader): number | null {
  const next = take(reader)
  if (next === '') throw new Flaw('a [ that is not closed')
  return next === '\\' ? readEscape(reader, true) : (next.codePointAt(0) ?? null)
}

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }

/** What follows a backslash: its code point, or null when it is no single character. */
function readEscape(reader: Reader, inClass: boolean): number | null {
  const octal = match(reader, /^(?:[1-7][0-7]{1,2}|0[0-7]{0,2})/)
  if (octal !== null) return parseInt(octal[0], 8)
  const hex = match(reader, /^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/)
  if (hex !== null) return codePoint(parseInt(hex[1] ?? hex[2] ?? '', 16))
  const property = match(reader, /^[pP](?:\{\^?([A-Za-z_]+)\}|([A-Z]))/)
  if (property !== null) return readProperty(property[1] ?? property[2] ?? '')
  const next = take(reader)
  if (next in controls) return controls[next] ?? null
  if (next !== '' && 'dDsSwW'.includes(next)) return null
  if (next === 'Q' && !inClass) return readQuoted(reader)
  if (next !== '' && !inClass && 'ACbBz'.includes(next)) return null
  if (!/^[\x00-\x7f]$/.test(next) || /[0-9A-Za-z]/.test(next)) throw new Flaw(`an escape that RE2 does not know (\\${next})`)
  return next.codePointAt(0) ?? null
}

function readQuoted(reader: Reader): null {
  const end = reader.text.indexOf('\\E', reader.at)
  reader.at = end === -1 ? reader.text.length : end + 2
  return null
}

function codePoint(value: number): number {
  if (value > 0x10ffff) throw new Flaw('a character beyond \\x{10FFFF}')
  return value
}

function readProperty(name: string): null {
  if (name === 'Any') return null
  for (const written of [`\\p{${name}}`, `\\p{Script=${name}}`]) {
    if (/^[A-Z][a-z]?$/.test(name) === written.includes('=')) continue
    try {
      new RegExp(written, 'u')
      return null
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown
    }
  }
  throw new Flaw(`an unknown class of characters (\\p{${name}})`)
}

function peek({ text, at }: Reader): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0).repeat(at < text.length ? 1 : 0)
}

function take(reader: Reader): string {
  const next = peek(reader)
  reader.at += next.length
  return next
}

function match(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  const found = pattern.exec(reader.text.slice(reader.at))
  if (found !== null) reader.at += found[0].length
  return found
}
