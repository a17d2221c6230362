/** A document as text for a terminal. Pure; how text is styled and how tables are set is given. */
import { assertNever } from '../../core/assert-never.ts'
import { printable } from '../../core/printable.ts'
import {
  toRuns,
  type Block,
  type Column,
  type Document,
  type Run,
  type Section,
  type Text,
  type Tone,
} from '../document/document.ts'

export interface TerminalOptions {
  readonly style: (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', text: string) => string
  /** Aligned columns, a title line first, with a line break at the end. */
  readonly renderTable: (columns: readonly Column[], rows: readonly (readonly string[])[]) => string
}

/** Pictures are left out; folded sections are shown as the others. */
export function renderTerminal({ sections }: Document, options: TerminalOptions): string {
  const shown = sections.filter(({ kind }) => kind !== 'pictures')
  return shown.map((section) => renderSection(section, options)).join('\n')
}

function renderSection({ title, blocks }: Section, options: TerminalOptions): string {
  const heading = toRuns(title)
    .map((run) => (run.tone === undefined ? options.style('bold', printable(run.text)) : renderRun(run, options)))
    .join('')
  return `${heading}\n${blocks.map((block) => indent(renderBlock(block, options))).join('')}`
}

function renderBlock(block: Block, options: TerminalOptions): string {
  switch (block.type) {
    case 'paragraph':
      return `${renderText(block.text, options)}\n`
    case 'list':
      return block.items.map((item) => `- ${renderText(item, options)}\n`).join('')
    case 'table':
      return options.renderTable(
        block.columns,
        block.rows.map((row) => row.map((cell) => renderText(cell, options))),
      )
    case 'code':
      return indent(
        `${block.text
          .split(/\r\n|\r|\n/)
          .map(printable)
          .join('\n')}\n`,
      )
    case 'picture':
      return ''
    case 'details':
      return `${renderText(block.summary, options)}:\n${block.blocks.map((inner) => indent(renderBlock(inner, options))).join('')}`
    default:
      return assertNever(block)
  }
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

function renderText(text: Text, options: TerminalOptions): string {
  return toRuns(text)
    .map((run) => renderRun(run, options))
    .join('')
}

const colours: Readonly<Record<Tone, 'green' | 'red' | 'yellow'>> = { good: 'green', bad: 'red', unsure: 'yellow' }

function renderRun({ text, style, tone }: Run, options: TerminalOptions): string {
  const shown = printable(text)
  if (tone !== undefined) return options.style(colours[tone], shown)
  return style === 'strong' ? options.style('bold', shown) : shown
}
