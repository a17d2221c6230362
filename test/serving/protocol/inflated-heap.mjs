/** Inflates large bodies and bombs, and prints the megabytes that the C library's heap has afterwards: `inflated-heap.mjs MODULE`. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

const { inflateBody } = await import(process.argv[2])
const mebibyte = 1024 * 1024

function heapMegabytes() {
  const maps = readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-)/)
  const resident = maps.filter((map) => /^.*\[heap\]\n/.test(map)).map((map) => Number(/^Rss: +(\d+)/m.exec(map)?.[1] ?? 0))
  return resident.reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024
}

const large = gzipSync(Buffer.alloc(15 * mebibyte))
const bomb = gzipSync(Buffer.alloc(40 * mebibyte))
for (let round = 0; round < 4; round++) {
  await inflateBody(large, 'gzip', 16 * mebibyte)
  await inflateBody(bomb, 'gzip', 16 * mebibyte).catch(() => undefined)
}
for (let round = 0; round < 3; round++) {
  globalThis.gc()
  await sleep(100)
}
process.stdout.write(String(heapMegabytes()))
