// Everything that is checked without running the code: types, lint rules, format, unused code, generated files. On two
// processors: the lint rules, which take as long as the others together, run beside them. Prints what each said, whole, and how long
// it took; ends with 1 when one of them failed.
import { spawn } from 'node:child_process'

const lanes = [['lint'], ['types', 'format', 'unused', 'fresh']]

/** Runs one script of package.json; its output comes in one piece, so that those of two do not mix. */
function run(name) {
  const startedAt = performance.now()
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
  const parts = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part))
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

async function runLane(names) {
  const passed = []
  for (const name of names) passed.push(await run(name))
  return passed.every(Boolean)
}

const passed = await Promise.all(lanes.map(runLane))
process.exitCode = passed.every(Boolean) ? 0 : 1
