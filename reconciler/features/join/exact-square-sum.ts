/**
 * Sums of squares without rounding, and a sample standard deviation from them: a square is split into products that floats hold exactly,
 * and these into whole numbers of four units, 2^44 down to 2^-244. The last step, from sums to one float, calculates with twice the
 * digits of a double (Dekker 1971), so that a spread 10^-12 of the mean is still right to 8 digits.
 */
const units = [2 ** 44, 2 ** -52, 2 ** -148, 2 ** -244] as const
const carry = 2n ** 96n
const splitter = 2 ** 27 + 1

/** One SELECT a step: DuckDB writes an alias out wherever it is used, which grows beyond bounds in a chain of them. */
function inSteps(relation: string, steps: readonly (readonly string[])[]): string {
  return steps.reduce((from, columns) => `SELECT *, ${columns.join(', ')} FROM (${from})`, `SELECT * FROM ${relation}`)
}

/** `relation` with the columns `PREFIX0` to `PREFIX3`: limbs of the square of `value`, null where it is, 0 where it is not finite. */
export function withSquareLimbs(relation: string, value: string, prefix: string): string {
  const name = (what: string, index: number): string => `${prefix}_${what}${index}`
  const products = [0, 1, 2]
  const steps: (readonly string[])[] = [
    [`CASE WHEN isfinite(${value}) AND abs(${value}) < ${2 ** 70} THEN ${value} ELSE 0 END AS ${prefix}_v`],
    [`${prefix}_v * ${splitter} - (${prefix}_v * ${splitter} - ${prefix}_v) AS ${prefix}_h`],
    [`${prefix}_v - ${prefix}_h AS ${prefix}_l`],
    [
      `${prefix}_h * ${prefix}_h AS ${name('r', 0)}`,
      `2 * ${prefix}_h * ${prefix}_l AS ${name('r', 1)}`,
      `${prefix}_l * ${prefix}_l AS ${name('r', 2)}`,
    ],
  ]
  let rest = 'r'
  for (const [index, unit] of units.entries()) {
    const next = `s${index}`
    steps.push(products.map((product) => `trunc(${name(rest, product)} / ${unit}) AS ${name(`t${index}`, product)}`))
    steps.push(
      products.map((product) => `${name(rest, product)} - ${name(`t${index}`, product)} * ${unit} AS ${name(next, product)}`),
    )
    rest = next
  }
  steps.push(
    units.map(
      (_, index) => `${products.map((product) => `${name(`t${index}`, product)}::HUGEINT`).join(' + ')} AS ${prefix}${index}`,
    ),
  )
  return inSteps(relation, steps)
}

/** Adds the float `term` to the double-double (h, l): two-sum. */
function addTerm(from: string, to: string, term: string): readonly (readonly string[])[] {
  return [
    [`${from}h + ${term} AS ${to}h`],
    [`${from}l + ((${from}h - (${to}h - (${to}h - ${from}h))) + (${term} - (${to}h - ${from}h))) AS ${to}l`],
  ]
}

/** The double-double (NAMEh, NAMEl) of a sum of limbs, each in its unit, the greatest first. */
function addLimbs(limbs: readonly string[], scale: readonly number[], name: string): readonly (readonly string[])[] {
  const carried: (readonly string[])[] = []
  const clean = [...limbs]
  for (let index = limbs.length - 1; index > 0; index -= 1) {
    carried.push([
      `${clean[index]} % ${carry} AS ${name}_c${index}`,
      `${clean[index - 1]} + ${clean[index]} // ${carry} AS ${name}_k${index - 1}`,
    ])
    clean[index] = `${name}_c${index}`
    clean[index - 1] = `${name}_k${index - 1}`
  }
  const terms = clean.flatMap((limb, index) => {
    const top = `(${limb}::DOUBLE * ${scale[index]})`
    return [top, `((${limb} - ${limb}::DOUBLE::HUGEINT)::DOUBLE * ${scale[index]})`]
  })
  const start: readonly string[] = [`0::DOUBLE AS ${name}_0h`, `0::DOUBLE AS ${name}_0l`]
  const sums = terms.flatMap((term, index) => addTerm(`${name}_${index}`, `${name}_${index + 1}`, term))
  const last = `${name}_${terms.length}`
  return [...carried, start, ...sums, [`${last}h + ${last}l AS ${name}h`], [`${last}l - (${name}h - ${last}h) AS ${name}l`]]
}

/** (NAMEh, NAMEl): the product of two floats, exactly. */
function multiply(left: string, right: string, name: string): readonly (readonly string[])[] {
  const half = (x: string): string => `(${x} * ${splitter} - (${x} * ${splitter} - ${x}))`
  return [
    [`${left} * ${right} AS ${name}h`, `${half(left)} AS ${name}_a`, `${half(right)} AS ${name}_b`],
    [`${left} - ${name}_a AS ${name}_x`, `${right} - ${name}_b AS ${name}_y`],
    [`((${name}_a * ${name}_b - ${name}h) + ${name}_a * ${name}_y + ${name}_x * ${name}_b) + ${name}_x * ${name}_y AS ${name}l`],
  ]
}

export interface SpreadColumns {
  /** Limbs of the sum, of units 2^-26 and 2^-122. */
  readonly sum: readonly [string, string]
  /** The sums of the four limbs of squares. */
  readonly squares: readonly [string, string, string, string]
  /** Number of rows, at least 2. */
  readonly rows: string
}

/** `relation` with `spread`: sqrt((Q - S^2 / n) / (n - 1)), never below 0. */
export function withSpread(relation: string, { sum, squares, rows }: SpreadColumns): string {
  return inSteps(relation, [
    [`${rows}::DOUBLE AS n`],
    ...addLimbs(sum, [2 ** -26, 2 ** -122], 's'),
    ...addLimbs(squares, units, 'q'),
    ...multiply('sh', 'sh', 'p'),
    [`pl + 2 * sh * sl AS pr`],
    [`ph / n AS d`],
    ...multiply('d', 'n', 'e'),
    [`((ph - eh) - el + pr) / n AS dl`],
    [`qh - d AS vh`],
    [`(qh - (vh - (vh - qh))) + (-d - (vh - qh)) AS vl`],
    [`sqrt(greatest(vh + (vl + ql - dl), 0) / (n - 1)) AS spread`],
  ])
}
