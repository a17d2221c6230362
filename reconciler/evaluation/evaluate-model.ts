/** What a model file is worth on labelled rows: scores and measures it in a process of its own. */
import { MainwardError } from '../core/error.ts'
import type { EvaluationOptions, EvaluationRequest, ScoredEvaluation } from './evaluation-request.ts'
import type { EvaluationRows } from './evaluation-rows.ts'
import { EvaluationHolder } from './process/evaluation-holder.ts'

/**
 * The same request and rows give the same bytes. Throws `cancelled`, `model-unusable` for a model that can not be run or whose score is not
 * finite, and `invalid-input` for rows and requests that do not fit: with the row, counted from 0, where one is to blame. A production version
 * that can not score these rows is left out, and `production.because` says why. No process is left, whatever happens.
 */
export async function evaluateModel(
  request: EvaluationRequest,
  rows: EvaluationRows,
  { signal, onProgress }: EvaluationOptions = {},
): Promise<ScoredEvaluation> {
  const holder = new EvaluationHolder()
  const onAbort = (): void => void holder.end(new MainwardError('cancelled', 'the evaluation was cancelled'))
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await holder.ask({ type: 'open', request, features: rows.features })
    for await (const batch of rows.batches()) {
      const took = await holder.ask({ type: 'batch', batch })
      if (took.type === 'took') onProgress?.(took.rows)
    }
    const reply = await holder.ask({ type: 'measure' })
    if (reply.type !== 'measured') throw new Error(`expected an evaluation, found the answer ${reply.type}`)
    return reply.evaluation
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await holder.end(new MainwardError('cancelled', 'the evaluation is over'))
  }
}
