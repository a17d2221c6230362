/** Values that a reference case describes instead of listing them. */

interface Generated {
  readonly $lcg: {
    readonly seed: number
    readonly n: number
    readonly transform: string
    readonly mean: number
    readonly sd: number
  }
}

export type CaseValues = readonly (number | null | string)[] | Generated

/** Nulls stay; the texts NaN and Infinity become what they say. */
export function valuesOf(written: CaseValues): readonly (number | null)[] {
  if (!('$lcg' in written)) return written.map((value) => (typeof value === 'string' ? Number(value) : value))
  const { seed, n, transform, mean, sd } = written.$lcg
  if (transform !== 'sum12') throw new Error(`no transform ${transform}`)
  let state = seed >>> 0
  const draw = (): number => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return Array.from({ length: n }, () => {
    let sum = 0
    for (let index = 0; index < 12; index += 1) sum += draw()
    return mean + sd * (sum - 6)
  })
}
