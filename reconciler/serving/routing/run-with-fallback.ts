/**
 * Runs what an arm was asked for; where the run fails and the route has a fallback, the fallback answers, and the answer says
 * why. What a client did wrong, and what is refused because too much waits, is no failure of the release. Knows no protocol.
 */
import { MainwardError } from '../../core/error.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { FeaturesUnavailableError } from '../features/features-unavailable.ts'
import type { JoinedRows } from '../features/joined-rows.ts'
import type { ViewJoin } from '../features/view-join.ts'
import { NotLoadedError, type RunnableRelease } from '../releases/unloaded-release.ts'
import type { ActiveFallback } from './active-route.ts'
import { buildConstant } from './constant-outputs.ts'

/** Why a fallback answered: the run failed, took too long, the release is not loaded on this server, or its features can not be read. */
export type FallbackReason = 'failed' | 'timeout' | 'not-loaded' | 'no-features'

export interface RowsAnswer {
  /** What answered: for a constant, the release that was asked. */
  readonly by: RunnableRelease
  readonly inputs: Tensors
  readonly outputs: Tensors
  /** What was read for it; null: it has no views. */
  readonly joined: JoinedRows | null
  readonly fallback: FallbackReason | null
}

export interface RowsQuestion {
  readonly asked: RunnableRelease
  readonly fallback: ActiveFallback | null
  /** Also where nothing could be assembled: there are no tensors then. */
  readonly rows: (inputs: Tensors) => number
  /** The features of a release with views. Throws `invalid-input`, FeaturesUnavailableError. */
  readonly join: (by: RunnableRelease, join: ViewJoin) => Promise<JoinedRows>
  /** The rows as the tensors of a release without views. Throws `invalid-input`. */
  readonly assemble: (by: RunnableRelease) => Tensors
  /** The rows and their features as the tensors of a release with views. Throws `invalid-input`. */
  readonly assembleJoined: (by: RunnableRelease, joined: JoinedRows) => Tensors | Promise<Tensors>
  /** Names of the outputs that are wanted. Throws `invalid-input`. */
  readonly outputNames: (by: RunnableRelease) => readonly string[]
}

/**
 * Throws at once what is wrong with the request; rejects with the error of the release that was asked, when nothing stands in for it.
 * One promise a request: nearly all requests need no second.
 */
export function runWithFallback(question: RowsQuestion): Promise<RowsAnswer> {
  const { join } = question.asked
  return join === null ? runAssembled(question, question.assemble(question.asked), null) : runJoined(question, join)
}

async function runJoined(question: RowsQuestion, join: ViewJoin): Promise<RowsAnswer> {
  let joined: JoinedRows
  try {
    joined = await question.join(question.asked, join)
  } catch (error) {
    if (error instanceof FeaturesUnavailableError) return answerFailure(question, { inputs: {}, joined: null }, error)
    throw error
  }
  return runAssembled(question, await question.assembleJoined(question.asked, joined), joined)
}

function runAssembled(question: RowsQuestion, inputs: Tensors, joined: JoinedRows | null): Promise<RowsAnswer> {
  const { asked } = question
  return asked.run(inputs, question.outputNames(asked), question.rows(inputs)).then(
    (outputs) => ({ by: asked, inputs, outputs, joined, fallback: null }),
    (error: unknown) => answerFailure(question, { inputs, joined }, error),
  )
}

/** What was made of the request for the release that could not answer. */
type Tried = Pick<RowsAnswer, 'inputs' | 'joined'>

async function answerFailure(question: RowsQuestion, tried: Tried, error: unknown): Promise<RowsAnswer> {
  const { fallback } = question
  const reason = fallback === null ? null : reasonOf(error)
  if (fallback === null || reason === null) throw error
  const answer = await answerInstead(question, fallback, tried)
  if (answer === null) throw error
  return { ...answer, fallback: reason }
}

/** Null for an error that is not the release's. */
function reasonOf(error: unknown): FallbackReason | null {
  if (error instanceof NotLoadedError) return 'not-loaded'
  if (error instanceof FeaturesUnavailableError) return 'no-features'
  if (!(error instanceof MainwardError)) return 'failed'
  if (error.code === 'timeout') return 'timeout'
  return error.code === 'unavailable' ? null : 'failed'
}

/** Null when the fallback can not answer either. */
async function answerInstead(
  question: RowsQuestion,
  fallback: ActiveFallback,
  tried: Tried,
): Promise<Omit<RowsAnswer, 'fallback'> | null> {
  const { asked } = question
  if (fallback.type === 'constant') {
    const outputs = buildConstant(asked.release, fallback.score, question.rows(tried.inputs))
    return question.outputNames(asked).every((name) => name in outputs || name === asked.release.signature.outputs.label)
      ? { by: asked, ...tried, outputs }
      : null
  }
  const by = fallback.held
  try {
    const joined = by.join === null ? null : await question.join(by, by.join)
    const own = joined === null ? question.assemble(by) : await question.assembleJoined(by, joined)
    return { by, inputs: own, outputs: await by.run(own, question.outputNames(by), question.rows(own)), joined }
  } catch (error) {
    if (error instanceof MainwardError) return null
    throw error
  }
}
