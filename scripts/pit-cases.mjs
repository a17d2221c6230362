// Runs golden cases of the point-in-time join through the builder and DuckDB: `npm run pit-cases -- FILE …`. Prints each case that
// failed with what was expected and found, then "N passed, N failed"; ends with 1 when one failed, 2 when used wrongly.
import { openCaseEngine } from './pit-cases/case-engine.mjs'
import { readCases, show } from './pit-cases/read-cases.mjs'
import { runCase } from './pit-cases/run-case.mjs'

const files = process.argv.slice(2)
if (files.length === 0) {
  process.stderr.write('expected the files of cases; usage: npm run pit-cases -- FILE …\n')
  process.exit(2)
}

let all
try {
  all = files.flatMap(readCases)
} catch (thrown) {
  process.stderr.write(`${thrown.message}\n`)
  process.exit(2)
}
const engine = await openCaseEngine()
let failed = 0
for (const given of all) {
  const problem = await problemOf(given)
  if (problem === null) continue
  failed += 1
  process.stdout.write(`${given.name ?? '(without a name)'}: ${problem}\n`)
}
await engine.close()
process.stdout.write(`${all.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

/** What is wrong with a case, or null. A case that can not be run has failed; the others are still run. */
async function problemOf(given) {
  try {
    const got = await runCase(engine, given)
    const wanted = { expected: given.expected, found: given.found ?? got.found }
    const same = show(got.expected) === show(wanted.expected) && show(got.found) === show(wanted.found)
    return same
      ? null
      : `expected ${show(wanted.expected)} found ${show(wanted.found)}, got ${show(got.expected)} found ${show(got.found)}`
  } catch (thrown) {
    return thrown.message
  }
}
