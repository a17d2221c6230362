// Prints "N passed, N failed" from vitest's JSON results and ends with the right exit code. A check that stopped before
// the tests, a file that could not be loaded and an error outside of a test count as failures.
import { existsSync, readFileSync } from 'node:fs'

const [file, checkStatus] = process.argv.slice(2)
const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { testResults: [] }
const statuses = results.testResults.flatMap(({ status, assertionResults }) => {
  const own = assertionResults.map((assertion) => assertion.status)
  return status === 'failed' && !own.includes('failed') ? [...own, 'failed'] : own
})
const passed = statuses.filter((status) => status === 'passed').length
const counted = statuses.filter((status) => status === 'failed').length
const failed = counted === 0 && (checkStatus !== '0' || passed === 0) ? 1 : counted

process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
