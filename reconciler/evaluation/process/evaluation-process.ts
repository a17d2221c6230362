/** The inside of the evaluating process: scores batches, then measures. Started by evaluation-holder.ts, and ends with it. */
import { assertNever } from '../../core/assert-never.ts'
import { MainwardError } from '../../core/error.ts'
import type { EvaluationRequest } from '../evaluation-request.ts'
import { measureRows } from '../measuring/measure-rows.ts'
import { ScoringSession } from '../scoring/scoring-session.ts'
import type { EvaluationCall, EvaluationReply } from './evaluation-messages.ts'

interface State {
  open: { readonly request: EvaluationRequest; readonly session: ScoringSession } | null
}

main()

function main(): void {
  const state: State = { open: null }
  // Signals for the whole group are its parent's, who ends this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  if (!process.connected) process.kill(process.pid, 'SIGKILL')
  process.on('message', (call: EvaluationCall) => {
    answer(state, call).then(reply, (thrown: unknown) => reply(describe(thrown)))
  })
}

async function answer(state: State, call: EvaluationCall): Promise<EvaluationReply> {
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

function reply(message: EvaluationReply): void {
  if (process.connected) process.send?.(message)
}

function describe(thrown: unknown): EvaluationReply {
  if (!(thrown instanceof MainwardError)) {
    return { type: 'crashed', stack: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }
  }
  const { code, message, hint } = thrown
  return { type: 'failed', code, message, ...(hint === undefined ? {} : { hint }) }
}
