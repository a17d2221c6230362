/** A document as one HTML page that needs nothing else. Pure but for loading the template engine when it is first used. */
import { assertNever } from '../../core/assert-never.ts'
import { printable } from '../../core/printable.ts'
import { toRuns, type Block, type Document, type Run, type Section, type Text } from '../document/document.ts'
import type { Picture } from '../pictures/draw-pictures.ts'
import { blockTemplate, reportTemplate, textTemplate } from './report-template.ts'

/** `pictures`: those that the document names; one that is not there is told by its description alone. */
export async function renderHtml({ title, sections }: Document, pictures: readonly Picture[]): Promise<string> {
  const { default: handlebars } = await import('handlebars')
  const engine = handlebars.create()
  engine.registerPartial('text', textTemplate)
  engine.registerPartial('block', blockTemplate)
  const svgs = new Map(pictures.map(({ name, svg }) => [name, svg]))
  const render = engine.compile(reportTemplate, { strict: false, knownHelpersOnly: true })
  return render({ title: printable(title), sections: sections.map((section) => showSection(section, svgs)) })
}

function showSection({ title, level, isFolded, blocks }: Section, svgs: ReadonlyMap<string, string>): object {
  return { title: showText(title), level, isFolded, blocks: blocks.map((block) => showBlock(block, plain(title), svgs)) }
}

/** Exactly one member: templates choose by it. */
function showBlock(block: Block, label: string, svgs: ReadonlyMap<string, string>): object {
  switch (block.type) {
    case 'paragraph':
      return { paragraph: showText(block.text) }
    case 'list':
      return { list: block.items.map(showText) }
    case 'table':
      return { table: showTable(block, label) }
    case 'code':
      return {
        hasCode: true,
        code: block.text
          .split(/\r\n|\r|\n/)
          .map(printable)
          .join('\n'),
      }
    case 'picture':
      return { picture: { svg: svgs.get(block.name) ?? '', description: printable(block.description) } }
    case 'details':
      return { details: { summary: showText(block.summary), blocks: block.blocks.map((inner) => showBlock(inner, plain(block.summary), svgs)) } } // prettier-ignore
    default:
      return assertNever(block)
  }
}

function showTable({ columns, rows }: Extract<Block, { type: 'table' }>, label: string): object {
  const isRight = columns.map(({ align }) => align === 'right')
  return {
    label,
    columns: columns.map(({ title }, index) => ({ title: printable(title), isRight: isRight[index] })),
    rows: rows.map((row) => row.map((cell, index) => ({ runs: showText(cell), look: lookOf(cell, isRight[index] === true) }))),
  }
}

/** Names and intervals, which are hard to read when they are broken at a dash or before their end. */
const unbrokenCharacters = 23
/** Sentences: in a narrow column they would make a row as high as a page. */
const longCharacters = 60

/** A table may be wider than a small screen: it is scrolled. */
function lookOf(cell: Text, isRight: boolean): string {
  const { length } = plain(cell)
  const size = length === 0 ? [] : [length <= unbrokenCharacters ? 'short' : length > longCharacters ? 'long' : 'text']
  return [...(isRight ? ['right'] : []), ...size].join(' ')
}

function showText(text: Text): readonly object[] {
  return toRuns(text).map(showRun)
}

function showRun({ text, style, tone }: Run): object {
  return { text: printable(text), isCode: style === 'code', isStrong: style === 'strong', tone }
}

function plain(text: Text): string {
  return toRuns(text)
    .map((run) => printable(run.text))
    .join('')
}
