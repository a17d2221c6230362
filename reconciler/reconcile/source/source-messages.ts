/** What the control plane and its source process say to each other, and the process to its parsing thread. Plain data only. */
import { join } from 'node:path'
import type { MainwardError } from '../../core/error.ts'
import type { HttpLimits } from '../../git/http-client.ts'
import type { HistoryAppend } from '../ports.ts'
import type { StoredFile } from '../../manifests/commit-view.ts'

export interface SourceSettings {
  /** Path of a local repository, or an http(s) URL. */
  readonly repository: string
  readonly branch: string
  /** Folder of the repository that is reconciled; '' for all of it. */
  readonly path: string
  readonly token: string | null
  /** File with the token, read again for every request. Overrules `token`. */
  readonly tokenFile?: string | null
  /** Clones and parsed manifests are kept in here. One source a folder. */
  readonly cacheFolder: string
  readonly httpLimits?: HttpLimits
}

/** Where the clones of remotes lie in a cache folder. */
export function clonesFolderOf(cacheFolder: string): string {
  return join(cacheFolder, 'clones')
}

export type SourceCall =
  | { readonly type: 'configure'; readonly settings: SourceSettings }
  | { readonly type: 'fetchHead' }
  | { readonly type: 'readCommit'; readonly commit: string; readonly haveTree: string | null }
  | { readonly type: 'firstParents'; readonly commit: string; readonly limit: number }
  | { readonly type: 'readFile'; readonly commit: string; readonly path: string }
  | { readonly type: 'readLines'; readonly environment: string }
  | ({ readonly type: 'appendLines' } & HistoryAppend)
  | { readonly type: 'ensureTag'; readonly name: string; readonly commit: string; readonly message: string }

export interface SourceRequest {
  readonly id: number
  readonly call: SourceCall
}

/** A part of a reading: a JSON array of resources or findings, small enough to be parsed between two other things. */
export interface ReadingPart {
  readonly kind: 'resources' | 'findings'
  readonly json: string
}

export type SourceReply =
  | { readonly id: number; readonly type: 'part'; readonly part: ReadingPart }
  | { readonly id: number; readonly type: 'result'; readonly value: unknown }
  | { readonly id: number; readonly type: 'error'; readonly error: ErrorMessage }

export interface ErrorMessage {
  /** Null: a bug, not a known cause. */
  readonly code: MainwardError['code'] | null
  readonly message: string
  readonly retry: MainwardError['retry']
  readonly hint: string | undefined
  readonly stack: string | undefined
}

export interface PathAndBlob {
  readonly path: string
  readonly oid: string
}

/** Blobs one after the other in one buffer, so that it can be handed over without a copy. */
export interface BlobBatch {
  readonly bytes: Uint8Array
  readonly blobs: readonly { readonly oid: string; readonly length: number }[]
}

export type ParseCall =
  | { readonly type: 'findMissing'; readonly oids: readonly string[] }
  | { readonly type: 'parse'; readonly batch: BlobBatch }
  | { readonly type: 'select'; readonly projectOid: string | null; readonly paths: readonly string[] }
  | { readonly type: 'findArtifacts'; readonly files: readonly PathAndBlob[] }
  | { readonly type: 'assemble'; readonly artifacts: readonly (readonly [string, StoredFile])[] }
  | { readonly type: 'save' }

export interface ParseRequest {
  readonly id: number
  readonly call: ParseCall
}

export type ParseReply =
  | { readonly id: number; readonly type: 'part'; readonly part: ReadingPart }
  | { readonly id: number; readonly type: 'result'; readonly value: unknown }
  | { readonly id: number; readonly type: 'error'; readonly message: string }
