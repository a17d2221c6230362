/** Globs over paths, step by step: `*` any letters of one step, `**` any number of steps, `?` one letter. Pure. */

/** A part of a step: a star, or a test of one letter. */
type StepPart = '*' | ((letter: string) => boolean)

/** A step: any number of steps, or its parts. */
type GlobStep = '**' | readonly StepPart[]

/** A `**` at the end takes at least one step. With `hasSets`, `[ab]`, `[a-z]` and `[!ab]` stand for one letter. */
export function compileGlob(glob: string, { hasSets = false }: { readonly hasSets?: boolean } = {}): readonly GlobStep[] {
  const steps = glob
    .replace(/^\.?\//, '')
    .replace(/\/$/, '/**')
    .split('/')
  const all = steps.at(-1) === '**' ? [...steps, '*'] : steps
  return all.map((step) => (step === '**' ? step : compileStep(step, hasSets)))
}

function compileStep(step: string, hasSets: boolean): readonly StepPart[] {
  const parts: StepPart[] = []
  for (const [written] of step.matchAll(hasSets ? /\[[!^]?\]?[^\]]*\]|[^]/gu : /[^]/gu)) {
    if (written === '*') parts.push('*')
    else if (written === '?') parts.push(() => true)
    else if (written.length > 2 && written.startsWith('[')) parts.push(letterSet(written.slice(1, -1)))
    else parts.push((letter) => letter === written)
  }
  return parts
}

function letterSet(written: string): (letter: string) => boolean {
  const isNegated = /^[!^]/.test(written)
  const ranges = [...written.slice(isNegated ? 1 : 0).matchAll(/([^])-([^])|[^]/gu)].map(
    ([one, from = one, to = one]) => [from, to] as const,
  )
  return (letter) => ranges.some(([from, to]) => from <= letter && letter <= to) !== isNegated
}

/**
 * `path` by its steps. Wildcards take no step that begins with a dot. Keeps how many steps of the path are taken: time grows with steps
 * times steps, whatever the glob.
 */
export function takesPath(glob: readonly GlobStep[], path: readonly string[]): boolean {
  let taken = path.map(() => false)
  taken.unshift(true)
  for (const step of glob) {
    const next = [step === '**' && taken[0] === true]
    path.forEach((name, index) => {
      const isTaken =
        step === '**'
          ? taken[index + 1] === true || (next[index] === true && !name.startsWith('.'))
          : taken[index] === true && takesStep(step, [...name])
      next.push(isTaken)
    })
    taken = next
  }
  return taken.at(-1) === true
}

/** Goes back to the last `*` only: an earlier one could not do better. */
function takesStep(pattern: readonly StepPart[], name: readonly string[]): boolean {
  if (name[0] === '.' && !isLiteralDot(pattern[0])) return false
  let [at, star, resume] = [0, -1, 0]
  for (let index = 0; index < name.length;) {
    const part = pattern[at]
    if (part === '*') [star, resume, at] = [at, index, at + 1]
    else if (part !== undefined && part(name[index] ?? '')) [at, index] = [at + 1, index + 1]
    else if (star !== -1) [at, resume, index] = [star + 1, resume + 1, resume + 1]
    else return false
  }
  return pattern.slice(at).every((part) => part === '*')
}

/** A literal dot takes a dot and no other letter. */
function isLiteralDot(part: StepPart | undefined): boolean {
  return typeof part === 'function' && part('.') && !part('x') && !part('/')
}
