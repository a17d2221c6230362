/**
 * The gRPC listener: `inference.GRPCInferenceService` and `grpc.health.v1.Health` on one port. On `node:http2` itself:
 * docs/decisions says why.
 */
import type { Http2Server } from 'node:http2'
import type { Logger } from 'pino'
import { MainwardError } from '../../core/error.ts'
import type { ServingLimits } from '../limits.ts'
import { HealthService } from './methods/health-methods.ts'
import { answerInfer, type InferParts } from './methods/infer-method.ts'
import { serverMethods, type ServerParts } from './methods/server-methods.ts'
import { unsupportedMethods } from './methods/unsupported-methods.ts'
import type { GrpcMethod } from './transport/grpc-call.ts'
import { createGrpcTransport } from './transport/grpc-transport.ts'

const serviceName = 'inference.GRPCInferenceService'

export interface GrpcServerOptions extends InferParts, ServerParts {
  readonly limits: ServingLimits
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly log: Logger
}

export interface GrpcServer {
  readonly port: number
  /** Tells watchers, takes no new calls, answers those in flight, and cuts what is left after the drain time. */
  close(): Promise<void>
}

/** Resolves when it listens; also in a worker of a cluster, whose port all workers share. Throws `port-in-use`. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { status, limits, log, host } = options
  const health = new HealthService(() => status.isReady())
  const methods = new Map([...inferenceMethods(options), ...unsupportedMethods(serviceName), ...health.methods()])
  const transport = createGrpcTransport({ methods, limits, log })
  const port = await listen(transport.server, host, options.port)
  return {
    port,
    close: async () => {
      health.drain()
      await transport.close()
    },
  }
}

function inferenceMethods(options: GrpcServerOptions): readonly (readonly [string, GrpcMethod])[] {
  const small = Object.entries(serverMethods(options))
  return [
    [`/${serviceName}/ModelInfer`, { kind: 'unary', answer: (message, context) => answerInfer(options, message, context) }],
    ...small.map(([name, answer]) => [`/${serviceName}/${name}`, { kind: 'unary', answer }] as const),
  ]
}

function listen(server: Http2Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(describeListenFailure(error, `${host}:${port}`))
    server.once('error', fail)
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', fail)
      const address = server.address()
      if (address === null || typeof address === 'string') fail(new Error('the server listens on no port'))
      else resolve(address.port)
    })
  })
}

function describeListenFailure(error: Error, place: string): Error {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    const hint = 'stop the other program, or choose another port with --grpc-port (0 picks a free one)'
    return new MainwardError('port-in-use', `another program listens on ${place}`, { hint, cause: error })
  }
  if (code === 'EACCES') {
    const hint = 'choose a port above 1023'
    return new MainwardError('environment', `no permission to listen on ${place}`, { hint, cause: error })
  }
  return error
}
