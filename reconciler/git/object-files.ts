/** Finds objects in the packs and loose files of one git directory, and proves each by its id. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { PackFile, type PackedObject } from './pack-file.ts'

/** git knows it without storing it. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export class ObjectFiles {
  readonly #gitdir: string
  #packs: Map<string, PackFile> | null = null

  constructor(gitdir: string) {
    this.#gitdir = gitdir
  }

  /** Null when there is no such object. Packs that appeared since the last look are found. Throws when it is damaged. */
  read(oid: string): PackedObject | null {
    if (oid === emptyTree) return { type: 'tree', bytes: Buffer.alloc(0) }
    const found = this.#readPacked(oid) ?? this.#readLoose(oid) ?? (this.#lookAgain() ? this.#readPacked(oid) : null)
    if (found !== null && idOf(found) !== oid) throw new Error(`object ${oid} has another content than its id says`)
    return found
  }

  forget(): void {
    for (const pack of this.#packs?.values() ?? []) pack.close()
    this.#packs = null
  }

  #readPacked(oid: string): PackedObject | null {
    if (this.#packs === null) this.#lookAgain()
    for (const pack of this.#packs?.values() ?? []) {
      const found = pack.read(oid, (base) => this.#readBase(base))
      if (found !== null) return found
    }
    return null
  }

  #readBase(oid: string): PackedObject {
    const base = this.read(oid)
    if (base === null) throw new Error(`the base ${oid} of a delta is missing`)
    return base
  }

  #readLoose(oid: string): PackedObject | null {
    const path = join(this.#gitdir, 'objects', oid.slice(0, 2), oid.slice(2))
    if (!existsSync(path)) return null
    const bytes = inflateSync(readFileSync(path))
    const end = bytes.indexOf(0)
    const type = bytes.toString('latin1', 0, bytes.indexOf(32)) as PackedObject['type']
    return { type, bytes: bytes.subarray(end + 1) }
  }

  /** True when there are other packs than before. */
  #lookAgain(): boolean {
    const folder = join(this.#gitdir, 'objects/pack')
    const present = new Set(existsSync(folder) ? readdirSync(folder) : [])
    const names = [...present].filter((name) => name.endsWith('.idx') && present.has(name.replace(/idx$/, 'pack')))
    const before = this.#packs ?? new Map<string, PackFile>()
    const packs = new Map<string, PackFile>()
    this.#packs = packs
    for (const [name, pack] of before) {
      if (names.includes(name)) packs.set(name, pack)
      else pack.close()
    }
    const added = names.filter((name) => !packs.has(name))
    for (const name of added) packs.set(name, new PackFile(join(folder, name)))
    return added.length > 0
  }
}

function idOf({ type, bytes }: PackedObject): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')
}
