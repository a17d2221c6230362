/** `grpc.health.v1.Health` (github.com/grpc/grpc/blob/master/doc/health-checking.md): what load balancers and Kubernetes ask. */
import { MainwardError } from '../../../core/error.ts'
import { healthStatus, readHealthRequest, writeHealth } from '../messages/server-messages.ts'
import type { GrpcMethod, MessageSink } from '../transport/grpc-call.ts'
import { frameHead } from '../transport/message-frame.ts'

/** Readiness is asked for as long as somebody watches. */
const watchMs = 200

/** The services that have a health: the whole server, and the one that does the work. */
const services = ['', 'inference.GRPCInferenceService', 'grpc.health.v1.Health']

interface Watcher {
  readonly sink: MessageSink
  readonly service: string
  sent: number
}

export class HealthService {
  readonly #isReady: () => boolean
  readonly #watchers = new Set<Watcher>()
  #timer: NodeJS.Timeout | undefined
  #isDraining = false

  constructor(isReady: () => boolean) {
    this.#isReady = isReady
  }

  methods(): readonly (readonly [string, GrpcMethod])[] {
    return [
      ['/grpc.health.v1.Health/Check', { kind: 'unary', answer: (message) => this.#check(readHealthRequest(message)) }],
      [
        '/grpc.health.v1.Health/Watch',
        { kind: 'watch', watch: (message, sink) => this.#watch(readHealthRequest(message), sink) },
      ],
    ]
  }

  /** Tells the watchers, and ends their calls: they would keep their connections open. */
  drain(): void {
    this.#isDraining = true
    this.#tell()
    for (const { sink } of this.#watchers) {
      sink.fail(new MainwardError('unavailable', 'this server is stopping: watch another one', { retry: 'backoff' }))
    }
    this.#watchers.clear()
    clearInterval(this.#timer)
  }

  #check(service: string): Buffer {
    const status = this.#statusOf(service)
    if (status !== healthStatus.serviceUnknown) return writeHealth(frameHead, status)
    throw new MainwardError('not-found', `there is no service ${JSON.stringify(service.slice(0, 80))}`)
  }

  #watch(service: string, sink: MessageSink): () => void {
    const watcher: Watcher = { sink, service, sent: -1 }
    this.#watchers.add(watcher)
    this.#timer ??= setInterval(() => this.#tell(), watchMs).unref()
    this.#tell()
    return () => this.#forget(watcher)
  }

  #forget(watcher: Watcher): void {
    this.#watchers.delete(watcher)
    if (this.#watchers.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tell(): void {
    for (const watcher of this.#watchers) {
      const status = this.#statusOf(watcher.service)
      if (status === watcher.sent) continue
      watcher.sent = status
      watcher.sink.send(writeHealth(frameHead, status))
    }
  }

  #statusOf(service: string): number {
    if (!services.includes(service)) return healthStatus.serviceUnknown
    return this.#isReady() && !this.#isDraining ? healthStatus.serving : healthStatus.notServing
  }
}
