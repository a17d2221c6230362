/** A program's output as lines that can be shown: no colours, no control characters, of a progress bar its last state. */
import { stripVTControlCharacters } from 'node:util'

/** A longer line is cut: it is data more than a sentence. */
const lineLimit = 500

/** Empty lines are left out. Bytes that are no UTF-8 become replacement characters. */
export function cleanLines(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split(/\r?\n/)
    .map(cleanLine)
    .filter((line) => line !== '')
}

function cleanLine(line: string): string {
  const shown = line.split('\r').findLast((part) => part.trim() !== '') ?? ''
  const plain = stripVTControlCharacters(shown)
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .trimEnd()
  return plain.length <= lineLimit ? plain : `${plain.slice(0, lineLimit)}…`
}
