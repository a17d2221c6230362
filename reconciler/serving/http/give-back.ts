/**
 * Frees the memory of a buffer now. The collector counts buffers, and looks for those that nobody has any more only when 64 MB of
 * them have come together: more than a server may grow by. A port that is closed drops what is transferred to it.
 */
import { MessageChannel } from 'node:worker_threads'

const { port1: drain, port2 } = new MessageChannel()
drain.close()
port2.close()

/** The buffer must not be used again. What shares its memory with others, or is small, is left to the collector. */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (buffer.byteLength < 4096 || buffer.byteLength !== bytes.byteLength) return
  if (buffer instanceof ArrayBuffer) drain.postMessage(null, [buffer])
}
