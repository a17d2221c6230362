/** Standard input and signals of the process, on demand: a command that asks for neither leaves both alone. */

/** All bytes of a stream. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

/** npm passes Ctrl-C on to a program that has had it from the terminal already: that is one wish, not two. */
const sameWishMs = 500

/**
 * A signal that Ctrl-C or SIGTERM aborts; the handlers exist from the first call on. A second Ctrl-C, later than what a
 * single one can cause, ends the program at once.
 */
export function createInterruption(): () => AbortSignal {
  const controller = new AbortController()
  const state = { listening: false, firstAtMs: 0 }
  const interrupt = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      state.firstAtMs = performance.now()
      controller.abort(new Error(name))
    } else if (performance.now() - state.firstAtMs > sameWishMs) {
      process.removeListener(name, interrupt)
      process.kill(process.pid, name)
    }
  }
  return () => {
    if (!state.listening) for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt)
    state.listening = true
    return controller.signal
  }
}
