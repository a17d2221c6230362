/**
 * The gRPC listener: `inference.GRPCInferenceService` and `grpc.health.v1.Health` on one port. On `node:http2` itself:
 * docs/decisions says why.
 */
import type { Logger } from 'pino'
import type { ServingLimits } from '../limits.ts'
import { listen, stopListening } from '../listen.ts'
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
  /** Tells watchers; whoever is connected is served on. */
  stopListening(): void
  /** Stops listening, takes no new calls, answers those in flight, and cuts what is left after the drain time. */
  close(): Promise<void>
}

/** Resolves when it listens; also in a worker of a cluster, whose port all workers share. Throws `port-in-use`. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { status, limits, log, host } = options
  const health = new HealthService(() => status.isReady())
  const methods = new Map([...inferenceMethods(options), ...unsupportedMethods(serviceName), ...health.methods()])
  const transport = createGrpcTransport({ methods, limits, log })
  const port = await listen(transport.server, { host, port: options.port, option: '--grpc-port' })
  const stop = () => {
    health.drain()
    return stopListening(transport.server)
  }
  return {
    port,
    stopListening: () => void stop(),
    close: async () => {
      const closed = stop()
      await transport.endSessions()
      await closed
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
