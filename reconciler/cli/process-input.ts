/** Standard input and signals of the process, on demand: a command that asks for neither leaves both alone. */

/** All bytes of a stream. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

/** A signal that Ctrl-C or SIGTERM aborts; the handlers exist from the first call on, and only for one signal each. */
export function createInterruption(): () => AbortSignal {
  const controller = new AbortController()
  let listening = false
  return () => {
    if (listening) return controller.signal
    listening = true
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(new Error(name)))
    return controller.signal
  }
}
