/** The process that reads and writes git for the control plane: one call at a time, until its parent goes away. */
import { join } from 'node:path'
import { assertNever } from '../../core/assert-never.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import { appendLines, readLines, type LineFile } from '../../git/append-lines.ts'
import { ensureTag } from '../../git/ensure-tag.ts'
import { openRepository } from '../../git/open-repository.ts'
import { readFirstParents } from '../../git/read-history.ts'
import { localRefs, type RefStore } from '../../git/ref-store.ts'
import { Remote } from '../../git/remote.ts'
import type { CommitInfo } from '../ports.ts'
import { CommitReader } from './commit-reader.ts'
import { ParserClient } from './parser-client.ts'
import {
  clonesFolderOf,
  type ErrorMessage,
  type SourceCall,
  type SourceReply,
  type SourceRequest,
  type SourceSettings,
} from './source-messages.ts'

/** What `readFile` returns at most. */
const maximumFileBytes = 1024 * 1024

interface Source {
  readonly settings: SourceSettings
  readonly refs: RefStore
  readonly reader: CommitReader
  readonly parser: ParserClient
}

main()

function main(): void {
  const state: { source: Source | null; last: Promise<void> } = { source: null, last: Promise.resolve() }
  process.on('disconnect', () => process.exit(0))
  // The parent may have died while this process was starting: then nobody says so any more.
  if (!process.connected) process.exit(0)
  process.on('message', (request: SourceRequest) => {
    state.last = state.last.then(async () => {
      try {
        if (request.call.type === 'configure') state.source = open(request.call.settings)
        const value = request.call.type === 'configure' ? null : await answerAgain(state.source, request.call, request.id)
        send({ id: request.id, type: 'result', value })
        await saveParsed(state.source, request.call)
      } catch (thrown) {
        send({ id: request.id, type: 'error', error: describeError(thrown) })
      }
    })
  })
}

function open(settings: SourceSettings): Source {
  const { repository, token, tokenFile = null, cacheFolder, httpLimits } = settings
  const refs = /^https?:/.test(repository)
    ? new Remote({
        url: repository,
        token,
        tokenFile,
        cacheFolder: clonesFolderOf(cacheFolder),
        ...(httpLimits === undefined ? {} : { limits: httpLimits }),
      })
    : localRefs(openRepository(repository).objects)
  const parser = new ParserClient(join(cacheFolder, 'parsed'))
  return { settings, refs, parser, reader: new CommitReader(refs.objects, parser) }
}

type GitCall = Exclude<SourceCall, { type: 'configure' }>

/** A clone that turned out to be damaged, or was removed, is fetched again and asked once more. */
async function answerAgain(source: Source | null, call: GitCall, id: number): Promise<unknown> {
  if (source === null) throw new Error('the first call configures')
  try {
    return await answer(source, call, id)
  } catch (thrown) {
    if (call.type === 'fetchHead' || !source.refs.isLost()) throw thrown
    await fetchHead(source)
    return answer(source, call, id)
  }
}

async function answer(source: Source, call: GitCall, id: number): Promise<unknown> {
  const { refs, reader, settings } = source
  switch (call.type) {
    case 'fetchHead':
      return fetchHead(source)
    case 'readCommit':
      return reader.readCommit({ ...call, path: settings.path, onPart: (part) => send({ id, type: 'part', part }) })
    case 'firstParents':
      return firstParents(source, call.commit, call.limit)
    case 'readFile':
      return readFile(source, call.commit, call.path)
    case 'readLines':
      return readLines(refs, historyFile(call.environment))
    case 'appendLines':
      return appendLines(refs, { ...call, ...historyFile(call.environment) })
    case 'ensureTag':
      return ensureTag(refs, call)
    default:
      return assertNever(call)
  }
}

function historyFile(environment: string): LineFile {
  return { branch: 'mainward/history', file: `${environment}.jsonl` }
}

async function fetchHead({ refs, settings }: Source): Promise<string> {
  const head = await refs.readBranch(settings.branch)
  if (head !== null) return head
  throw new MainwardError('not-found', `${settings.repository} has no branch ${settings.branch}`, {
    retry: 'backoff',
    hint: 'commit something to it, or name another with --branch',
  })
}

async function firstParents({ refs }: Source, commit: string, limit: number): Promise<readonly CommitInfo[]> {
  const line = await readFirstParents(refs.objects, commit, limit)
  return line.map(({ oid, author, message, committedAt }) => ({ commit: oid, author, message, committedAt }))
}

async function readFile({ refs, reader, settings }: Source, commit: string, path: string): Promise<Uint8Array> {
  const whole = settings.path === '' ? path : `${settings.path}/${path}`
  const oid = await reader.findFile(commit, whole)
  if (oid === null) throw new MainwardError('not-found', `commit ${commit} has no file ${whole}`)
  const bytes = await refs.objects.readBlob(oid)
  if (bytes.length <= maximumFileBytes) return new Uint8Array(bytes)
  throw new MainwardError('invalid-input', `expected at most 1 MiB, found ${bytes.length} bytes in ${whole}`, {
    hint: 'keep it in the artifact store and name it by `uri`',
  })
}

/** After the answer: nobody waits for the disk. A cache that cannot be written costs time, never a reading. */
async function saveParsed(source: Source | null, call: SourceCall): Promise<void> {
  if (call.type !== 'readCommit' || source === null) return
  await source.parser.save().catch((thrown: unknown) => {
    process.stderr.write(`parsed manifests could not be kept on disk: ${messageOf(thrown).split('\n')[0] ?? ''}\n`)
  })
}

function send(reply: SourceReply): void {
  if (process.connected) process.send?.(reply)
}

function describeError(thrown: unknown): ErrorMessage {
  const known = thrown instanceof MainwardError ? thrown : null
  return {
    code: known?.code ?? null,
    message: messageOf(thrown),
    retry: known?.retry ?? 'backoff',
    hint: known?.hint,
    stack: thrown instanceof Error ? thrown.stack : undefined,
  }
}
