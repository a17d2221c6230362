/** A call of gRPC by `node:http2` alone: any headers, any bytes, ended or not. */
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'

export interface PlainAnswer {
  /** Of HTTP. */
  readonly http: number
  readonly code: number | null
  readonly message: string
}

export interface PlainRequest {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** False: the stream stays open on the client's side. */
  readonly ends?: boolean
}

export class PlainClient {
  readonly #session: ClientHttp2Session

  constructor(address: string) {
    this.#session = connect(`http://${address}`)
    this.#session.on('error', () => undefined)
  }

  /** Resolves with the status, in headers or trailers; rejects when the stream is reset without one. */
  call({
    path = '/inference.GRPCInferenceService/ModelInfer',
    headers = {},
    body,
    ends = true,
  }: PlainRequest): Promise<PlainAnswer> {
    return new Promise((resolve, reject) => {
      const start = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
      const stream = this.#session.request({ ...start, ...headers }, { endStream: false })
      let http = 0
      const take = (found: IncomingHttpHeaders) => {
        http = Number(found[':status'] ?? http)
        const code = found['grpc-status']
        if (code === undefined && http === 200) return
        const message = decodeURIComponent(String(found['grpc-message'] ?? ''))
        resolve({ http, code: code === undefined ? null : Number(code), message })
      }
      stream.on('response', take)
      stream.on('trailers', take)
      stream.on('error', reject)
      stream.resume()
      if (body !== undefined) stream.write(body)
      if (ends) stream.end()
    })
  }

  close(): void {
    this.#session.destroy()
  }
}
