/** The reading process's side of the parsing thread. */
import { Worker } from 'node:worker_threads'
import { builtFile } from '../../core/package-root.ts'
import type { StoredFile } from '../../manifests/commit-view.ts'
import type { BlobBatch, ParseCall, ParseReply, PathAndBlob, ReadingPart } from './source-messages.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly onPart: (part: ReadingPart) => void
}

/** An error of the thread ends this process, and the next call starts both anew. */
export class ParserClient {
  readonly #thread: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(cacheFolder: string) {
    this.#thread = new Worker(builtFile('reconcile/source/parse-thread.js'), { workerData: { cacheFolder } })
    this.#thread.on('message', (reply: ParseReply) => this.#settle(reply))
  }

  findMissing(oids: readonly string[]): Promise<readonly string[]> {
    return this.#call({ type: 'findMissing', oids }) as Promise<readonly string[]>
  }

  async parse(batch: BlobBatch): Promise<void> {
    await this.#call({ type: 'parse', batch }, [batch.bytes.buffer as ArrayBuffer])
  }

  select(projectOid: string | null, paths: readonly string[]): Promise<readonly string[]> {
    return this.#call({ type: 'select', projectOid, paths }) as Promise<readonly string[]>
  }

  findArtifacts(files: readonly PathAndBlob[]): Promise<readonly string[]> {
    return this.#call({ type: 'findArtifacts', files }) as Promise<readonly string[]>
  }

  async assemble(artifacts: ReadonlyMap<string, StoredFile>, onPart: (part: ReadingPart) => void): Promise<void> {
    await this.#call({ type: 'assemble', artifacts: [...artifacts] }, [], onPart)
  }

  async save(): Promise<void> {
    await this.#call({ type: 'save' })
  }

  #call(call: ParseCall, transfer: ArrayBuffer[] = [], onPart: (part: ReadingPart) => void = ignorePart): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onPart })
      this.#thread.postMessage({ id, call }, transfer)
    })
  }

  #settle(reply: ParseReply): void {
    const waiting = this.#waiting.get(reply.id)
    if (waiting === undefined) throw new Error(`no call waits for reply ${reply.id}`)
    if (reply.type === 'part') {
      waiting.onPart(reply.part)
      return
    }
    this.#waiting.delete(reply.id)
    if (reply.type === 'result') waiting.resolve(reply.value)
    else waiting.reject(new Error(reply.message))
  }
}

function ignorePart(): void {
  return undefined
}
