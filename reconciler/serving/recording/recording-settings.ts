/** What a release says of its recording, with the defaults. */
import type { Release } from '../../core/release.ts'

export interface RecordingSettings {
  /** Percent of the units whose predictions are recorded. */
  readonly percent: number
  /** Names of inputs that are never recorded; `unit` stands for the unit. */
  readonly drop: ReadonlySet<string>
}

/** The name in a drop-list that stands for the unit. */
export const unitName = 'unit'

/** Everything is recorded unless the release says otherwise. */
export function readRecordingSettings({ recording }: Release): RecordingSettings {
  return { percent: recording?.percent ?? 100, drop: new Set(recording?.drop ?? []) }
}
