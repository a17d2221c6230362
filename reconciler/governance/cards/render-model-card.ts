/** A model card as the markdown of `cards/NAME/N.md`. Pure: the same card gives the same bytes. */
import { writeFrontMatter } from '../../manifests/write-front-matter.ts'
import { escapeMarkdown } from '../../reports/markdown/escape-markdown.ts'
import { renderMarkdown } from '../../reports/markdown/render-markdown.ts'
import type { ModelCard } from './model-card.ts'

const notice = '<!-- Written by Mainward from the evidence of the version. Changes are lost: change the manifests. -->'

export function renderModelCard({ title, metadata, document }: ModelCard): string {
  const body = renderMarkdown(document, { pictureAddress: () => null })
  return `${writeFrontMatter(metadata)}\n${notice}\n\n# ${escapeMarkdown(title)}\n\n${body}`
}
