/** Parsed manifests on disk by blob id: one append-only file a version of the parser. Anything unreadable counts as absent. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { digestBytes } from '../../core/digest.ts'
import type { ParsedFile } from '../../manifests/parsed-file.ts'

/** A file that grew beyond this is begun anew. */
const maximumBytes = 256 * 1024 * 1024
/** Entries beyond four times those in use are dropped when they are at least this many. */
const spareEntries = 20_000
const sumLength = 16

interface Place {
  readonly start: number
  readonly length: number
}

/** Lines `OID SUM JSON`; the sum guards against torn and foreign bytes. One writer a folder. */
export class ParseCache {
  readonly #folder: string
  readonly #path: string
  #places = new Map<string, Place>()
  #sizeBytes = 0

  /** `version` names everything that parsing depends on: another version's file is removed. */
  constructor(folder: string, version: string) {
    mkdirSync(folder, { recursive: true })
    const name = `parsed-${digestBytes(version).slice('sha256:'.length, 23)}.jsonl`
    for (const other of readdirSync(folder)) if (other.startsWith('parsed-') && other !== name) rmSync(join(folder, other))
    this.#folder = folder
    this.#path = join(folder, name)
    this.#index()
  }

  read(oid: string): ParsedFile | null {
    const place = this.#places.get(oid)
    if (place === undefined) return null
    const text = this.#readAt(place).toString()
    const json = text.slice(sumLength + 1)
    if (text.slice(0, sumLength) === sumOf(oid, json)) return JSON.parse(json) as ParsedFile
    this.#places.delete(oid)
    return null
  }

  append(entries: ReadonlyMap<string, ParsedFile>): void {
    if (this.#isForeign()) this.#reset()
    const lines: string[] = []
    for (const [oid, parsed] of entries) if (!this.#places.has(oid)) lines.push(this.#lineOf(oid, JSON.stringify(parsed)))
    if (lines.length === 0) return
    mkdirSync(this.#folder, { recursive: true })
    appendFileSync(this.#path, lines.join(''))
  }

  /** Drops what is not in use when that is most of the file. */
  compact(inUse: ReadonlyMap<string, ParsedFile>): void {
    if (this.#places.size < inUse.size * 4 || this.#places.size < spareEntries) return
    this.#reset()
    const lines = [...inUse].map(([oid, parsed]) => this.#lineOf(oid, JSON.stringify(parsed)))
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(`${this.#path}.new`, lines.join(''))
    renameSync(`${this.#path}.new`, this.#path)
  }

  /** Whether somebody has removed or changed the file: what is known of it is then wrong. */
  #isForeign(): boolean {
    return (statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) !== this.#sizeBytes
  }

  /** Begins the file anew. */
  #reset(): void {
    this.#places = new Map()
    this.#sizeBytes = 0
    rmSync(this.#path, { force: true })
  }

  #lineOf(oid: string, json: string): string {
    const line = `${oid} ${sumOf(oid, json)} ${json}\n`
    const length = Buffer.byteLength(line)
    this.#places.set(oid, { start: this.#sizeBytes + 41, length: length - 42 })
    this.#sizeBytes += length
    return line
  }

  #index(): void {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
    if (size > maximumBytes) rmSync(this.#path)
    if (size === 0 || size > maximumBytes) return
    const bytes = this.#readAt({ start: 0, length: size })
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(10, start)
      if (end < 0) break
      const oid = bytes.toString('latin1', start, start + 40)
      if (end - start > 42 && /^[0-9a-f]{40}$/.test(oid)) this.#places.set(oid, { start: start + 41, length: end - start - 41 })
      start = end + 1
    }
    this.#sizeBytes = size
    if (bytes.at(-1) !== 10) {
      appendFileSync(this.#path, '\n')
      this.#sizeBytes += 1
    }
  }

  #readAt({ start, length }: Place): Buffer {
    if (!existsSync(this.#path)) return Buffer.alloc(0)
    const descriptor = openSync(this.#path, 'r')
    try {
      const bytes = Buffer.alloc(Math.min(length, Math.max(0, fstatSync(descriptor).size - start)))
      readSync(descriptor, bytes, 0, bytes.length, start)
      return bytes
    } finally {
      closeSync(descriptor)
    }
  }
}

function sumOf(oid: string, json: string): string {
  return digestBytes(`${oid} ${json}`).slice('sha256:'.length, 'sha256:'.length + sumLength)
}
