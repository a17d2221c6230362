/** What a transition means for the units and for what comes after it, one sentence each. Pure. */
import type { Recording } from '../core/release.ts'
import type { DesiredRollout, RolloutFallback, RolloutState, Traffic } from '../core/rollout-state.ts'
import { writeDuration } from '../manifests/duration.ts'
import { movedShare } from '../rollout/moved-share.ts'
import { describeFallback, describeRecording } from '../rollout/settings.ts'
import { isRecentStable } from '../rollout/transitions.ts'

/** Sentences of a plan's action: what moves now, and which steps follow. */
export function describeEffects(before: RolloutState | null, after: RolloutState, desired: DesiredRollout): readonly string[] {
  return [
    describeMove(before, after),
    ...describeSteps(before, after, desired),
    ...describeFallbackChange(before?.settings?.fallback, after.settings?.fallback),
    ...describeRecordingChange(before?.settings?.recording, after.settings?.recording),
  ]
}

function describeFallbackChange(before: RolloutFallback | undefined, after: RolloutFallback | undefined): readonly string[] {
  const [old, next] = [describeFallback(before), describeFallback(after)]
  if (old === next) return []
  const request = 'a request whose run fails or takes too long'
  if (after === undefined) return [`${request} gets an error from now on, no longer the answer of ${old}`]
  return [`${request} is answered by ${next}${before === undefined ? '' : `, no longer by ${old}`}`]
}

function describeRecordingChange(before: Recording | undefined, after: Recording | undefined): readonly string[] {
  const [old, next] = [describeRecording(before), describeRecording(after)]
  return old === next ? [] : [`of the predictions is recorded: ${next}; before: ${old}`]
}

function describeMove(before: RolloutState | null, after: RolloutState): string {
  const share = movedShare(after.rollout, before?.traffic ?? null, after.traffic)
  const arms = servingArms(after.traffic)
  if (arms.length === 0) return 'no unit is answered yet'
  if (share === 0) return 'no unit moves'
  const shown = arms.map(({ version, weight }) => `version ${version} ${weight} %`).join(', ')
  return `${showPercent(share)} of the units move: ${shown}`
}

/** Only where a rollout begins: what each later step moves. */
function describeSteps(before: RolloutState | null, after: RolloutState, desired: DesiredRollout): readonly string[] {
  if (after.phase !== 'Initializing') return []
  const { strategy } = desired
  if (strategy.type === 'split') {
    const shares = strategy.variants.map(({ name, weight, release }) => `${name} ${weight} % (version ${release.version})`)
    return [`once loaded: ${shares.join(', ')} of ${strategy.coverage} % of the units`]
  }
  const { version } = strategy.release
  if (after.stable === null) return [`once loaded: version ${version} serves every unit`]
  const comesBack = isRecentStable(after, strategy.release.digest, Date.parse(after.startedAt))
  if (comesBack) return [`once loaded: version ${version} serves every unit at once, since it was stable before`]
  const steps = strategy.steps.map(({ weight, holdMs }) => `${weight} %${describeHold(holdMs)}`)
  const from = before?.stable?.version ?? after.stable.version
  return [`once loaded: units move from version ${from} to version ${version} in steps: ${steps.join(', ')}`]
}

/** ` for 20s`, ` until a person resumes`, or nothing for a step without a hold. */
export function describeHold(holdMs: number | null): string {
  if (holdMs === null) return ' until a person resumes'
  return holdMs === 0 ? '' : ` for ${writeDuration(holdMs)}`
}

function servingArms(traffic: Traffic): Traffic['arms'] {
  return traffic.arms.filter(({ weight }) => weight > 0)
}

function showPercent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
