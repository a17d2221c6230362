/** The inside of the evaluating process: scores batches, then measures. Started by evaluate-model.ts. */
import { assertNever } from '../../core/assert-never.ts'
import { answerCalls } from '../../processes/answer-calls.ts'
import type { EvaluationRequest } from '../evaluation-request.ts'
import { measureRows } from '../measuring/measure-rows.ts'
import { ScoringSession } from '../scoring/scoring-session.ts'
import type { EvaluationAnswer, EvaluationCall } from './evaluation-calls.ts'

interface State {
  open: { readonly request: EvaluationRequest; readonly session: ScoringSession } | null
}

main()

function main(): void {
  const state: State = { open: null }
  answerCalls<EvaluationCall, EvaluationAnswer>({ answer: (call) => answer(state, call) })
}

async function answer(state: State, call: EvaluationCall): Promise<EvaluationAnswer> {
  if (call.type === 'open') {
    state.open = { request: call.request, session: await ScoringSession.open(call.request, call.features) }
    return { type: 'took', rows: 0 }
  }
  if (state.open === null) throw new Error('the first call opens')
  const { request, session } = state.open
  switch (call.type) {
    case 'batch':
      await session.add(call.batch)
      return { type: 'took', rows: session.rows }
    case 'measure': {
      const { scored, production } = await session.finish()
      const threshold = request.candidate.threshold ?? null
      return { type: 'measured', evaluation: measureRows(scored, { ...request, threshold, production }) }
    }
    default:
      return assertNever(call)
  }
}
