/** The hold on a process of this program: starts it, hands it one call at a time, ends it. Knows no call and no answer. */
import { fork, type ChildProcess } from 'node:child_process'
import { MainwardError, type ErrorCode } from '../core/error.ts'
import { builtFile } from '../core/package-root.ts'
import type { HeldMessage } from './held-messages.ts'

export interface HeldProgram {
  /** Below dist/. It calls `answerCalls`. */
  readonly file: string
  /** As messages begin: `the engine`. */
  readonly name: string
  /** When it cannot be started, and when a call cannot be handed over. */
  readonly codes: { readonly start: ErrorCode; readonly ask: ErrorCode }
  /** What an end that nobody asked for means. `how` is a signal, or `status 1`; `lastWords` the last that it wrote to its standard error. */
  describeEnd(how: string, lastWords: string): MainwardError
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** How much of what a dying process wrote is told. */
const lastWordsBytes = 2_000

/** A process, and no thread: native code can not be stopped in the middle, and a thread that is ended there takes its process with it. */
export class HeldProcess<Call extends object, Answer, News = never> {
  readonly #program: HeldProgram
  readonly #onNews: (news: News) => void
  readonly #child: ChildProcess
  readonly #gone: Promise<void>
  #waiting: Waiting<Answer> | null = null
  #ended: MainwardError | null = null
  #lastWords = ''

  constructor(program: HeldProgram, onNews: (news: News) => void = () => undefined) {
    this.#program = program
    this.#onNews = onNews
    // No environment: it may hold passwords, and nothing in the process needs it.
    this.#child = fork(builtFile(program.file), [], {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.on('data', (part: Buffer) => {
      this.#lastWords = (this.#lastWords + part.toString('utf8')).slice(-lastWordsBytes)
    })
    this.#child.on('message', (message: HeldMessage<Answer, News>) => this.#onMessage(message))
    this.#child.on('error', (cause) => {
      this.#end(new MainwardError(program.codes.start, `${program.name} cannot be started`, { cause }))
    })
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#end(program.describeEnd(signal ?? `status ${code}`, this.#lastWords.trim()))
        resolve()
      })
    })
  }

  get isEnded(): boolean {
    return this.#ended !== null || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#gone
  }

  /** The caller waits for one answer before it asks again. */
  ask(call: Call): Promise<Answer> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    const { codes, name } = this.#program
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#child.send(call, (cause) => {
        if (cause !== null) this.#end(new MainwardError(codes.ask, `${name} could not be asked`, { cause }))
      })
    })
  }

  /** Kills the process; what waits, and every later call, fails with `reason`. The first reason counts. Resolves when it is gone. */
  end(reason: MainwardError): Promise<void> {
    this.#end(reason)
    return this.#gone
  }

  #end(reason: MainwardError): void {
    this.#ended ??= reason
    this.#child.kill('SIGKILL')
    this.#take()?.reject(this.#ended)
  }

  #onMessage(message: HeldMessage<Answer, News>): void {
    if (message.type === 'news') return this.#onNews(message.news)
    const waiting = this.#take()
    if (message.type === 'answered') return waiting?.resolve(message.answer)
    waiting?.reject(message.type === 'crashed' ? this.#describeCrash(message.stack) : restoreError(message))
  }

  #describeCrash(stack: string): Error {
    return new Error(`${this.#program.name} failed: ${stack}`)
  }

  #take(): Waiting<Answer> | null {
    const waiting = this.#waiting
    this.#waiting = null
    return waiting
  }
}

function restoreError({ code, message, hint }: Extract<HeldMessage<never, never>, { type: 'failed' }>): MainwardError {
  return new MainwardError(code, message, hint === undefined ? {} : { hint })
}
