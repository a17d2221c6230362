/** A connection that a test opens, and uses as no client should. */
import { connect, type Socket } from 'node:net'
import { readAnswers, type RawAnswer } from './raw-client.ts'

export interface HostileSocket {
  readonly socket: Socket
  /** What has come so far. */
  answers(): readonly RawAnswer[]
  readonly closed: Promise<void>
}

/** Resolves when it is connected. Reads, unless it is told not to. */
export function openSocket(port: number, { reads = true } = {}): Promise<HostileSocket> {
  const received: Buffer[] = []
  const socket = connect({ port, host: '127.0.0.1' })
  if (reads) socket.on('data', (chunk: Buffer) => received.push(chunk))
  else socket.pause()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // What becomes of it is seen by its end.
      socket.on('error', () => socket.destroy())
      resolve({ socket, closed, answers: () => readAnswers(Buffer.concat(received)) })
    })
  })
}

/** Opens many, a hundred at a time. */
export async function openSockets(port: number, count: number, options = {}): Promise<readonly HostileSocket[]> {
  const opened: HostileSocket[] = []
  while (opened.length < count) {
    const batch = Array.from({ length: Math.min(100, count - opened.length) }, () => openSocket(port, options))
    opened.push(...(await Promise.all(batch)))
  }
  return opened
}

/** Sends a byte at a time, until the server has had enough. */
export function trickle({ socket }: HostileSocket, bytes: Buffer, everyMs: number): void {
  let sent = 0
  const timer = setInterval(() => {
    if (socket.destroyed || sent === bytes.length) clearInterval(timer)
    else socket.write(bytes.subarray(sent, ++sent))
  }, everyMs)
}
