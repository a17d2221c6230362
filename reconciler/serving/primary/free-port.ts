/**
 * Picks a free port for all workers. Node's cluster gives the workers that ask for port 0 the same one only as long as one of them
 * lives: a replacement must ask by number, and then all must have.
 */
import { createServer } from 'node:net'

/** Throws what listening throws. */
export async function pickFreePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: 0, exclusive: true }, resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}
