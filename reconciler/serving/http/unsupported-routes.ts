/** What Triton's clients can ask for and this server does not do: each answer says so, and what to do instead. */
import { MainwardError } from '../../core/error.ts'
import type { ApiRoute } from './api-route.ts'

interface Unsupported {
  readonly method: ApiRoute['method']
  readonly path: string
  readonly operationId: string
}

const byCommit =
  'models are loaded and unloaded by merging a commit: change the rollout in the repository, and every server follows'
const inBody = 'shared memory is not supported: send tensors in the body, as JSON or as binary data'
const noTrace = 'tracing is not supported: /metrics and the statistics of a model have the times of its runs'
const noLogging = 'log settings can not be changed from outside: this server writes one JSON line for each event'

export function buildUnsupportedRoutes(): readonly ApiRoute[] {
  return [
    ...describe(byCommit, [
      { method: 'POST', path: '/v2/repository/models/:model/load', operationId: 'loadModel' },
      { method: 'POST', path: '/v2/repository/models/:model/unload', operationId: 'unloadModel' },
    ]),
    ...describe(inBody, [...sharedMemory('system'), ...sharedMemory('cuda')]),
    ...describe(noTrace, [
      ...readAndWrite('/v2/trace/setting', 'TraceSetting'),
      ...readAndWrite('/v2/models/:model/trace/setting', 'ModelTraceSetting'),
    ]),
    ...describe(noLogging, readAndWrite('/v2/logging', 'Logging')),
  ]
}

function sharedMemory(kind: 'system' | 'cuda'): readonly Unsupported[] {
  const path = `/v2/${kind}sharedmemory`
  return [
    { method: 'GET', path: `${path}/status`, operationId: `${kind}SharedMemoryStatus` },
    { method: 'GET', path: `${path}/region/:region/status`, operationId: `${kind}SharedMemoryRegionStatus` },
    { method: 'POST', path: `${path}/region/:region/register`, operationId: `${kind}SharedMemoryRegister` },
    { method: 'POST', path: `${path}/region/:region/unregister`, operationId: `${kind}SharedMemoryUnregister` },
    { method: 'POST', path: `${path}/unregister`, operationId: `${kind}SharedMemoryUnregisterAll` },
  ]
}

function readAndWrite(path: string, name: string): readonly Unsupported[] {
  return [
    { method: 'GET', path, operationId: `read${name}` },
    { method: 'POST', path, operationId: `write${name}` },
  ]
}

function describe(message: string, routes: readonly Unsupported[]): readonly ApiRoute[] {
  const refuse = () => {
    throw new MainwardError('unsupported', message)
  }
  const summary = `Not supported: ${message}.`
  return routes.map((route) => ({ ...route, summary, errorStatuses: [501], answer: refuse }))
}
