// A Python with scikit-learn, of the pinned list that the tests have, made on first use.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const { digestBytes, shortDigest } = await import(`${root}dist/core/digest.js`)
const requirements = `${root}example-repo/training/requirements.txt`

/** Its path. */
export function ensurePython() {
  const folder = `${root}node_modules/.cache/python/${shortDigest(digestBytes(readFileSync(requirements)))}`
  const python = `${folder}/bin/python`
  if (existsSync(`${folder}/complete`)) return python
  execFileSync('python3.11', ['-m', 'venv', folder])
  execFileSync(python, ['-m', 'pip', '--disable-pip-version-check', '--quiet', 'install', '--requirement', requirements])
  mkdirSync(`${folder}/complete`)
  return python
}
