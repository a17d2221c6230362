/** Where the characters of a text stand in the YAML that holds it: plain, in quotes, or in a block of several lines. Pure. */

/** From the character `index` of the text on, to the end of a line of the file, it is written as it is from `offset` on. */
export interface TextPlace {
  readonly index: number
  readonly offset: number
}

/**
 * `written` is the scalar as it stands in the file, its quotes or its `|` included. A line that is not written as it reads (an escape in
 * quotes) has no place.
 */
export function placesInText(written: string, text: string): readonly TextPlace[] {
  const places: TextPlace[] = []
  let [start, index] = [0, 0]
  for (const line of written.split('\n')) {
    const [head, own] = splitLine(line, start === 0)
    const found = own === '' ? -1 : text.indexOf(own, index)
    if (found !== -1) {
      places.push({ index: found, offset: start + head })
      index = found + own.length
    }
    start += line.length + 1
  }
  return places
}

/** Indentation or an opening quote, and what follows without a closing one. */
function splitLine(line: string, isFirst: boolean): readonly [number, string] {
  if (isFirst && /^[|>]/.test(line)) return [0, '']
  const head = /^\s*/.exec(line)?.[0].length ?? 0
  const quote = isFirst ? (/^["']/.exec(line)?.[0] ?? '') : ''
  const own = line.slice(head + quote.length).trimEnd()
  return [head + quote.length, quote !== '' && own.endsWith(quote) ? own.slice(0, -1) : own]
}

/** The offset of a character of the text; null: it has no place. */
export function offsetInText(places: readonly TextPlace[], at: number): number | null {
  const place = places.findLast(({ index }) => index <= at)
  return place === undefined ? null : place.offset + (at - place.index)
}
