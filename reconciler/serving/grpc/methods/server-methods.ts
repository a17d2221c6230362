/** The methods that answer questions about server and models. Knows no stream. */
import { MainwardError } from '../../../core/error.ts'
import type { ServerStatus } from '../../http/server-routes.ts'
import { describeModel, extensions, indexReleases, isServed } from '../../protocol/metadata.ts'
import type { RouteView } from '../../routing/find-route.ts'
import * as messages from '../messages/server-messages.ts'
import { frameHead } from '../transport/message-frame.ts'

type Answer = (message: Buffer) => Buffer

/** By name. */
export function serverMethods(view: RouteView, status: ServerStatus): Readonly<Record<string, Answer>> {
  return {
    ServerLive: (message) => {
      messages.readEmpty(message)
      return messages.writeTruth(frameHead, true)
    },
    ServerReady: (message) => {
      messages.readEmpty(message)
      return messages.writeTruth(frameHead, status.isReady())
    },
    ServerMetadata: (message) => {
      messages.readEmpty(message)
      return messages.writeServerMetadata(frameHead, status.version, extensions)
    },
    ModelReady: (message) => messages.writeTruth(frameHead, isModelReady(view, messages.readNamedModel(message))),
    ModelMetadata: (message) => {
      const { name, version } = messages.readNamedModel(message)
      return messages.writeModelMetadata(frameHead, describeModel(view, name, version))
    },
    RepositoryIndex: (message) => {
      const onlyReady = messages.readIndexRequest(message)
      return messages.writeIndex(frameHead, indexReleases(status.listReleases(), onlyReady))
    },
  }
}

/** A model that is not here is not ready: the answer has a place for it, other than over HTTP. */
function isModelReady(view: RouteView, { name, version }: messages.NamedModel): boolean {
  try {
    return isServed(view, name, version)
  } catch (error) {
    if (error instanceof MainwardError && error.code === 'not-found') return false
    throw error
  }
}
