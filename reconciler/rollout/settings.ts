/** What a rollout takes over at once, without a new target: its fallback, and what of its model is recorded. Pure. */
import { canonicalJson, type Digest } from '../core/digest.ts'
import type { Recording } from '../core/release.ts'
import type { DesiredRollout, RolloutFallback, RolloutSettings, RolloutState } from '../core/rollout-state.ts'
import type { Decision } from './decision.ts'
import { provenOf } from './traffic.ts'

const everything: Recording = { percent: 100, drop: [] }

export function settingsOf({ fallback, recording }: DesiredRollout): RolloutSettings {
  return {
    ...(fallback === undefined
      ? {}
      : { fallback: fallback.type === 'release' ? { type: 'release', ...provenOf(fallback.release) } : fallback }),
    ...(recording === undefined ? {} : { recording }),
  }
}

/** The state with other settings; one without any says nothing of them. */
export function withSettings({ settings: _before, ...state }: RolloutState, settings: RolloutSettings): RolloutState {
  return Object.keys(settings).length === 0 ? state : { ...state, settings }
}

/**
 * A decision that also takes over the settings that are asked for. Where nothing else moves this is a transition of its own:
 * phase, step and hold stay as they are. What is refused as a whole changes no settings either.
 */
export function takeOverSettings(decision: Decision, desired: DesiredRollout, before: RolloutState | null): Decision {
  const settings = settingsOf(desired)
  if (decision.type === 'transition') return { ...decision, state: withSettings(decision.state, settings) }
  if (decision.type === 'refuse' || before === null) return decision
  const changes = describeChanges(before.settings ?? {}, settings)
  if (changes.length === 0) return decision
  return { type: 'transition', event: 'SettingsChanged', state: withSettings(before, settings), message: changes.join('; ') }
}

/** The release that answers in place of another one, when the fallback is one. */
export function fallbackReleaseOf({ settings }: RolloutState): Digest | null {
  return settings?.fallback?.type === 'release' ? settings.fallback.release : null
}

/** `version 1`, `the constant 0.2`, `nothing`. */
export function describeFallback(fallback: RolloutFallback | undefined): string {
  if (fallback === undefined) return 'nothing'
  if (fallback.type === 'release') return `version ${fallback.version}`
  return `the constant ${typeof fallback.score === 'number' ? fallback.score : `[${fallback.score.join(', ')}]`}`
}

/** `100 %`, `10 % without income, unit`, `nothing`. */
export function describeRecording({ percent, drop }: Recording = everything): string {
  if (percent === 0) return 'nothing'
  return `${percent} %${drop.length === 0 ? '' : ` without ${drop.join(', ')}`}`
}

function describeChanges(before: RolloutSettings, after: RolloutSettings): readonly string[] {
  const fallback = `fallback ${describeFallback(after.fallback)}, before ${describeFallback(before.fallback)}`
  const recording = `recording ${describeRecording(after.recording)}, before ${describeRecording(before.recording)}`
  return [
    ...(isSame(before.fallback, after.fallback) ? [] : [fallback]),
    ...(isSame(before.recording, after.recording) ? [] : [recording]),
  ]
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null)
}
