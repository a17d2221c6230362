/** Tells each worker only what is new to it, in the order in which it must hear it. Knows nothing of what it says. */
import type { ServingState } from '../../core/serving-state.ts'
import type { ToWorker, WholeView } from '../channel/messages.ts'
import type { BarredReleases } from '../replica.ts'
import type { Worker } from './worker-set.ts'

interface Sent {
  state: ServingState | null
  barred: string
  whole: string
}

export type FirstWord = Pick<
  Extract<ToWorker, { type: 'begin' }>,
  'ports' | 'spoolName' | 'remembered' | 'barred' | 'whole' | 'state'
>

export class Outbox {
  readonly #sent = new Map<number, Sent>()

  begin({ number, process, mustListen }: Worker, word: FirstWord): void {
    this.#sent.set(number, {
      state: word.state ?? word.remembered?.state ?? null,
      barred: JSON.stringify(word.barred),
      whole: JSON.stringify(pickWhole(word.whole)),
    })
    process.send({ type: 'begin', worker: number, listenAtOnce: mustListen, ...word, whole: pickWhole(word.whole) })
  }

  forget({ number }: Worker): void {
    this.#sent.delete(number)
  }

  update({ number, process }: Worker, barred: BarredReleases, state: ServingState | null, view: WholeView): void {
    const sent = this.#sent.get(number)
    if (sent === undefined) return
    const barredText = JSON.stringify(barred)
    if (barredText !== sent.barred) process.send({ type: 'bar', barred })
    sent.barred = barredText
    if (state !== null && state !== sent.state) process.send({ type: 'state', state })
    sent.state = state
    const whole = pickWhole(view)
    const wholeText = JSON.stringify(whole)
    if (wholeText !== sent.whole) process.send({ type: 'whole', whole })
    sent.whole = wholeText
  }
}

function pickWhole({ ready, releases }: WholeView): WholeView {
  return { ready, releases }
}
