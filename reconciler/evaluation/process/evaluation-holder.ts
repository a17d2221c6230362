/** The hold on the evaluating process: starts it, hands it one call at a time, ends it. Knows no metric. */
import { fork, type ChildProcess } from 'node:child_process'
import { MainwardError } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import type { EvaluationCall, EvaluationReply } from './evaluation-messages.ts'

interface Waiting {
  readonly resolve: (reply: EvaluationReply) => void
  readonly reject: (error: Error) => void
}

/** How much of what a dying process wrote is told. */
const lastWordsBytes = 2_000

/**
 * A process, and no thread: a run of a model can not be stopped in the middle, and a thread that is ended there takes its process with it.
 */
export class EvaluationHolder {
  readonly #child: ChildProcess
  readonly #gone: Promise<void>
  #waiting: Waiting | null = null
  #ended: Error | null = null
  #lastWords = ''

  constructor() {
    // No environment: it may hold passwords, and nothing in the process needs it.
    this.#child = fork(builtFile('evaluation/process/evaluation-process.js'), [], {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.on('data', (part: Buffer) => {
      this.#lastWords = (this.#lastWords + part.toString('utf8')).slice(-lastWordsBytes)
    })
    this.#child.on('message', (reply: EvaluationReply) => this.#onReply(reply))
    this.#child.on('error', (cause) => void this.end(new MainwardError('environment', 'no process can be started', { cause })))
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        void this.end(describeEnd(signal ?? `status ${code}`, this.#lastWords))
        resolve()
      })
    })
  }

  /** The caller waits for one answer before it asks again. */
  ask(call: EvaluationCall): Promise<EvaluationReply> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#child.send(call, (cause) => {
        if (cause !== null)
          void this.end(new MainwardError('model-unusable', 'the evaluating process could not be asked', { cause }))
      })
    })
  }

  /** Kills the process; what waits, and every later call, fails with `reason`. The first reason counts. Resolves when it is gone. */
  end(reason: Error): Promise<void> {
    this.#ended ??= reason
    this.#child.kill('SIGKILL')
    this.#take()?.reject(this.#ended)
    return this.#gone
  }

  #onReply(reply: EvaluationReply): void {
    const waiting = this.#take()
    if (reply.type === 'failed') {
      const { code, message, hint } = reply
      waiting?.reject(new MainwardError(code, message, hint === undefined ? {} : { hint }))
    } else if (reply.type === 'crashed') waiting?.reject(new Error(`the evaluation failed: ${reply.stack}`))
    else waiting?.resolve(reply)
  }

  #take(): Waiting | null {
    const waiting = this.#waiting
    this.#waiting = null
    return waiting
  }
}

function describeEnd(how: string, lastWords: string): MainwardError {
  if (how === 'SIGKILL') {
    return new MainwardError(
      'model-unusable',
      'the evaluating process was killed from outside: probably the machine ran out of memory',
      {
        hint: 'free memory, or evaluate a smaller model or fewer rows',
      },
    )
  }
  const said = lastWords.trim()
  return new MainwardError('model-unusable', `the model ended the evaluating process (${how})${said === '' ? '' : `: ${said}`}`)
}
