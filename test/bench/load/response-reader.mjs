// Finds the answers in the bytes of one connection: status and Content-Length, nothing more. What it hands out points into
// the given bytes. Knows no sockets.

const headEnd = Buffer.from('\r\n\r\n')

export class ResponseReader {
  #kept = null
  #onAnswer

  /** `onAnswer(answer)` with status, head (text), body (a view of the bytes) and closes (the server will hang up). */
  constructor(onAnswer) {
    this.#onAnswer = onAnswer
  }

  /** Whether part of an answer has come. */
  get started() {
    return this.#kept !== null
  }

  /** Takes bytes that are only valid during the call. Throws for what it can not read. */
  push(chunk) {
    let bytes = this.#kept === null ? chunk : Buffer.concat([this.#kept, chunk])
    this.#kept = null
    while (bytes.length > 0) {
      const answer = readAnswer(bytes)
      if (answer === null) {
        this.#kept = bytes.buffer === chunk.buffer ? Buffer.from(bytes) : bytes
        return
      }
      bytes = bytes.subarray(answer.size)
      // 100 Continue and its kin come before the answer.
      if (answer.status >= 200) this.#onAnswer(answer)
    }
  }
}

function readAnswer(bytes) {
  const end = bytes.indexOf(headEnd)
  if (end < 0) return null
  const head = bytes.latin1Slice(0, end)
  const status = Number(head.slice(9, 12))
  if (!head.startsWith('HTTP/1.') || !(status >= 100)) throw new Error(`this is no answer of HTTP/1: ${head.slice(0, 60)}`)
  const size = end + 4 + lengthOf(head, status)
  if (bytes.length < size) return null
  return { status, head, body: bytes.subarray(end + 4, size), closes: /\r\nconnection: *close/i.test(head), size }
}

function lengthOf(head, status) {
  const found = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (found !== null) return Number(found[1])
  if (status < 200 || status === 204 || status === 304) return 0
  throw new Error(`an answer without Content-Length: ${head.slice(0, 200)}`)
}
