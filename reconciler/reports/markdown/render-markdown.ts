/** A document as GitHub flavoured markdown. Pure; knows no limit of length. */
import { assertNever } from '../../core/assert-never.ts'
import { toRuns, type Block, type Column, type Document, type Run, type Section, type Text } from '../document/document.ts'
import { escapeLineStart, escapeMarkdown, markdownCode, markdownFence } from './escape-markdown.ts'

export interface MarkdownOptions {
  /** Where a picture can be seen, by its name: a path or an address; null: nowhere. */
  readonly pictureAddress: (name: string) => string | null
}

export function renderMarkdown({ sections }: Document, options: MarkdownOptions): string {
  return `${sections.map((section) => renderSection(section, options)).join('\n\n')}\n`
}

export function renderSection({ title, level, isFolded, blocks }: Section, options: MarkdownOptions): string {
  const body = blocks.map((block) => renderBlock(block, options))
  return isFolded ? fold(title, body) : [`${'#'.repeat(level + 1)} ${renderText(title)}`, ...body].join('\n\n')
}

/** Blank lines, so that what is inside is markdown again (CommonMark, section 4.6, HTML blocks of kind 6). */
function fold(title: Text, body: readonly string[]): string {
  return [`<details><summary>${renderText(title, markdownCodeInHtml)}</summary>`, ...body, '</details>'].join('\n\n')
}

function renderBlock(block: Block, options: MarkdownOptions): string {
  switch (block.type) {
    case 'paragraph':
      return escapeLineStart(renderText(block.text))
    case 'list':
      return block.items.map((item) => `- ${escapeLineStart(renderText(item))}`).join('\n')
    case 'table':
      return renderTable(block.columns, block.rows)
    case 'code':
      return markdownFence(block.text)
    case 'picture':
      return renderPicture(block.name, block.description, options)
    case 'details':
      return fold(
        block.summary,
        block.blocks.map((inner) => renderBlock(inner, options)),
      )
    default:
      return assertNever(block)
  }
}

function renderTable(columns: readonly Column[], rows: readonly (readonly Text[])[]): string {
  const lines = [
    columns.map(({ title }) => escapeMarkdown(title)),
    columns.map(({ align }) => (align === 'right' ? '---:' : '---')),
    ...rows.map((row) => columns.map((_, index) => renderText(row[index] ?? ''))),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Without a place to see it, what it shows is told. */
function renderPicture(name: string, description: string, { pictureAddress }: MarkdownOptions): string {
  const address = pictureAddress(name)
  if (address === null) return escapeLineStart(escapeMarkdown(`${description} (The picture is in the HTML report.)`))
  return `![${escapeMarkdown(description)}](<${address.replace(/[<>\s\\]/g, (found) => encodeURIComponent(found))}>)`
}

function renderText(text: Text, renderCode: (text: string) => string = markdownCode): string {
  return toRuns(text)
    .map((run) => renderRun(run, renderCode))
    .join('')
}

const signs = { good: '✅', bad: '❌', unsure: '⚠️' } as const

function renderRun({ text, style, tone }: Run, renderCode: (text: string) => string): string {
  if (style === 'code') return renderCode(text)
  const escaped = escapeMarkdown(text)
  if (style === 'strong') return `**${escaped.trim()}**${/\s$/.test(text) ? ' ' : ''}`
  return style === 'badge' && tone !== undefined ? `${signs[tone]} **${escaped}**` : escaped
}

/** Backticks are no markup inside of a summary. */
function markdownCodeInHtml(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`
}
