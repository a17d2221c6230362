/** Brings manifests into one form, so that a change is a one-line diff. Comments stay, and the meaning too. */
import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { canonicalJson } from '../core/digest.ts'
import { LineIndex } from './line-index.ts'
import { readDocument, type DocumentReading } from './read-document.ts'
import { isManifest, mayBeManifest } from './recognise.ts'
import { splitDocuments, type DocumentText } from './split-documents.ts'

const keyOrder = ['apiVersion', 'kind', 'metadata', 'spec']

/**
 * The text in the form of `mainward fmt`: top-level keys in order, lists in block style with one item a line. A map of scalars may stay in
 * one line; an item of a list also with short maps inside, or as a few scalars. A document that is not ours, or that cannot be read without error, stays as it is.
 * Formatting twice changes nothing more.
 */
export function formatManifest(text: string): string {
  if (!mayBeManifest(text)) return text
  const plain = text.replace(/^\uFEFF/, '')
  const documents = splitDocuments(plain)
  const pieces = documents.map((document, index) => {
    const end = documents[index + 1]?.offset ?? plain.length
    const before = index === 0 ? plain.slice(0, document.offset) : ''
    const after = plain.slice(document.offset + document.text.length, end)
    return before + (formatDocument(document) ?? document.text) + after
  })
  return pieces.length === 0 ? text : pieces.join('')
}

/** Null when the document must stay as it is. */
function formatDocument(source: DocumentText): string | null {
  const reading = readAlone(source.text)
  if (reading.problems.length > 0 || !isManifest(reading.value)) return null
  const before = source.text.replaceAll('\r\n', '\n')
  // Comments can take two rounds until they stand where they stay.
  let text = before
  for (let round = 0; round < maximumRounds; round += 1) {
    const next = formatOnce(text, source.offset > 0)
    if (next === text) return keepsMeaning(before, text) ? text : null
    text = next
  }
  return null
}

const maximumRounds = 6

function formatOnce(text: string, isLater: boolean): string {
  const document = parseDocument(text)
  orderKeys(document)
  breakLists(document)
  // Blank lines after an end marker (`...`) are not part of the document's own text.
  const lead = isLater ? (/^\n*/.exec(text)?.[0] ?? '') : ''
  return lead + withLineEnd(document.toString({ lineWidth: 0, flowCollectionPadding: true }))
}

function withLineEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

function orderKeys(document: Document.Parsed): void {
  if (!isMap(document.contents)) return
  const rank = (pair: Pair): number => {
    const index = keyOrder.indexOf(isScalar(pair.key) ? String(pair.key.value) : '')
    return index === -1 ? keyOrder.length : index
  }
  const items: Pair[] = document.contents.items
  const first = items[0]
  items.sort((a, b) => rank(a) - rank(b))
  // What stands above the first key is about the document (`# yaml-language-server: …`), whichever key it was.
  if (first === undefined || items[0] === first || !isNode(first.key)) return
  const above = [document.commentBefore, document.contents.commentBefore, first.key.commentBefore]
  document.commentBefore = above.filter(Boolean).join('\n') || null
  document.contents.commentBefore = null
  first.key.commentBefore = null
}

function breakLists(document: Document.Parsed): void {
  visit(document, {
    Collection(_, node, path) {
      if (isSeq(node)) node.flow = node.items.length === 0 || (node.flow === true && isSeq(path.at(-1)) && isPoint(node))
      else if (isMap(node) && node.flow === true)
        node.flow = isSeq(path.at(-1)) ? isOneLine(node) : node.items.every(({ key, value }) => isBare(key) && isBare(value))
    },
  })
}

/** What may stay together inside of a line. */
const longestInner = 4

/** An item of a list: only scalars and short maps of them, and no comment that would need a line of its own. */
export function isOneLine(map: YAMLMap): boolean {
  return map.items.every(({ key, value }) => !hasComment(key) && !hasComment(value) && (!isCollection(value) || isShort(value)))
}

function isShort(node: unknown): boolean {
  return isMap(node) && node.items.length <= longestInner && node.items.every(({ key, value }) => isBare(key) && isBare(value))
}

/** A few scalars that are one thing, as the two numbers of a point. */
export function isPoint(list: YAMLSeq): boolean {
  return list.items.length <= longestInner && list.items.every(isBare)
}

function isBare(node: unknown): boolean {
  return !isCollection(node) && !hasComment(node)
}

function hasComment(node: unknown): boolean {
  const { comment, commentBefore } = (node ?? {}) as { comment?: string | null; commentBefore?: string | null }
  return Boolean(comment) || Boolean(commentBefore)
}

/** The last line of defence: the value and every comment are still there. */
function keepsMeaning(before: string, after: string): boolean {
  const reading = readAlone(after)
  if (reading.problems.length > 0) return false
  if (canonicalJson(reading.value) !== canonicalJson(readAlone(before).value)) return false
  return commentsOf(before) === commentsOf(after)
}

function readAlone(text: string): DocumentReading {
  return readDocument({ text, offset: 0 }, new LineIndex(text))
}

/** The texts of all comments, sorted: order of keys may move them. */
function commentsOf(text: string): string {
  const comments: string[] = []
  const collect = (node: { comment?: string | null; commentBefore?: string | null }): void => {
    for (const comment of [node.comment, node.commentBefore]) {
      if (comment) comments.push(...comment.split('\n').map((line) => line.trim()))
    }
  }
  const document = parseDocument(text)
  collect(document)
  visit(document, { Node: (_, node) => collect(node) })
  return comments.filter(Boolean).sort().join('\n')
}
