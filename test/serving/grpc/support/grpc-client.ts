/** A real gRPC client (grpc-js) that sends and gets the bytes of messages, as they are. */
import { Client, credentials, Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js'
import { decode, encode } from './messages.ts'

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
}

export interface CallAnswer<Value> {
  readonly message: Value
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, unknown>>
}

/** A status that is not OK. */
export interface CallError {
  readonly code: number
  readonly details: string
  readonly metadata: Readonly<Record<string, unknown>>
}

const identity = (bytes: Buffer) => bytes

export class GrpcClient {
  readonly #client: Client

  constructor(address: string, options: Readonly<Record<string, number>> = {}) {
    this.#client = new Client(address, credentials.createInsecure(), { 'grpc.enable_retries': 0, ...options })
  }

  /** Bytes out, bytes in. Rejects with a `CallError`. */
  call(path: string, message: Buffer, { metadata = {}, deadlineMs = 20_000 }: CallOptions = {}): Promise<CallAnswer<Buffer>> {
    return new Promise((resolve, reject) => {
      let headers: Record<string, unknown> = {}
      const options = { deadline: Date.now() + deadlineMs }
      const answered = (error: ServiceError | null, answer?: Buffer) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the status as a plain value
        if (error !== null) reject({ code: error.code, details: error.details, metadata: error.metadata.getMap() })
        else resolve({ message: answer ?? Buffer.alloc(0), headers })
      }
      const call = this.#client.makeUnaryRequest(path, identity, identity, message, toMetadata(metadata), options, answered)
      call.on('metadata', (found: Metadata) => (headers = found.getMap()))
    })
  }

  /** A method of the inference service, by messages of the independent codec. */
  async ask<Value = Record<string, unknown>>(name: string, request: object = {}, options?: CallOptions): Promise<Value> {
    const { message } = await this.call(path(name), encode(`${name}Request`, request), options)
    return decode<Value>(`${name}Response`, message)
  }

  /** The status of a call that must not succeed. */
  async refusal(name: string, request: object | Buffer, options?: CallOptions): Promise<CallError> {
    const message = Buffer.isBuffer(request) ? request : encode(`${name}Request`, request)
    return this.call(path(name), message, options).then(
      () => Promise.reject(new Error('this call was answered')),
      (error: CallError) => error,
    )
  }

  watch(fullPath: string, message: Buffer): ClientReadableStream<Buffer> {
    return this.#client.makeServerStreamRequest(fullPath, identity, identity, message)
  }

  close(): void {
    this.#client.close()
  }
}

function path(name: string): string {
  return `/inference.GRPCInferenceService/${name}`
}

function toMetadata(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value)
  return metadata
}
