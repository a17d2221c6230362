// Runs reference cases through our statistics: `npm run reference -- FILE …`. Prints what differs in each case that failed,
// then "N passed, N failed"; ends with 1 when one failed, 2 when used wrongly or when a file can not be read.
import { differencesOf } from './reference/compare.mjs'
import { expand } from './reference/generated-input.mjs'
import { loadFunctions } from './reference/load-functions.mjs'
import { readCases } from './reference/read-cases.mjs'

const files = process.argv.slice(2)
if (files.length === 0) {
  process.stderr.write('expected files of cases; usage: npm run reference -- FILE …\n')
  process.exit(2)
}

let cases
try {
  cases = files.flatMap(readCases)
} catch (thrown) {
  process.stderr.write(`${thrown.message}\n`)
  process.exit(2)
}

const functions = await loadFunctions()
let failed = 0
for (const given of cases) {
  const problems = problemsOf(given)
  if (problems.length === 0) continue
  failed += 1
  process.stdout.write(`${given.name}: ${problems.join('; ')}\n`)
}
process.stdout.write(`${cases.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

/** What is wrong with a case. One that can not be run has failed; the others are still run. */
function problemsOf(given) {
  const run = functions.get(given.function)
  if (run === undefined) return [`no function named ${JSON.stringify(given.function)}`]
  try {
    return differencesOf(run(expand(given.input), given.written), given)
  } catch (thrown) {
    return [`${given.function} threw ${thrown.message}`]
  }
}
