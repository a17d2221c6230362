/**
 * Picks a free port for all workers. Node's cluster gives the workers that ask for port 0 the same one only as long as one of them
 * lives: a replacement must ask by number, and then all must have.
 */
import { createServer } from 'node:net'
import { listen, type ListenPlace } from '../listen.ts'

/** Throws what listening throws. */
export async function pickFreePort(place: Omit<ListenPlace, 'port'>): Promise<number> {
  const server = createServer()
  const port = await listen(server, { ...place, port: 0 })
  await new Promise((resolve) => server.close(resolve))
  return port
}
