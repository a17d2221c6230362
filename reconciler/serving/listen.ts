/** Makes a server listen, and says what a person can do when it can not. Knows no protocol. */
import { Server } from 'node:net'
import { MainwardError } from '../core/error.ts'

export interface ListenPlace {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** The option of the command line that names the port. */
  readonly option: '--port' | '--grpc-port'
}

/** Connections that the operating system keeps until they are accepted. */
const backlog = 4096

/** Resolves with the port; in a worker of a cluster, all workers share it. Throws `port-in-use`, `environment`, `usage`. */
export function listen(server: Server, place: ListenPlace): Promise<number> {
  const { host, port } = place
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(describeListenFailure(error, place))
    server.once('error', fail)
    server.listen({ host, port, backlog }, () => {
      server.off('error', fail)
      const address = server.address()
      if (address === null || typeof address === 'string') fail(new Error('the server listens on no port'))
      else resolve(address.port)
    })
  })
}

/**
 * Lets nobody in any more, and leaves the connections alone (`http.Server.close` ends those that look idle). Resolves when the
 * last of them has ended; may be called again.
 */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => Server.prototype.close.call(server, () => resolve()))
}

/** What a person can do about a port that can not be had. */
export function describeListenFailure(error: Error, { host, port, option }: ListenPlace): Error {
  const code = 'code' in error ? error.code : undefined
  const place = `${host}:${port}`
  switch (code) {
    case 'EADDRINUSE': {
      const hint = `stop the other program, or choose another port with ${option} (0 picks a free one)`
      return new MainwardError('port-in-use', `another program listens on ${place}`, { hint, cause: error })
    }
    case 'EACCES': {
      const hint = 'choose a port above 1023'
      return new MainwardError('environment', `no permission to listen on ${place}`, { hint, cause: error })
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new MainwardError('usage', `this machine has no address ${host}`, { hint: 'choose another --host', cause: error })
    default:
      return error
  }
}
