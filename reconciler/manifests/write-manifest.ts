/** Writes a new manifest as text in the form of `mainward fmt`. Knows no kind and no place. */
import { Document, isCollection, isSeq, visit, type YAMLMap } from 'yaml'
import { formatManifest, isOneLine, isPoint } from './format.ts'

/** A map of more scalars than this stands in one line, wherever it is. */
const longestBlock = 8

/**
 * `comments` are whole lines above the manifest, without `#`. A list has an item a line; a map of scalars, or of short maps of
 * them, stays in one line inside of a list. Members that are undefined are left out.
 */
export function writeManifest(manifest: object, comments: readonly string[]): string {
  const document = new Document(manifest, { keepUndefined: false, aliasDuplicateObjects: false })
  document.commentBefore = comments.map((line) => ` ${line}`).join('\n')
  visit(document, {
    Map(_, map, path) {
      if (isSeq(path.at(-1)) ? isOneLine(map) : isFlat(map) && map.items.length > longestBlock) map.flow = true
    },
    Seq(_, list, path) {
      if (list.items.length === 0 || (isSeq(path.at(-1)) && isPoint(list))) list.flow = true
    },
  })
  // Comments above the first key belong to the document, without a blank line between them.
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true }).replace(/^((?:#.*\n)+)\n/, '$1')
  return formatManifest(text)
}

function isFlat(map: YAMLMap): boolean {
  return map.items.every(({ value }) => !isCollection(value))
}
