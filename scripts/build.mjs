// Builds dist/ from reconciler/: compiles, copies what is read beside the code (SQL), and marks the program executable.
// Incremental: a build without changes takes about a second. TypeScript is a development dependency; an installed
// package already contains dist/ and runs this script never.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const at = (path) => `${root}/${path}`

if (!existsSync(at('dist'))) rmSync(at('node_modules/.cache/tsconfig.build.tsbuildinfo'), { force: true })
const compiler = fileURLToPath(import.meta.resolve('typescript')).replace(/lib\/typescript\.js$/, 'bin/tsc')
const compiled = spawnSync(process.execPath, [compiler, '-p', at('tsconfig.build.json')], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

cpSync(at('reconciler/database/migrations'), at('dist/database/migrations'), { recursive: true })
chmodSync(at('dist/main.js'), 0o755)
