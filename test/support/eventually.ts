/** Waits for what is on its way. */
import { setTimeout as pause } from 'node:timers/promises'

/** Tries until it does not throw any more; the last failure after the time. */
export async function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await pause(50)
  }
}
