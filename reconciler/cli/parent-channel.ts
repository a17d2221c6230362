/** How a process that `mainward up` started tells where it listens, and hears that its parent is gone. */

/** The channel to the parent process. */
export interface ParentChannel {
  /** Aborted when the channel closes: the parent is gone. */
  readonly gone: AbortSignal
  /** `grpc` is HOST:PORT; null: no gRPC. */
  announce(url: string, grpc: string | null): void
  /** Lets the process end although the parent lives. */
  close(): void
}

/** The channel of a process that was started with one, for example by `fork`; else null. */
export function connectParent(self: NodeJS.Process): ParentChannel | null {
  if (self.send === undefined) return null
  const gone = new AbortController()
  const abort = () => gone.abort()
  self.once('disconnect', abort)
  // The parent may have died while this process was starting: then nobody says so any more.
  if (!self.connected) abort()
  return {
    gone: gone.signal,
    announce: (url, grpc) => {
      if (self.connected) self.send?.({ type: 'listening', url, grpc })
    },
    close: () => {
      self.off('disconnect', abort)
      if (self.connected) self.disconnect()
    },
  }
}

/** Resolves when one of the signals is aborted. */
export function whenAborted(signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    }
  })
}
