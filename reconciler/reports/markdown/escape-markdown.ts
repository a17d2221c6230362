/**
 * Text of other people inside of GitHub flavoured markdown: it shows as it is, and never becomes a link, a mention, HTML or a part of the
 * table around it. Pure.
 */
import { printable } from '../../core/printable.ts'

/** Zero width space: GitHub looks for mentions and addresses after markdown is done, where no escape is left. */
const apart = '&#8203;'

/**
 * In one line. A character reference is never markup (CommonMark 0.31, section 2.5), so it needs no rule about what stands around it. `_` means
 * something beside a blank or a sign only (section 6.2), `<` before a letter or one of its signs (section 6.6).
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text).replace(markup, (found) =>
    found.length === 1 && !'@#'.includes(found) ? reference(found) : takeApart(found),
  )
}

const markup = /[\\`*[\]~|&$@#]|<(?![ =])|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\bgh-(?=\d)|:\/\/|\bwww\.|\b(?:mailto|xmpp):/giu

/** `@&#8203;name`, `http:&#8203;//`, `www&#8203;.`, `gh-&#8203;1`. */
function takeApart(found: string): string {
  if (found === '://') return `:${apart}//`
  return found.length === 1 || found.endsWith('-') ? `${found}${apart}` : `${found.slice(0, -1)}${apart}${found.slice(-1)}`
}

/** At the beginning of a line a sign or a number could begin a list, a quote, a heading or a line across. */
export function escapeLineStart(escaped: string): string {
  return escaped.trimStart().replace(/^\d+(?=[.)])|^[-+=:>]/, (found) => `${found.slice(0, -1)}${reference(found.slice(-1))}`)
}

/** Code in a line. Between backticks where that is safe, else as HTML. */
export function markdownCode(text: string): string {
  const line = oneLine(text)
  if (line === '') return ''
  // A pipe ends a cell of a table even between backticks, and a backslash before it is read twice.
  if (!/[`|\\]/.test(line) && line.trim() === line) return `\`${line}\``
  return `<code>${line.replace(/[^\p{L}\p{N} ]/gu, (character) => reference(character))}</code>`
}

/** A block of code whose fence is longer than any in it. */
export function markdownFence(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).map(printable)
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${lines.join('\n')}\n${fence}`
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`
}

function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' '))
}
