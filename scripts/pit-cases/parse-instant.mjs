// A time in ISO 8601 as microseconds since the epoch (bigint). Any offset; none means UTC. Digits beyond microseconds are cut off.
const form =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d+)?)?)?)?)?$/i

function offsetUs(zone) {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0n
  const [hours = '0', minutes = '0', seconds = '0'] = zone.slice(1).replaceAll(':', '').match(/\d{2}/g)
  const total = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)
  return (zone[0] === '-' ? -total : total) * 1_000_000n
}

export function parseInstant(text) {
  const found = form.exec(String(text).trim())
  if (found === null) throw new Error(`expected a time in ISO 8601, found ${JSON.stringify(text)}`)
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = found
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (date.getUTCMonth() !== Number(month) - 1) throw new Error(`expected a day that exists, found ${JSON.stringify(text)}`)
  const seconds = BigInt(date.getTime() / 1000) + BigInt(hour) * 3600n + BigInt(minute) * 60n + BigInt(second)
  return seconds * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6)) - offsetUs(zone)
}
