/** Draws a vega-lite specification as SVG without a browser or a canvas: the same specification gives the same bytes. */
import { pictureConfig } from './picture-style.ts'

/** What vega exports, and its types leave out. */
interface TextMetrics {
  readonly textMetrics: { readonly canvas: (use: boolean) => void }
}

/** `description` is what is read aloud. The drawing packages are loaded when they are first needed. */
export async function drawSvg(spec: object, description: string): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  // With a canvas that somebody happens to have installed, labels would be measured by that machine's fonts.
  ;(vega as unknown as TextMetrics).textMetrics.canvas(false)
  const { spec: compiled } = compile({ ...spec, config: pictureConfig } as Parameters<typeof compile>[0])
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.None })
  try {
    return labelled(await view.toSVG(), description)
  } finally {
    view.finalize()
  }
}

function labelled(svg: string, description: string): string {
  const escaped = description.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  return `${svg.replace('<svg ', `<svg role="img" aria-label="${escaped}" `)}\n`
}
