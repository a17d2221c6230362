/** Methods of Triton's service that this server knows and does not answer: each says what to do instead. */
import { MainwardError } from '../../../core/error.ts'
import type { GrpcMethod } from '../transport/grpc-call.ts'

const repository = 'models are loaded and unloaded by a commit to the repository of manifests, never by a call'
const sharedMemory = 'shared memory is not supported: send tensors in the message (raw_input_contents)'

const insteadOf: Readonly<Record<string, string>> = {
  RepositoryModelLoad: repository,
  RepositoryModelUnload: repository,
  SystemSharedMemoryStatus: sharedMemory,
  SystemSharedMemoryRegister: sharedMemory,
  SystemSharedMemoryUnregister: sharedMemory,
  CudaSharedMemoryStatus: sharedMemory,
  CudaSharedMemoryRegister: sharedMemory,
  CudaSharedMemoryUnregister: sharedMemory,
  TraceSetting: 'traces can not be set by a call: follow a request in the log by its mainward-request-id',
  LogSettings: 'the log can not be set by a call: set its level where the server is started',
  ModelStreamInfer: 'streams are not supported: call ModelInfer, as often and as much at once as you like',
}

export function unsupportedMethods(service: string): readonly (readonly [string, GrpcMethod])[] {
  return Object.entries(insteadOf).map(([name, message]) => [
    `/${service}/${name}`,
    { kind: 'refused', why: new MainwardError('unsupported', message) },
  ])
}
