/** The bytes of a tree object. Knows nothing of where they come from. */

export interface TreeEntry {
  /** Octal, as git writes it: `100644`, `100755`, `120000` (link), `40000` (folder), `160000` (submodule). */
  readonly mode: string
  /** Bytes that are no UTF-8 become U+FFFD: such a path cannot be written back. */
  readonly name: string
  readonly oid: string
}

export const folderMode = '40000'

export function isFile({ mode }: TreeEntry): boolean {
  return mode === '100644' || mode === '100755' || mode === '100664'
}

/** `MODE NAME\0` and 20 bytes of id, repeated (git-scm.com/book, Git Internals). */
export function parseTree(bytes: Uint8Array): readonly TreeEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: TreeEntry[] = []
  let at = 0
  while (at < buffer.length) {
    const space = buffer.indexOf(32, at)
    const end = buffer.indexOf(0, space)
    if (space < 0 || end < 0 || end + 21 > buffer.length) throw new Error('a tree object ends in the middle of an entry')
    entries.push({
      mode: buffer.toString('latin1', at, space),
      name: buffer.toString('utf8', space + 1, end),
      oid: buffer.toString('hex', end + 1, end + 21),
    })
    at = end + 21
  }
  return entries
}

/** git sorts folders as if their names ended with a slash. */
export function formatTree(entries: readonly TreeEntry[]): Uint8Array {
  const keyed = entries.map((entry) => ({
    key: Buffer.from(entry.mode === folderMode ? `${entry.name}/` : entry.name),
    bytes: Buffer.concat([Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.oid, 'hex')]),
  }))
  return Buffer.concat(keyed.sort((a, b) => a.key.compare(b.key)).map(({ bytes }) => bytes))
}
