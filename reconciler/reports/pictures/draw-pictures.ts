/** Draws all pictures of a report. */
import type { Report } from '../../core/report.ts'
import { printable } from '../../core/printable.ts'
import { drawSvg } from './draw-svg.ts'
import { listPictures } from './list-pictures.ts'

export interface Picture {
  /** Without an ending; safe as the name of a file. */
  readonly name: string
  readonly description: string
  readonly svg: string
}

/** One after the other, in the order of the report. */
export async function drawPictures({ models }: Report): Promise<readonly Picture[]> {
  const specs = models.flatMap(({ model, evidence }) => (evidence === null ? [] : listPictures(model, evidence)))
  const pictures: Picture[] = []
  for (const { name, description, spec } of specs) {
    pictures.push({ name, description, svg: await drawSvg(spec, printable(description)) })
  }
  return pictures
}
