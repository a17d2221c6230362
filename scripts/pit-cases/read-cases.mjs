// Reads golden cases from JSON text without losing what a double can not hold: key 9007199254740993 is not key 9007199254740992.
import { readFileSync } from 'node:fs'

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/g

/** Numbers that JSON.parse would round, or refuse (Python writes NaN), become `{ "$number": text }`; 1e300 and 10^300 stay one number. */
function exactNumber(text) {
  if (text.startsWith('"')) return text
  const value = Number(text)
  if (!Number.isFinite(value) && /[aI]/.test(text)) return `{"$number":"${text}"}`
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return text
  const whole = /^-?\d+$/.test(text) ? BigInt(text) : BigInt(value)
  return `{"$number":"${whole}"}`
}

/** The whole number that a ttl is, or null without one. It may be written as any number of microseconds; ages are whole ones. */
export function wholeMicroseconds(ttl) {
  if (ttl === null || ttl === undefined) return null
  return typeof ttl === 'object' ? BigInt(ttl.$number) : BigInt(Math.floor(ttl))
}

export function readCases(file) {
  const { cases } = JSON.parse(readFileSync(file, 'utf8').replace(token, exactNumber))
  if (!Array.isArray(cases)) throw new Error(`${file}: expected an object with a list "cases"`)
  return cases
}

/** As JSON, numbers as they were written. */
export const show = (value) => JSON.stringify(value).replaceAll(/\{"\$number":"([^"]+)"\}/g, '$1')
