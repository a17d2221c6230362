/** The folder of a clone that Mainward made: laid out, checked, thrown away. Knows no network and no refs. */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Fetches add packs; a clone with more is made anew. */
const maximumPacks = 64
const sumLength = 20
/** Fetched refs go where nobody reads them, until their objects are there. */
const config = '[core]\n\tbare = true\n[remote "origin"]\n\tfetch = +refs/heads/*:refs/incoming/*\n'

/** False when the clone was never made, or thrown away, by us or by a person. */
export function isCloned(gitdir: string): boolean {
  return existsSync(join(gitdir, 'HEAD'))
}

/** Makes the layout unless it is there. True when the folder was begun anew. */
export function prepareClone(gitdir: string): boolean {
  if (listIndexes(gitdir).length > maximumPacks) discardClone(gitdir)
  const isNew = !isCloned(gitdir)
  mkdirSync(join(gitdir, 'objects/pack'), { recursive: true })
  mkdirSync(join(gitdir, 'refs'), { recursive: true })
  writeFileSync(join(gitdir, 'config'), config)
  writeFileSync(join(gitdir, 'HEAD'), 'ref: refs/heads/main\n')
  return isNew
}

export function discardClone(gitdir: string): void {
  rmSync(gitdir, { recursive: true, force: true })
}

/** Whether every pack and its index are as they were written: both end with a SHA-1 of what is before (gitformat-pack). */
export function hasWholePacks(gitdir: string): boolean {
  return listIndexes(gitdir).every((path) => {
    const index = readFileSync(path)
    const pack = path.replace(/idx$/, 'pack')
    if (!existsSync(pack) || !endsWithSum(index)) return false
    return sumOfFile(pack).equals(index.subarray(-2 * sumLength, -sumLength))
  })
}

function listIndexes(gitdir: string): readonly string[] {
  const folder = join(gitdir, 'objects/pack')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.filter((name) => name.endsWith('.idx')).map((name) => join(folder, name))
}

function endsWithSum(bytes: Buffer): boolean {
  const sum = createHash('sha1').update(bytes.subarray(0, -sumLength)).digest()
  return bytes.length >= 2 * sumLength && sum.equals(bytes.subarray(-sumLength))
}

/** The SHA-1 of all but the last 20 bytes, a piece at a time: packs can be larger than memory. Empty when those 20 disagree. */
function sumOfFile(path: string): Buffer {
  const descriptor = openSync(path, 'r')
  const hash = createHash('sha1')
  const piece = Buffer.alloc(1024 * 1024)
  let tail = Buffer.alloc(0)
  try {
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
      const bytes = Buffer.concat([tail, piece.subarray(0, read)])
      const end = Math.max(0, bytes.length - sumLength)
      hash.update(bytes.subarray(0, end))
      tail = bytes.subarray(end)
    }
  } finally {
    closeSync(descriptor)
  }
  const sum = hash.digest()
  return sum.equals(tail) ? sum : Buffer.alloc(0)
}
