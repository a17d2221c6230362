/** What a model file is worth on labelled rows: scores and measures it in a process of its own. */
import { MainwardError } from '../core/error.ts'
import { HeldProcess, type HeldProgram } from '../processes/held-process.ts'
import type { EvaluationOptions, EvaluationRequest, ScoredEvaluation } from './evaluation-request.ts'
import type { EvaluationRows } from './evaluation-rows.ts'
import type { EvaluationAnswer, EvaluationCall } from './process/evaluation-calls.ts'

const program: HeldProgram = {
  file: 'evaluation/process/evaluation-process.js',
  name: 'the evaluating process',
  codes: { start: 'environment', ask: 'model-unusable' },
  describeEnd,
}

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
  const held = new HeldProcess<EvaluationCall, EvaluationAnswer>(program)
  const onAbort = (): void => void held.end(new MainwardError('cancelled', 'the evaluation was cancelled'))
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await held.ask({ type: 'open', request, features: rows.features })
    for await (const batch of rows.batches()) {
      const took = await held.ask({ type: 'batch', batch })
      if (took.type === 'took') onProgress?.(took.rows)
    }
    const answer = await held.ask({ type: 'measure' })
    if (answer.type !== 'measured') throw new Error(`expected an evaluation, found the answer ${answer.type}`)
    return answer.evaluation
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await held.end(new MainwardError('cancelled', 'the evaluation is over'))
  }
}

function describeEnd(how: string, lastWords: string): MainwardError {
  if (how === 'SIGKILL') {
    return new MainwardError(
      'model-unusable',
      'the evaluating process was killed from outside: probably the machine ran out of memory',
      { hint: 'free memory, or evaluate a smaller model or fewer rows' },
    )
  }
  const said = lastWords === '' ? '' : `: ${lastWords}`
  return new MainwardError('model-unusable', `the model ended the evaluating process (${how})${said}`)
}
