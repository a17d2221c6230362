/** The inside of a held process: answers one call after the other, and ends with its holder (held-process.ts). */
import { MainwardError } from '../core/error.ts'
import type { HeldMessage } from './held-messages.ts'

export interface Answering<Call, Answer> {
  answer(call: Call): Promise<Answer>
  /** What the holder's caller gets for what was thrown. Default: as it is. */
  explain?(thrown: unknown): unknown
  /** The last that is done when the holder is gone. */
  leave?(): void
}

export function answerCalls<Call, Answer>(answering: Answering<Call, Answer>): void {
  // A process that nobody holds is of no use, also while it computes: what it would say, nobody hears.
  const end = (): void => {
    answering.leave?.()
    process.kill(process.pid, 'SIGKILL')
  }
  // Signals for the whole group are the holder's, who may still want an answer, and ends this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('disconnect', end)
  // The holder may have died while this process was starting: then nobody says so any more.
  if (!process.connected) end()
  process.on('message', (call: Call) => {
    answering.answer(call).then(
      (found) => send<Answer, never>({ type: 'answered', answer: found }),
      (thrown: unknown) => send(describe(answering.explain === undefined ? thrown : answering.explain(thrown))),
    )
  })
}

/** For a holder that listens to what is under way. */
export function sendNews<News>(news: News): void {
  send<never, News>({ type: 'news', news })
}

function send<Answer, News>(message: HeldMessage<Answer, News>): void {
  if (process.connected) process.send?.(message)
}

function describe(thrown: unknown): HeldMessage<never, never> {
  if (!(thrown instanceof MainwardError)) {
    return { type: 'crashed', stack: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }
  }
  const { code, message, hint } = thrown
  return { type: 'failed', code, message, ...(hint === undefined ? {} : { hint }) }
}
