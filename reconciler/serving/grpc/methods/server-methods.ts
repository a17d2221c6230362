/** The methods that answer questions about server and models. Knows no stream. */
import { MainwardError } from '../../../core/error.ts'
import type { ReadStatistics } from '../../http/extension-routes.ts'
import type { ServerStatus } from '../../http/server-routes.ts'
import { describeModel, extensions, indexReleases, isServed } from '../../protocol/metadata.ts'
import { describeConfig } from '../../protocol/model-config.ts'
import type { PredictionService } from '../../protocol/prediction-service.ts'
import { describeStatistics } from '../../protocol/statistics.ts'
import type { RouteView } from '../../routing/find-route.ts'
import { writeModelConfig, writeStatistics } from '../messages/extension-messages.ts'
import * as messages from '../messages/server-messages.ts'
import { frameHead } from '../transport/message-frame.ts'

type Answer = (message: Buffer) => Buffer | Promise<Buffer>

export interface ServerParts {
  readonly service: PredictionService
  readonly status: ServerStatus
  readonly readStatistics: ReadStatistics
}

/** By name. */
export function serverMethods(parts: ServerParts): Readonly<Record<string, Answer>> {
  return { ...statusMethods(parts), ...modelMethods(parts) }
}

function statusMethods({ status }: ServerParts): Readonly<Record<string, Answer>> {
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
    RepositoryIndex: (message) => {
      const onlyReady = messages.readIndexRequest(message)
      return messages.writeIndex(frameHead, indexReleases(status.listReleases(), onlyReady))
    },
  }
}

function modelMethods({ service: { view, limits }, readStatistics }: ServerParts): Readonly<Record<string, Answer>> {
  return {
    ModelReady: (message) => messages.writeTruth(frameHead, isModelReady(view, messages.readNamedModel(message))),
    ModelMetadata: (message) => {
      const { name, version } = messages.readNamedModel(message)
      return messages.writeModelMetadata(frameHead, describeModel(view, name, version))
    },
    ModelConfig: (message) => {
      const { name, version } = messages.readNamedModel(message)
      return writeModelConfig(frameHead, describeConfig(view, name, version, limits.rows))
    },
    ModelStatistics: async (message) => {
      const { name, version } = messages.readNamedModel(message)
      const asked = { model: name === '' ? null : name, version }
      return writeStatistics(frameHead, describeStatistics(view, await readStatistics(), asked).model_stats)
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
