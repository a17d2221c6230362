/** What `mainward up` was asked to do, and the arguments that its children get. Pure. */

export interface UpOptions {
  /** Folder of a repository, or an http(s) URL. */
  readonly repository: string
  readonly branch: string
  /** Folder of the repository that holds the manifests; empty: all of it. */
  readonly path: string
  readonly environment: string
  /** Data plane; 0 picks a free port. */
  readonly port: number
  /** Data plane, gRPC; 0 picks a free port. */
  readonly grpcPort: number
  /** Control plane; 0 picks a free port. */
  readonly adminPort: number
  readonly host: string
  /** Processes that answer predictions; null: one for each core. */
  readonly processes: number | null
  /** Default: `.mainward` in the repository. */
  readonly stateFolder: string | null
  readonly readyFile: string | null
  readonly dataClock: 'wall' | 'manual'
  /** ISO 8601: where a manual clock begins that was never moved; null: it waits to be moved. */
  readonly dataStart: string | null
  readonly allowAnonymous: boolean
  /** Seconds between two looks at the branch; null: the reconciler's default. */
  readonly pollSeconds: number | null
  /** File with the token for an http(s) repository. */
  readonly tokenFile: string | null
}

/** Where a child listened in its last life. */
interface LastAddress {
  readonly url: string
  /** `HOST:PORT`. */
  readonly grpc: string | null
}

/** `mainward reconcile …`: paths are absolute, and a port that was picked once stays. */
export function reconcileArguments(options: UpOptions, stateFolder: string, last: LastAddress | null): readonly string[] {
  return [
    'reconcile',
    options.repository,
    ...['--branch', options.branch],
    ...(options.path === '' ? [] : ['--path', options.path]),
    ...['--environment', options.environment],
    ...['--admin-port', String(keptPort(options.adminPort, last?.url))],
    ...['--host', options.host],
    ...['--state', stateFolder],
    ...['--data-clock', options.dataClock],
    ...(options.dataStart === null ? [] : ['--data-start', options.dataStart]),
    ...(options.pollSeconds === null ? [] : ['--poll', String(options.pollSeconds)]),
    ...(options.tokenFile === null ? [] : ['--token-file', options.tokenFile]),
  ]
}

/** `mainward serve …` */
export function serveArguments(options: UpOptions, stateFolder: string, last: LastAddress | null): readonly string[] {
  return [
    'serve',
    ...['--port', String(keptPort(options.port, last?.url))],
    ...[
      '--grpc-port',
      String(keptPort(options.grpcPort, last?.grpc === undefined || last.grpc === null ? null : `http://${last.grpc}`)),
    ],
    ...['--host', options.host],
    ...['--environment', options.environment],
    ...['--state', stateFolder],
    ...(options.processes === null ? [] : ['--processes', String(options.processes)]),
    ...(options.allowAnonymous ? ['--allow-anonymous'] : []),
  ]
}

function keptPort(asked: number, lastUrl: string | null | undefined): number {
  return asked !== 0 || lastUrl === null || lastUrl === undefined ? asked : Number(new URL(lastUrl).port)
}
