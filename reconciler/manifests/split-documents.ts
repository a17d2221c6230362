/** Cuts a file into YAML documents by their markers. Knows nothing of what the documents hold. */

/** A piece of a file: one YAML document with its marker and directives. */
export interface DocumentText {
  readonly text: string
  /** Index of its first character in the file. */
  readonly offset: number
}

/**
 * The documents of a file, in order; pieces without content are left out. Markers at the start of a line end a
 * document even inside of a text (YAML 1.2.2, section 9.1.2, `c-forbidden`), so no parsing is needed.
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  if (!/^(?:---|\.\.\.)/m.test(text)) return hasContent(text) ? [{ text, offset: 0 }] : []
  const starts = [...text.matchAll(/(?<![^\n])(?:---|\.\.\.)(?=[ \t\r\n]|$)/g)].map((match) => match.index)
  const documents: DocumentText[] = []
  let start = 0
  let body = 0
  for (const next of [...starts, text.length]) {
    const isFull = hasContent(text.slice(body, next))
    if (isFull) documents.push({ text: text.slice(start, next), offset: start })
    // Directives and comments before a marker belong to the document after it; an empty document is a document too.
    const isLead = !isFull && text.startsWith('---', next) && !text.startsWith('---', body)
    body = text.startsWith('...', next) ? next + 3 : next
    if (!isLead) start = body
  }
  return documents
}

/** Whether anything but markers, comments, directives and blank lines is there. */
function hasContent(piece: string): boolean {
  return /^(?!(?:---|\.\.\.)?[ \t]*(?:#.*)?\r?$|%)[^\n]+/m.test(piece)
}
