/** Ends a connection at once, and the reading of what its client sent ahead: there may be a thousand requests in one packet. */
import type { Socket } from 'node:net'

/** What node keeps at the socket of a request: called with each request, it says whether the next one is read. */
interface Parsed {
  readonly parser?: { onIncoming?: (() => number) | null } | null
}

/** To the parser, a callback that failed: nothing that follows in the packet becomes an object. */
const readNoMore = () => -1

export function cutConnection(socket: Socket): void {
  socket.destroy()
  const { parser } = socket as Parsed
  if (typeof parser?.onIncoming === 'function') parser.onIncoming = readNoMore
}
