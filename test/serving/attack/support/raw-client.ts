/** Sends bytes as they are over a socket of its own, and reads what comes back as HTTP. Judges nothing. */
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

export interface Exchange {
  readonly answers: readonly RawAnswer[]
  /** `open`: the server kept the connection. */
  readonly end: 'closed' | 'reset' | 'open'
  readonly elapsedMs: number
}

export interface ExchangeOptions {
  /** How long the server has for its answer, or for closing. */
  readonly limitMs?: number
  /** Reads on until the server closes the connection. */
  readonly untilClosed?: boolean
  /** Closes its own side after the last byte. */
  readonly halfClose?: boolean
}

export function exchange(port: number, parts: Iterable<Buffer | string>, options: ExchangeOptions = {}): Promise<Exchange> {
  const { limitMs = 10_000, untilClosed = false, halfClose = false } = options
  return new Promise((resolve) => {
    const startedAt = performance.now()
    const received: Buffer[] = []
    let end: Exchange['end'] = 'open'
    const finish = () => {
      clearTimeout(timer)
      socket.removeAllListeners('data')
      resolve({ answers: readAnswers(Buffer.concat(received)), end, elapsedMs: performance.now() - startedAt })
      socket.destroy()
    }
    const socket = connect(port, '127.0.0.1', () => void sendAll(socket, parts, halfClose))
    const timer = setTimeout(finish, limitMs)
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk)
      if (!untilClosed && readAnswers(Buffer.concat(received)).length > 0) finish()
    })
    socket.on('end', () => (end = 'closed'))
    socket.on('error', () => (end = 'reset'))
    socket.on('close', finish)
  })
}

async function sendAll(socket: Socket, parts: Iterable<Buffer | string>, halfClose: boolean): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return
    if (!socket.write(part)) await drained(socket)
  }
  if (halfClose) socket.end()
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve)
    socket.once('close', resolve)
  })
}

/** The complete answers, those with status 100 left out. */
export function readAnswers(bytes: Buffer): readonly RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let at = 0; at < bytes.length;) {
    const endOfHead = bytes.indexOf('\r\n\r\n', at)
    if (endOfHead === -1) return answers
    const head = bytes.toString('latin1', at, endOfHead)
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0)
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
    at = endOfHead + 4 + length
    if (at > bytes.length) return answers
    if (status !== 100) answers.push({ status, head, body: bytes.toString('utf8', endOfHead + 4, at) })
  }
  return answers
}
