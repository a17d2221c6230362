/** A repository behind an http(s) URL, kept as a bare, shallow clone of the branches that were asked for. One user a folder. */
import git, { type HttpClient } from 'isomorphic-git'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestBytes } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import { discardClone, hasWholePacks, isCloned, prepareClone } from './clone-folder.ts'
import { isRemoteTrouble, remoteError } from './git-error.ts'
import { createHttpClient, defaultHttpLimits, type HttpLimits } from './http-client.ts'
import { ObjectStore } from './object-store.ts'
import { pushRef } from './push-ref.ts'
import { readRef } from './read-ref.ts'
import type { RefStore } from './ref-store.ts'
import { moveRef, type RefMove } from './write-ref.ts'

export interface RemoteOptions {
  readonly url: string
  /** Sent as the password of `x-access-token`. */
  readonly token: string | null
  /** File that holds the token: read for every request, because short-lived tokens are replaced. Overrules `token`. */
  readonly tokenFile?: string | null
  /** Clones lie in here, one folder a URL. */
  readonly cacheFolder: string
  readonly limits?: HttpLimits
}

/** Commits of a branch that are fetched: enough to look back for the last good one. */
const depth = 50

export class Remote implements RefStore {
  readonly objects: ObjectStore
  /** Without credentials. */
  readonly url: string
  readonly #http: HttpClient

  constructor(options: RemoteOptions) {
    const url = parseUrl(options.url)
    const inUrl = passwordOf(url)
    const { token, tokenFile } = options
    url.username = ''
    url.password = ''
    this.url = url.href.replace(/\/$/, '')
    const authorization = (): string | null => authorizationOf(inUrl, tokenFile ? readToken(tokenFile) : token)
    this.#http = createHttpClient(url, authorization, options.limits ?? defaultHttpLimits)
    this.objects = new ObjectStore(join(options.cacheFolder, digestBytes(this.url).slice('sha256:'.length, 23)), {
      run: () => this.#discard(),
      hint: 'the clone is made anew',
    })
  }

  /** Two small requests, and nothing else, when nothing has changed. */
  async readBranch(branch: string): Promise<string | null> {
    const tip = (await this.#listRefs(`refs/heads/${branch}`)).get(`refs/heads/${branch}`)
    if (tip === undefined) return null
    const { gitdir } = this.objects
    if (readTracking(gitdir, branch) === tip && (await this.#has(tip))) return tip
    if (prepareClone(gitdir)) this.objects.forget()
    const fetched = (await this.#has(tip)) ? tip : await this.#fetch(branch)
    await moveRef(gitdir, { ref: tracking(branch), expected: readRef(gitdir, tracking(branch)), next: fetched })
    return fetched
  }

  /** A damaged clone is thrown away, and anybody may remove the cache at any time. */
  isLost(): boolean {
    return !isCloned(this.objects.gitdir)
  }

  async readTag(name: string): Promise<string | null> {
    const refs = await this.#listRefs(`refs/tags/${name}`)
    return refs.get(`refs/tags/${name}^{}`) ?? refs.get(`refs/tags/${name}`) ?? null
  }

  async moveRef(move: RefMove, created: readonly string[]): Promise<boolean> {
    try {
      const pack = await this.objects.pack(created)
      return await pushRef({ ...move, http: this.#http, url: this.url, pack })
    } catch (thrown) {
      throw remoteError(thrown, this.url)
    }
  }

  async #listRefs(prefix: string): Promise<ReadonlyMap<string, string>> {
    try {
      const refs = await git.listServerRefs({ http: this.#http, url: this.url, prefix, peelTags: true, protocolVersion: 2 })
      return new Map(
        refs.flatMap(({ ref, oid, peeled }) => [
          [ref, oid] as const,
          ...(peeled === undefined ? [] : [[`${ref}^{}`, peeled] as const]),
        ]),
      )
    } catch (thrown) {
      throw remoteError(thrown, this.url)
    }
  }

  /** False also when it is damaged: the clone is then gone. */
  async #has(oid: string): Promise<boolean> {
    try {
      return await this.objects.has(oid)
    } catch (thrown) {
      if (!(thrown instanceof MainwardError) || !this.isLost()) throw thrown
      return false
    }
  }

  #discard(): void {
    this.objects.forget()
    discardClone(this.objects.gitdir)
  }

  /**
   * isomorphic-git writes the ref and the shallow file before it has the pack. Its ref is therefore one that nobody
   * reads, and the shallow file is put back when the pack does not arrive.
   */
  async #fetch(branch: string): Promise<string> {
    const { gitdir, files } = this.objects
    const shallowFile = join(gitdir, 'shallow')
    const shallow = existsSync(shallowFile) ? readFileSync(shallowFile) : null
    this.objects.forget()
    try {
      const { fetchHead } = await git.fetch({
        fs: files,
        http: this.#http,
        gitdir,
        url: this.url,
        remote: 'origin',
        ref: tracking(branch),
        remoteRef: `refs/heads/${branch}`,
        singleBranch: true,
        tags: false,
        depth,
      })
      this.objects.forget()
      if (fetchHead !== null && (await this.objects.has(fetchHead))) return fetchHead
      throw new MainwardError('git-protocol', `${this.url} sent no commit for ${branch}`, { retry: 'backoff' })
    } catch (thrown) {
      if (shallow === null) rmSync(shallowFile, { force: true })
      else writeFileSync(shallowFile, shallow)
      this.objects.forget()
      if (!isRemoteTrouble(thrown) && !hasWholePacks(gitdir)) this.#discard()
      throw remoteError(thrown, this.url)
    }
  }
}

function tracking(branch: string): string {
  return `refs/remotes/origin/${branch}`
}

/** Null also when the file is damaged: it is written anew with the next fetch. */
function readTracking(gitdir: string, branch: string): string | null {
  try {
    return readRef(gitdir, tracking(branch))
  } catch (thrown) {
    if (!(thrown instanceof MainwardError)) throw thrown
    discardClone(gitdir)
    return null
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new MainwardError('usage', 'expected an http:// or https:// URL of a git repository', {
    hint: 'ssh is not supported; give a token with the https URL',
  })
}

function passwordOf(url: URL): string | null {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return pair === ':' ? null : pair
}

function authorizationOf(inUrl: string | null, token: string | null): string | null {
  const pair = token === null ? inUrl : `x-access-token:${token}`
  return pair === null ? null : `Basic ${Buffer.from(pair).toString('base64')}`
}

function readToken(path: string): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
  if (text !== '') return text
  throw new MainwardError(
    'unauthorized',
    `expected a token in ${path}, found ${existsSync(path) ? 'an empty file' : 'no file'}`,
    {
      retry: 'backoff',
      hint: 'write the token into the file; it is read again for every request',
    },
  )
}
