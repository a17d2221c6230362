/** The git side as the control loop sees it: its ports, answered by the source process. */
import type { Finding } from '../../core/finding.ts'
import type { Resource } from '../../core/resource.ts'
import type { CommitInfo, CommitReading, HistoryBranchPort, SourcePort, TagPort } from '../ports.ts'
import type { TreeReading } from './commit-reader.ts'
import type { SourceSettings } from './source-messages.ts'
import { SourceProcess } from './source-process.ts'

/** A call that takes longer costs the process its life. */
export interface SourceTimeouts {
  /** Anything that may talk to a remote. */
  readonly remoteMs: number
  readonly readMs: number
}

const defaultTimeouts: SourceTimeouts = { remoteMs: 330_000, readMs: 120_000 }

export interface SourceClient extends SourcePort, HistoryBranchPort, TagPort {
  /** Of the running process, for whoever watches memory. */
  readonly pid: () => number | null
  stop(): Promise<void>
}

interface LastReading {
  readonly tree: string
  readonly reading: CommitReading
}

/** Nothing is started before the first call. */
export function createSourceClient(settings: SourceSettings, timeouts: SourceTimeouts = defaultTimeouts): SourceClient {
  const source = new SourceProcess(settings)
  const remote = { timeoutMs: timeouts.remoteMs }
  const local = { timeoutMs: timeouts.readMs }
  const memory: { last: LastReading | null } = { last: null }
  return {
    pid: () => source.pid,
    stop: () => source.stop(),
    fetchHead: () => source.ask({ type: 'fetchHead' }, remote) as Promise<string>,
    readCommit: async (commit) => {
      if (memory.last?.reading.info.commit !== commit) memory.last = await readCommit(source, commit, memory.last, timeouts)
      return memory.last.reading
    },
    firstParents: (commit, limit) => source.ask({ type: 'firstParents', commit, limit }, local) as Promise<readonly CommitInfo[]>,
    readFile: (commit, path) => source.ask({ type: 'readFile', commit, path }, local) as Promise<Uint8Array>,
    readLines: (environment) => source.ask({ type: 'readLines', environment }, remote) as Promise<readonly string[]>,
    appendLines: async (append) => {
      await source.ask({ type: 'appendLines', ...append }, remote)
    },
    ensureTag: async (name, commit, message) => {
      await source.ask({ type: 'ensureTag', name, commit, message }, remote)
    },
  }
}

async function readCommit(
  source: SourceProcess,
  commit: string,
  last: LastReading | null,
  { readMs }: SourceTimeouts,
): Promise<LastReading> {
  const resources: Resource[] = []
  const findings: Finding[] = []
  const {
    commit: found,
    tree,
    same,
  } = (await source.ask(
    { type: 'readCommit', commit, haveTree: last?.tree ?? null },
    {
      timeoutMs: readMs,
      onPart: ({ kind, json }) => {
        if (kind === 'resources') resources.push(...(JSON.parse(json) as Resource[]))
        else findings.push(...(JSON.parse(json) as Finding[]))
      },
    },
  )) as TreeReading
  const { author, message, committedAt } = found
  const info = { commit, author, message, committedAt }
  return { tree, reading: same && last !== null ? { ...last.reading, info } : { info, findings, resources } }
}
