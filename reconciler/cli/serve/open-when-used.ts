/** An online store that is opened when it is first asked: a server whose models read no views loads no client of a database. */
import type { OnlineStore } from '../../serving/ports.ts'

export interface ClosableStore extends OnlineStore {
  close(): Promise<void>
}

export function openWhenUsed(open: () => Promise<ClosableStore>): ClosableStore {
  let opened: Promise<ClosableStore> | null = null
  const use = (): Promise<ClosableStore> => (opened ??= open())
  return {
    read: async (requests) => (await use()).read(requests),
    push: async (...pushed) => (await use()).push(...pushed),
    close: async () => (await opened)?.close(),
  }
}
