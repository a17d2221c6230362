/**
 * Runs what an arm was asked for; where the run fails and the route has a fallback, the fallback answers, and the answer says
 * why. What a client did wrong, and what is refused because too much waits, is no failure of the release. Knows no protocol.
 */
import { MainwardError } from '../../core/error.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { NotLoadedError, type RunnableRelease } from '../releases/unloaded-release.ts'
import type { ActiveFallback } from './active-route.ts'
import { buildConstant } from './constant-outputs.ts'

/** Why a fallback answered: the run failed, took too long, or the release is not loaded on this server. */
export type FallbackReason = 'failed' | 'timeout' | 'not-loaded'

export interface RowsAnswer {
  /** What answered: for a constant, the release that was asked. */
  readonly by: RunnableRelease
  readonly inputs: Tensors
  readonly outputs: Tensors
  readonly fallback: FallbackReason | null
}

export interface RowsQuestion {
  readonly asked: RunnableRelease
  readonly fallback: ActiveFallback | null
  readonly rows: (inputs: Tensors) => number
  /** The rows as the tensors of a release. Throws `invalid-input`. */
  readonly assemble: (by: RunnableRelease) => Tensors
  /** Names of the outputs that are wanted. Throws `invalid-input`. */
  readonly outputNames: (by: RunnableRelease) => readonly string[]
}

/**
 * Throws at once what is wrong with the request; rejects with the error of the release that was asked, when nothing stands in for it.
 * One promise a request: nearly all requests need no second.
 */
export function runWithFallback(question: RowsQuestion): Promise<RowsAnswer> {
  const { asked } = question
  const inputs = question.assemble(asked)
  return asked.run(inputs, question.outputNames(asked), question.rows(inputs)).then(
    (outputs) => ({ by: asked, inputs, outputs, fallback: null }),
    (error: unknown) => answerFailure(question, inputs, error),
  )
}

async function answerFailure(question: RowsQuestion, inputs: Tensors, error: unknown): Promise<RowsAnswer> {
  const { fallback } = question
  const reason = fallback === null ? null : reasonOf(error)
  if (fallback === null || reason === null) throw error
  const answer = await answerInstead(question, fallback, inputs)
  if (answer === null) throw error
  return { ...answer, fallback: reason }
}

/** Null for an error that is not the release's. */
function reasonOf(error: unknown): FallbackReason | null {
  if (error instanceof NotLoadedError) return 'not-loaded'
  if (!(error instanceof MainwardError)) return 'failed'
  if (error.code === 'timeout') return 'timeout'
  return error.code === 'unavailable' ? null : 'failed'
}

/** Null when the fallback can not answer either. */
async function answerInstead(
  question: RowsQuestion,
  fallback: ActiveFallback,
  inputs: Tensors,
): Promise<Omit<RowsAnswer, 'fallback'> | null> {
  const { asked } = question
  if (fallback.type === 'constant') {
    const outputs = buildConstant(asked.release, fallback.score, question.rows(inputs))
    return question.outputNames(asked).every((name) => name in outputs || name === asked.release.signature.outputs.label)
      ? { by: asked, inputs, outputs }
      : null
  }
  const by = fallback.held
  try {
    const own = question.assemble(by)
    return { by, inputs: own, outputs: await by.run(own, question.outputNames(by), question.rows(own)) }
  } catch (error) {
    if (error instanceof MainwardError) return null
    throw error
  }
}
