/** Judges whether a document can be taken over as serving state. Pure. */
import type { ServingState } from '../../core/serving-state.ts'

/** Why this program can not serve the state, or null when it can. */
export function findStateProblem(state: ServingState, environment: string): string | null {
  const { formatVersion } = state as { readonly formatVersion: number }
  if (formatVersion !== 1)
    return `the serving state has format ${formatVersion}, expected 1: another version of this program wrote it`
  if (state.environment !== environment)
    return `the serving state is of environment ${state.environment}, expected ${environment}`
  if (!isComplete(state)) return 'the serving state lacks version, releases or routes'
  for (const { model, arms, defaultArm, fallback } of state.routes) {
    const named = [...arms.map(({ release }) => release), ...(fallback?.type === 'release' ? [fallback.release] : [])]
    const unknown = named.find((release) => state.releases[release] === undefined)
    if (unknown !== undefined) return `the route of ${model} names the release ${unknown}, which the serving state does not have`
    if (!arms.some(({ name }) => name === defaultArm)) return `the route of ${model} has no arm ${defaultArm}, its default`
  }
  return null
}

function isComplete({ version, releases, routes }: Partial<ServingState>): boolean {
  const numbered = Number.isSafeInteger(version?.epoch) && Number.isSafeInteger(version?.sequence)
  return numbered && typeof releases === 'object' && Array.isArray(routes)
}
