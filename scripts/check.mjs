// Everything a reviewer would run: types, lint rules, format, unused code, generated files, tests. On two processors: the lint rules, which
// take as long as all else that does not run the code, run beside it, and to their end beside the first tests. Prints what each check said,
// whole, and how long it took; the tests print as they go. Ends with 1 when something failed, and tells again what it was.
import { spawn } from 'node:child_process'

const lanes = [['lint'], ['types', 'format', 'unused', 'fresh', 'test']]

/** Runs one script of package.json; its output comes in one piece, so that those of two do not mix. */
function run(name) {
  const startedAt = performance.now()
  const isLive = name === 'test'
  const child = spawn('npm', ['run', '--silent', name], {
    stdio: ['ignore', ...(isLive ? ['inherit', 'inherit'] : ['pipe', 'pipe'])],
  })
  const parts = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => parts.push(part))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      process.stdout.write(`${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${seconds} s\n`)
      process.stdout.write(Buffer.concat(parts))
      resolve(code === 0)
    })
  })
}

/** Returns the names of what failed. The tests take long: they run when all before them passed. */
async function runLane(names) {
  const failed = []
  for (const name of names) {
    if (name === 'test' && failed.length > 0) break
    if (!(await run(name))) failed.push(name)
  }
  return failed
}

const failed = (await Promise.all(lanes.map(runLane))).flat()
if (failed.length > 0) process.stdout.write(`failed: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
