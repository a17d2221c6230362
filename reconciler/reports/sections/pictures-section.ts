/** The section of pictures of a model: which there are, and what they show to those who do not see them. Pure. */
import type { Evidence } from '../../core/evidence.ts'
import type { Block, Section } from '../document/document.ts'
import { listPictures } from '../pictures/list-pictures.ts'

export function buildPictures(model: string, evidence: Evidence): readonly Section[] {
  const blocks = listPictures(model, evidence).map(({ name, description }): Block => ({ type: 'picture', name, description }))
  return blocks.length === 0 ? [] : [{ kind: 'pictures', title: 'Pictures', level: 3, isFolded: false, blocks }]
}
