/** A worker's end of the channel to its primary: sends, asks and hears. Knows nothing of what is asked for. */
import { MainwardError } from '../../core/error.ts'
import { readToWorker, type FromWorker, type ToWorker } from '../channel/messages.ts'
import { unpackFailure } from '../channel/sent-failure.ts'
import { withTimeLimit } from '../state/time-limit.ts'

/** What `process` is to a program that was started with a channel. */
export interface ChannelProcess {
  readonly connected: boolean
  send?(message: unknown, handle: undefined, options: undefined, done: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'disconnect', listener: () => void): unknown
  disconnect?(): void
}

export type AnswerOf = Extract<ToWorker, { readonly ask: number }>
export type QuestionTo = Extract<FromWorker, { readonly ask: number }>
type WithoutAsk<Question> = Question extends unknown ? Omit<Question, 'ask'> : never

interface Waiting {
  readonly resolve: (answer: AnswerOf) => void
  readonly reject: (error: Error) => void
}

export class PrimaryLink {
  /** Aborted when the primary is gone. */
  readonly gone: AbortSignal
  readonly #channel: ChannelProcess
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0

  /** `onMessage` gets everything but answers. */
  constructor(channel: ChannelProcess, onMessage: (message: ToWorker) => void) {
    this.#channel = channel
    const gone = new AbortController()
    this.gone = gone.signal
    channel.on('message', (received) => {
      const message = readToWorker(received)
      if (message === null) return
      if ('ask' in message) this.#answer(message)
      else onMessage(message)
    })
    channel.once('disconnect', () => {
      for (const { reject } of this.#waiting.values()) reject(lost())
      this.#waiting.clear()
      gone.abort()
    })
    if (!channel.connected) gone.abort()
  }

  /** Resolves when the message has left. What a dead primary does not hear is lost. */
  send(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (this.#channel.send === undefined || !this.#channel.connected) resolve()
      else this.#channel.send(message, undefined, undefined, () => resolve())
    })
  }

  /** Throws what the primary answers with, `timeout`, or `unavailable` when it is gone. */
  async ask(question: WithoutAsk<QuestionTo>, limitMs: number): Promise<AnswerOf> {
    if (!this.#channel.connected) throw lost()
    const ask = this.#asked++
    const answer = new Promise<AnswerOf>((resolve, reject) => this.#waiting.set(ask, { resolve, reject }))
    void this.send({ ...question, ask })
    try {
      return await withTimeLimit(answer, limitMs, 'the answer of the primary process')
    } finally {
      this.#waiting.delete(ask)
    }
  }

  /** Lets the process end. */
  close(): void {
    if (this.#channel.connected) this.#channel.disconnect?.()
  }

  /** An answer that nobody waits for any more is ignored. */
  #answer(message: AnswerOf): void {
    const waiting = this.#waiting.get(message.ask)
    if (message.type === 'refused') waiting?.reject(unpackFailure(message.failure))
    else waiting?.resolve(message)
  }
}

function lost(): MainwardError {
  return new MainwardError('unavailable', 'the primary process is gone', { retry: 'backoff' })
}
