// Runs every benchmark of this folder, one after the other, each in a process of its own, and prints one table.
// `npm run bench [-- NAME … --runs N]`; a missed target ends with status 1. Options go to each of them.
import { fork } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { header } from './report.mjs'
import { renderTable } from './table.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))
const given = process.argv.slice(2)
const firstOption = given.findIndex((part) => part.startsWith('--'))
const wanted = firstOption < 0 ? given : given.slice(0, firstOption)
const options = given.slice(wanted.length)

/** What a benchmark reports; it may also fail, and says why on its own. */
function run(file) {
  return new Promise((resolve) => {
    const child = fork(`${folder}${file}`, options)
    const reports = []
    child.on('message', (message) => reports.push(message))
    child.on('exit', (code) => resolve({ reports, failed: code !== 0 || reports.length === 0 }))
  })
}

const files = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.mjs'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.startsWith(part)))
const rows = []
const notes = []
let failed = false
for (const file of files) {
  process.stderr.write(`${file} …\n`)
  const outcome = await run(file)
  failed ||= outcome.failed
  if (outcome.failed) notes.push(`${file}: failed`)
  for (const { title, rows: own } of outcome.reports) {
    notes.push(title)
    rows.push(...own)
  }
}
const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`
process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${machine}, load ${loadavg()[0].toFixed(1)}\n`)
for (const note of notes) process.stdout.write(`- ${note}\n`)
if (rows.length > 0) process.stdout.write(`\n${renderTable(header, rows)}\n`)
if (failed || rows.some((row) => row.at(-1) === 'MISSED')) process.exitCode = 1
