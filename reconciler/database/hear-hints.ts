/** Hears the notifications of other processes, over a connection of its own that is opened again whenever it breaks. */
import type { Connection } from './pool.ts'
import { notifyChannel } from './serving-queries.ts'

export interface HintOptions {
  readonly open: () => Promise<Connection>
  /** Called for every notification, and after every new connection: what was said in between was missed. */
  readonly onHint: (payload: string | null) => void
  readonly retryMs: number
}

/** Begins at once and goes on until it is stopped. Failures are not reported: hints only make polling faster. */
export function hearHints({ open, onHint, retryMs }: HintOptions): { stop(): Promise<void> } {
  const state: { connection: Connection | null; timer: NodeJS.Timeout | null; stopped: boolean } = {
    connection: null,
    timer: null,
    stopped: false,
  }
  const retry = (): void => {
    state.connection = null
    if (!state.stopped) state.timer = setTimeout(begin, retryMs)
  }
  const begin = (): void => {
    open()
      .then((connection) => (state.stopped ? connection.release(true) : hear(connection)))
      .catch(() => state.connection?.release(true))
      .then(retry, retry)
  }
  const hear = async (connection: Connection): Promise<void> => {
    state.connection = connection
    connection.onNotification(onHint)
    const broken = new Promise<void>((resolve) => connection.onLost(() => resolve()))
    await connection.query(`listen ${notifyChannel}`)
    onHint(null)
    await broken
    throw new Error('the connection broke')
  }
  begin()
  return {
    async stop() {
      state.stopped = true
      if (state.timer !== null) clearTimeout(state.timer)
      await state.connection?.release(true)
    },
  }
}
