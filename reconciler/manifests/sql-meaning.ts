/** SQL as its digest sees it: layout and comments do not count. Knows tokens, no grammar. */

/** White space, a comment to the end of its line, or something that has an end of its own; in this order. */
const spaceToken = /\s+|--[^\n]*/y
/** A string with escapes, a string, a quoted name, a dollar-quoted string: kept to the letter. */
const literalToken = /[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$)[^]*?\1/y
/** A word takes its letters together, so that the e of `name'` is none of a string with escapes. */
const wordToken = /[A-Za-z0-9_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y

/**
 * The text with every run of white space and comments outside of literals as one space. Texts of the same tokens give the
 * same result, and others never do; a text with an unfinished literal or comment stays as it is.
 */
export function sqlMeaning(sql: string): string {
  const pieces: string[] = []
  let isSpace = true
  for (let at = 0; at < sql.length;) {
    const space = takeToken(spaceToken, sql, at) ?? takeComment(sql, at)
    if (space !== null) {
      if (!isSpace) pieces.push(' ')
      isSpace = true
      at += space.length
      continue
    }
    const token = takeToken(literalToken, sql, at) ?? takeToken(wordToken, sql, at) ?? (sql[at] as string)
    if (/^['"]$/.test(token) || sql.startsWith('/*', at)) return sql
    pieces.push(token)
    isSpace = false
    at += token.length
  }
  return pieces.join('').trimEnd()
}

function takeToken(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0] ?? null
}

/** A comment between slash and star, which may hold others, or null where none begins or ends. */
function takeComment(sql: string, at: number): string | null {
  if (!sql.startsWith('/*', at)) return null
  const marks = /\/\*|\*\//g
  marks.lastIndex = at
  let depth = 0
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return sql.slice(at, marks.lastIndex)
  }
  return null
}
