// What a function gave against what a reference case expects: numbers within the case's tolerance, everything else exactly.

const closedForm = { rel: 1e-9, abs: 1e-12 }
const named = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity }

const show = (value) => {
  if (typeof value === 'number' || value === undefined) return String(value)
  return JSON.stringify(value, (_, inner) => (typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner))
}

function sameNumber(got, expected, { rel = 0, abs = 0 }) {
  if (typeof got !== 'number') return false
  if (!Number.isFinite(expected)) return Object.is(got, expected)
  return Math.abs(got - expected) <= Math.max(abs, rel * Math.abs(expected))
}

const isList = (value) => Array.isArray(value) || ArrayBuffer.isView(value)

/** Every difference of a value, each with the path to it. `tolerance` is that of the nearest field with one of its own. */
function differences(got, expected, at, tolerances) {
  const tolerance = tolerances.fields?.[at.field] ?? at.tolerance
  const wrong = (wanted) => [`${at.path} expected ${show(wanted)}, got ${show(got)}`]
  if (typeof expected === 'number') return sameNumber(got, expected, tolerance) ? [] : wrong(expected)
  if (typeof expected === 'string' && expected in named)
    return sameNumber(got, named[expected], tolerance) || got === expected ? [] : wrong(expected)
  if (expected === null || typeof expected !== 'object') return got === expected ? [] : wrong(expected)
  if ('$integer' in expected) return got === expected.$integer ? [] : wrong(expected.$integer)
  if (got === null || typeof got !== 'object') return wrong(unmarked(expected))
  return inside(got, expected, { ...at, tolerance }, tolerances)
}

function inside(got, expected, at, tolerances) {
  if (Array.isArray(expected)) {
    if (!isList(got) || got.length !== expected.length)
      return [`${at.path} expected ${expected.length} values, got ${isList(got) ? got.length : show(got)}`]
    return expected.flatMap((one, index) => differences(got[index], one, { ...at, path: `${at.path}[${index}]` }, tolerances))
  }
  return Object.entries(expected).flatMap(([field, one]) =>
    differences(got[field], one, { ...at, field, path: at.path === '' ? field : `${at.path}.${field}` }, tolerances),
  )
}

function unmarked(expected) {
  return JSON.parse(JSON.stringify(expected), (_, value) => value?.$integer ?? value)
}

/** What differs, as sentences; empty when the case passed. A field that is not expected is not looked at. */
export function differencesOf(got, { expected, tolerance = closedForm }) {
  return differences(got, expected, { path: '', field: undefined, tolerance }, tolerance)
}
