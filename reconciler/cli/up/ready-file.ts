/** The content of `--ready-file`: which models of the commit answer. Pure. */
import type { ModelStatus } from '../../core/status.ts'

export interface ReadyFile {
  readonly serving: string
  /** `HOST:PORT`. */
  readonly grpc: string | null
  readonly control: string
  /** `Ready`: its stable release answers, also while a rollout goes on; else why a person must act. */
  readonly models: Readonly<Record<string, string>>
}

export function buildReadyFile(models: readonly ModelStatus[], addresses: Omit<ReadyFile, 'models'>): ReadyFile {
  const words = models.map(({ name, ready, stalled }) => [name, ready ? 'Ready' : `Stalled: ${stalled ?? 'not ready'}`])
  return { ...addresses, models: Object.fromEntries(words) as Record<string, string> }
}
