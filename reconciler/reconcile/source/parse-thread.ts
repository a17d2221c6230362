/** The thread that parses YAML while its process reads git: answers one request after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { assertNever } from '../../core/assert-never.ts'
import { ParseCache } from './parse-cache.ts'
import { parsingVersion } from './parsing-version.ts'
import { ParsedCommit } from './parsed-commit.ts'
import type { ParseCall, ParseReply, ParseRequest, ReadingPart } from './source-messages.ts'

main()

function main(): void {
  const port = parentPort
  if (port === null) throw new Error('this file is the start of a thread')
  const { cacheFolder } = workerData as { readonly cacheFolder: string }
  const commit = new ParsedCommit(new ParseCache(cacheFolder, parsingVersion()))
  const reply = (message: ParseReply): void => port.postMessage(message)
  port.on('message', ({ id, call }: ParseRequest) => {
    try {
      reply({ id, type: 'result', value: answer(commit, call, (part) => reply({ id, type: 'part', part })) })
    } catch (thrown) {
      reply({ id, type: 'error', message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) })
    }
  })
}

function answer(commit: ParsedCommit, call: ParseCall, send: (part: ReadingPart) => void): unknown {
  switch (call.type) {
    case 'findMissing':
      return commit.findMissing(call.oids)
    case 'parse':
      return commit.parse(call.batch)
    case 'select':
      return commit.select(call.projectOid, call.paths)
    case 'findArtifacts':
      return commit.findArtifacts(call.files)
    case 'assemble':
      for (const part of commit.assemble(new Map(call.artifacts))) send(part)
      return null
    case 'save':
      return commit.save()
    default:
      return assertNever(call)
  }
}
