/** Looks at a running control plane again and again, and tells what it says of itself. Prints nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MainwardError } from '../../core/error.ts'
import type { StatusDocument } from '../../core/status.ts'
import { createControlClient } from '../client/control-client.ts'

export interface StatusWatch {
  /** The control plane's address; null while it is not known. It may change. */
  readonly url: () => string | null
  readonly token: string
  readonly fetch: typeof fetch
  /** Ends the watch. */
  readonly signal: AbortSignal
  /** True when there is nothing more to wait for: it is looked at less often from then on. */
  readonly onStatus: (status: StatusDocument) => boolean
}

/** While things move at the start: quick, since somebody waits. */
const quickMs = 100
const calmMs = 2_000

/** Resolves when the signal is aborted. What the control plane cannot answer now, it is asked again. */
export async function watchStatus(watch: StatusWatch): Promise<void> {
  let pauseMs = quickMs
  while (!watch.signal.aborted) {
    const status = await readStatus(watch)
    if (status !== null && !watch.signal.aborted) {
      if (watch.onStatus(status)) pauseMs = calmMs
    }
    await sleep(pauseMs, undefined, { signal: watch.signal }).catch((error: unknown) => {
      if (!watch.signal.aborted) throw error
    })
  }
}

async function readStatus({ url, token, fetch }: StatusWatch): Promise<StatusDocument | null> {
  const address = url()
  if (address === null) return null
  try {
    const client = createControlClient({ url: address, servingUrl: null, token, origin: 'its announcement' }, fetch)
    return await client.get<StatusDocument>('/api/v1/status')
  } catch (error) {
    if (error instanceof MainwardError) return null
    throw error
  }
}
