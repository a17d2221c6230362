/** Objects of one git directory: reads and writes commits, trees, blobs and tags by id. Knows nothing of refs and remotes. */
import git from 'isomorphic-git'
import { MainwardError, messageOf } from '../core/error.ts'
import { createGitFiles } from './git-files.ts'
import { parseCommit, type Commit } from './commit-object.ts'
import { ObjectFiles } from './object-files.ts'
import { parseTree, type TreeEntry } from './tree-object.ts'

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

export interface GitObject {
  readonly type: ObjectType
  readonly bytes: Uint8Array
}

/** Pack indexes are held in memory while they are in use; `forget` lets go of them. */
export class ObjectStore {
  readonly gitdir: string
  readonly files = createGitFiles()
  readonly #stored: ObjectFiles

  constructor(gitdir: string) {
    this.gitdir = gitdir
    this.#stored = new ObjectFiles(gitdir)
  }

  /** Throws not-found. A repository that is repacked while it is read is read again. */
  read(oid: string): Promise<GitObject> {
    return Promise.resolve().then(() => {
      const found = this.#readTwice(oid)
      if (found === null) throw new MainwardError('not-found', `object ${oid} is not in the repository`)
      return found
    })
  }

  #readTwice(oid: string): GitObject | null {
    try {
      return this.#stored.read(oid)
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown
      this.forget()
    }
    try {
      return this.#stored.read(oid)
    } catch (cause) {
      throw new MainwardError('git-protocol', `object ${oid} cannot be read: ${messageOf(cause)}`, {
        cause,
        hint: 'run `git fsck` in the repository',
      })
    }
  }

  async has(oid: string): Promise<boolean> {
    try {
      await this.read(oid)
      return true
    } catch (thrown) {
      if (thrown instanceof MainwardError && thrown.code === 'not-found') return false
      throw thrown
    }
  }

  /** Writes a loose object; its id. Writing what is there already changes nothing. */
  async write(type: ObjectType, bytes: Uint8Array): Promise<string> {
    return git.writeObject({ fs: this.files, gitdir: this.gitdir, type, object: Buffer.from(bytes), format: 'content' })
  }

  async readBlob(oid: string): Promise<Uint8Array> {
    return (await this.#readTyped(oid, 'blob')).bytes
  }

  async readTree(oid: string): Promise<readonly TreeEntry[]> {
    return parseTree((await this.#readTyped(oid, 'tree')).bytes)
  }

  async readCommit(oid: string): Promise<Commit> {
    return parseCommit((await this.#readTyped(oid, 'commit')).bytes)
  }

  async #readTyped(oid: string, type: ObjectType): Promise<GitObject> {
    const found = await this.read(oid)
    if (found.type !== type) throw new MainwardError('not-found', `expected a ${type} at ${oid}, found a ${found.type}`)
    return found
  }

  /** A pack with exactly these objects. */
  async pack(oids: readonly string[]): Promise<Uint8Array> {
    const { packfile } = await git.packObjects({ fs: this.files, gitdir: this.gitdir, oids: [...oids] })
    if (packfile === undefined) throw new Error('a pack that is not written to disk is returned')
    return packfile
  }

  forget(): void {
    this.#stored.forget()
  }
}
