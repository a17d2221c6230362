// Inputs of reference cases as plain values: `{"$lcg": …}` becomes the array that it stands for, "NaN" and the like become numbers.
// Every operation is written in the order that makes it exact in doubles; test/statistics/reference/README.md has the table.

const special = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
])

/** Linear congruential generator of Numerical Recipes: 32 bits of state, the first value after one step. */
function uniforms(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return state / 4294967296
  }
}

const transforms = {
  uniform: ({ low, high }, u) => low + (high - low) * u(),
  square: ({ scale }, u) => {
    const drawn = u()
    return scale * drawn * drawn
  },
  grid: ({ levels }, u) => Math.floor(u() * levels) / levels,
  integer: ({ k }, u) => Math.floor(u() * k),
  bernoulli: ({ p }, u) => (u() < p ? 1 : 0),
  bernoulli_of: (_, u, sibling) => (u() < sibling ? 1 : 0),
  blend: ({ weight }, u, sibling) => (1 - weight) * sibling + weight * u(),
  sum12: ({ mean, sd }, u) => {
    let sum = 0
    for (let drawn = 0; drawn < 12; drawn += 1) sum += u()
    return mean + sd * (sum - 6)
  },
}

function generated(spec, siblings) {
  const draw = transforms[spec.transform]
  if (draw === undefined) throw new Error(`no transform named ${JSON.stringify(spec.transform)}`)
  const from = spec.field === undefined ? undefined : siblings[spec.field]
  if (spec.field !== undefined && !Array.isArray(from)) throw new Error(`no sibling field ${JSON.stringify(spec.field)} before`)
  const u = uniforms(spec.seed)
  return Array.from({ length: spec.n }, (_, index) => draw(spec, u, from?.[index]))
}

const isGenerated = (value) =>
  value !== null && typeof value === 'object' && Object.keys(value).length === 1 && value.$lcg !== undefined

/** Sibling fields are expanded in written order, so that a field may use those before it. */
export function expand(value, siblings = {}) {
  if (typeof value === 'string') return special.get(value) ?? value
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((one) => expand(one))
  if (isGenerated(value)) return generated(value.$lcg, siblings)
  const fields = {}
  for (const [name, field] of Object.entries(value)) fields[name] = expand(field, fields)
  return fields
}
