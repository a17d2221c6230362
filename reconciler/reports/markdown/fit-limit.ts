/** Makes markdown fit a limit of length: whole sections are left out, the least important first, and it says which. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import type { Document, Section } from '../document/document.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import { renderSection, type MarkdownOptions } from './render-markdown.ts'

/** Characters of one comment on GitHub (a body that is longer is refused: "body is too long (maximum is 65536 characters)"). */
export const githubCommentLimit = 65_536

/** What is left out first, with the words for it. What is not named here is never left out. */
export const leftOutFirst: readonly (readonly [kind: string, one: string, many: string])[] = [
  ['environment', 'environment', 'environments'],
  ['pictures', 'section of pictures', 'sections of pictures'],
  ['replay', 'replay', 'replays'],
  ['data-checks', 'training set', 'training sets'],
  ['features', 'section on features', 'sections on features'],
  ['slices', 'section on slices', 'sections on slices'],
  ['tests', 'section on behaviour tests', 'sections on behaviour tests'],
  ['plan', 'plan', 'plans'],
  ['fairness', 'section on fairness', 'sections on fairness'],
  ['metrics', 'section on metrics', 'sections on metrics'],
  ['gates', 'section on gates', 'sections on gates'],
  ['model', 'introduction of a model', 'introductions of models'],
  ['warnings', 'list of warnings', 'lists of warnings'],
  ['loosening', 'section on changed rules', 'sections on changed rules'],
  ['summary', 'table of models', 'tables of models'],
]

export interface FitOptions extends MarkdownOptions {
  /** UTF-16 code units: never more than the characters that GitHub counts. */
  readonly limit: number
  /** Where all of it is: an address or a command, in words. */
  readonly fullReport: string
}

/** Of sections of one kind the last one goes first. A note at the end says what is missing and where it is. */
export function renderWithinLimit({ sections }: Document, options: FitOptions): string {
  const rendered = sections.map((section) => ({ section, text: renderSection(section, options) }))
  const order = leaveOutOrder(sections)
  // The note may only grow by a digit or two for each kind: the place for the longest is kept free.
  const room = options.limit - describeLeftOut(sections, options.fullReport).length - 1
  const left = new Set<number>()
  let length = rendered.reduce((sum, { text }) => sum + text.length + 2, 0)
  for (const index of order) {
    // A blank line after each section, but the last one.
    if (length <= (left.size === 0 ? options.limit + 1 : room)) break
    left.add(index)
    length -= (rendered[index]?.text.length ?? 0) + 2
  }
  const kept = rendered.filter((_, index) => !left.has(index)).map(({ text }) => text)
  const missing = sections.filter((_, index) => left.has(index))
  return `${[...kept, ...(missing.length === 0 ? [] : [describeLeftOut(missing, options.fullReport)])].join('\n\n')}\n`
}

function leaveOutOrder(sections: readonly Section[]): readonly number[] {
  return leftOutFirst.flatMap(([kind]) => {
    return sections.flatMap((section, index) => (section.kind === kind ? [index] : [])).reverse()
  })
}

function describeLeftOut(missing: readonly Section[], fullReport: string): string {
  const counted = leftOutFirst.flatMap(([kind, one, many]) => {
    const count = missing.filter((section) => section.kind === kind).length
    return count === 0 ? [] : [countNoun(count, one, many)]
  })
  return `Left out, because a comment may only be so long: ${counted.join(', ')}. All of it: ${escapeMarkdown(fullReport)}.`
}
