/** Functions on texts that count code points, not UTF-16 units. */

const surrogate = /[\ud800-\udfff]/

export function sizeOfText(text: string): bigint {
  return BigInt(surrogate.test(text) ? [...text].length : text.length)
}

/** From `start` (included) to `end` (not included), counted from 0; undefined where the text is not so long. */
export function partOfText(text: string, start: bigint, end?: bigint): string | undefined {
  const size = sizeOfText(text)
  const until = end ?? size
  if (start < 0n || until < start || until > size) return undefined
  if (!surrogate.test(text)) return text.slice(Number(start), Number(until))
  return [...text].slice(Number(start), Number(until)).join('')
}

/** Other letters stay: their case depends on language. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

export function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}
