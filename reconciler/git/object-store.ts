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

/** What to do about an object that is damaged or missing. */
export interface Repair {
  readonly run: () => void
  readonly hint: string
}

const byUser: Repair = {
  run: () => undefined,
  hint: 'run `git fsck` in the repository; a partial clone gets its objects by `git fetch --refetch --no-filter`',
}

/** Pack indexes are held in memory while they are in use; `forget` lets go of them. */
export class ObjectStore {
  readonly gitdir: string
  readonly files = createGitFiles()
  readonly #stored: ObjectFiles
  readonly #repair: Repair

  constructor(gitdir: string, repair: Repair = byUser) {
    this.gitdir = gitdir
    this.#stored = new ObjectFiles(gitdir)
    this.#repair = repair
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
      throw this.#damaged(oid, messageOf(cause), cause)
    }
  }

  #damaged(oid: string, reason: string, cause?: unknown): MainwardError {
    this.#repair.run()
    const { hint } = this.#repair
    return new MainwardError('git-protocol', `object ${oid} cannot be read: ${reason}`, { cause, retry: 'backoff', hint })
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

  /** Of an id that a tree or commit of this repository names: that it is missing is damage, like a wrong content. */
  readBlob(oid: string): Promise<Uint8Array> {
    return Promise.resolve().then(() => this.#readNamed(oid, 'blob'))
  }

  /** As `readBlob`. */
  async readTree(oid: string): Promise<readonly TreeEntry[]> {
    return parseTree(await Promise.resolve().then(() => this.#readNamed(oid, 'tree')))
  }

  /** Throws not-found, also when the id names something else. */
  async readCommit(oid: string): Promise<Commit> {
    const { type, bytes } = await this.read(oid)
    if (type === 'commit') return parseCommit(bytes)
    throw new MainwardError('not-found', `expected a commit at ${oid}, found a ${type}`)
  }

  #readNamed(oid: string, type: ObjectType): Uint8Array {
    const found = this.#readTwice(oid)
    if (found?.type === type) return found.bytes
    throw this.#damaged(oid, found === null ? `the ${type} is missing` : `expected a ${type}, found a ${found.type}`)
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
