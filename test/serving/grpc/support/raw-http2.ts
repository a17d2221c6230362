/** HTTP/2 by hand (RFC 9113): frames that no client would send, and what the server answers to them. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const
export const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export function frame(type: number, flag: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flag
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Literal fields without indexing and without Huffman coding (RFC 7541, 6.2.2). */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const length = (text: string) => {
    const bytes = Buffer.byteLength(text)
    if (bytes < 127) return Buffer.from([bytes])
    const rest: number[] = [127]
    let left = bytes - 127
    for (; left >= 128; left >>= 7) rest.push((left & 127) | 128)
    return Buffer.from([...rest, left])
  }
  const parts = fields.flatMap(([name, value]) => [
    Buffer.from([0]),
    length(name),
    Buffer.from(name),
    length(value),
    Buffer.from(value),
  ])
  return Buffer.concat(parts)
}

export function callHeaders(path: string, more: readonly (readonly [string, string])[] = []): Buffer {
  return headerBlock([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'test'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...more,
  ])
}

/** Five bytes of gRPC before a message: its length may lie. */
export function messageHead(length: number, compressed = 0): Buffer {
  const head = Buffer.alloc(5)
  head[0] = compressed
  head.writeUInt32BE(length, 1)
  return head
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

export class RawConnection {
  readonly frames: Frame[] = []
  readonly socket: Socket
  /** Bytes that the server lets the connection send. */
  #window = 65_535
  readonly #windows = new Map<number, number>()
  #initialWindow = 65_535
  #rest = Buffer.alloc(0)
  #wake: (() => void) | undefined
  closed = false

  constructor(address: string) {
    const [host = '', port = ''] = address.split(':')
    this.socket = connect(Number(port), host)
    this.socket.setNoDelay(true)
    this.socket.on('data', (bytes) => this.#read(bytes))
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.closed = true
      this.#wake?.()
    })
  }

  async connected(): Promise<this> {
    if (this.socket.connecting) await once(this.socket, 'connect')
    return this
  }

  /** Says that this is HTTP/2. `settings` are pairs of id and value. */
  greet(settings: readonly (readonly [number, number])[] = []): this {
    const payload = Buffer.alloc(settings.length * 6)
    settings.forEach(([id, value], index) => {
      payload.writeUInt16BE(id, index * 6)
      payload.writeUInt32BE(value, index * 6 + 2)
    })
    this.write(Buffer.concat([preface, frame(frameTypes.settings, 0, 0, payload)]))
    return this
  }

  /** False when the kernel's buffer is full: wait for `drained`. */
  write(bytes: Uint8Array): boolean {
    return !this.closed && this.socket.write(bytes)
  }

  async drained(): Promise<void> {
    if (this.closed || !this.socket.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      this.socket.once('drain', resolve)
      this.socket.once('close', () => resolve())
    })
  }

  /** Sends frames of data as the windows allow; stops when the connection or stream is closed. */
  async sendData(stream: number, pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      while (!this.closed && !this.isEnded(stream) && this.#allowed(stream) < piece.length) await this.#woken()
      if (this.closed || this.isEnded(stream)) return
      this.#window -= piece.length
      this.#windows.set(stream, this.#allowed(stream, false) - piece.length)
      if (!this.write(frame(frameTypes.data, 0, stream, piece))) await this.drained()
    }
  }

  isEnded(stream: number): boolean {
    return this.frames.some(
      ({ type, stream: id, flags: flag }) =>
        id === stream && (type === frameTypes.reset || (type === frameTypes.headers && (flag & flags.endStream) !== 0)),
    )
  }

  /** Waits until the stream or the connection has ended, and returns the text of the header frames of the stream. */
  async answer(stream: number): Promise<string> {
    while (!this.closed && !this.isEnded(stream)) await this.#woken()
    const found = this.frames.filter(({ type, stream: id }) => type === frameTypes.headers && id === stream)
    return found.map(({ payload }) => payload.toString('latin1')).join('|')
  }

  close(): void {
    this.socket.destroy()
  }

  #allowed(stream: number, withConnection = true): number {
    const own = this.#windows.get(stream) ?? this.#initialWindow
    return withConnection ? Math.min(this.#window, own) : own
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    while (this.#rest.length >= 9) {
      const length = this.#rest.readUIntBE(0, 3)
      if (this.#rest.length < 9 + length) break
      const [type = 0, flag = 0] = this.#rest.subarray(3, 5)
      this.#take({ type, flags: flag, stream: this.#rest.readUInt32BE(5), payload: this.#rest.subarray(9, 9 + length) })
      this.#rest = this.#rest.subarray(9 + length)
    }
    this.#wake?.()
  }

  #take(found: Frame): void {
    const { type, stream, payload } = found
    if (type === frameTypes.settings && (found.flags & flags.ack) === 0) {
      for (let at = 0; at + 6 <= payload.length; at += 6) {
        if (payload.readUInt16BE(at) === 4) this.#initialWindow = payload.readUInt32BE(at + 2)
      }
      this.write(frame(frameTypes.settings, flags.ack, 0))
    } else if (type === frameTypes.windowUpdate) {
      if (stream === 0) this.#window += payload.readUInt32BE(0)
      else this.#windows.set(stream, this.#allowed(stream, false) + payload.readUInt32BE(0))
    } else if (type !== frameTypes.settings && type !== frameTypes.ping) this.frames.push(found)
  }
}
