/** A document as a value: sections of paragraphs, lists, tables and pictures. Renderers make text of it; it knows no format and no model. */

/** A part of a line. What it holds may come from anybody: renderers escape it. */
export interface Run {
  readonly text: string
  /** `code`: names, digests, commands. `badge`: the word of a verdict. */
  readonly style?: 'strong' | 'code' | 'badge'
  readonly tone?: Tone
}

export type Tone = 'good' | 'bad' | 'unsure'

export type Text = string | Run | readonly (string | Run)[]

export interface Column {
  readonly title: string
  /** Numbers stand to the right. */
  readonly align?: 'left' | 'right'
}

export type Block =
  | { readonly type: 'paragraph'; readonly text: Text }
  | { readonly type: 'list'; readonly items: readonly Text[] }
  | { readonly type: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly Text[])[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'picture'; readonly name: string; readonly description: string }
  /** Shown on demand. */
  | { readonly type: 'details'; readonly summary: Text; readonly blocks: readonly Block[] }

export interface Section {
  /** Which of its sort it is; what is left out first goes by it. */
  readonly kind: string
  readonly title: Text
  /** 1: the document itself; 2: a part of it; 3: a part of that. */
  readonly level: 1 | 2 | 3
  /** Shown on demand. */
  readonly isFolded: boolean
  readonly blocks: readonly Block[]
}

export interface Document {
  /** Without formatting: the title of a page. */
  readonly title: string
  readonly sections: readonly Section[]
}

export function toRuns(text: Text): readonly Run[] {
  const runs = Array.isArray(text) ? (text as readonly (string | Run)[]) : [text as string | Run]
  return runs.map((run) => (typeof run === 'string' ? { text: run } : run)).filter(({ text }) => text !== '')
}

export function code(text: string): Run {
  return { text, style: 'code' }
}

export function strong(text: string): Run {
  return { text, style: 'strong' }
}

export function badge(text: string, tone: Tone): Run {
  return { text, style: 'badge', tone }
}

/** Names in a line: `a`, `b`, `c`. */
export function listNames(names: readonly string[]): readonly (string | Run)[] {
  return names.flatMap((name, index) => (index === 0 ? [code(name)] : [', ', code(name)]))
}

/** Ends with a full stop, unless it ends a sentence already. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

export function paragraph(...text: readonly (string | Run)[]): Block {
  return { type: 'paragraph', text }
}
