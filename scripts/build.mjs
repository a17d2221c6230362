// Builds dist/ from reconciler/: makes functions of schemas, compiles, copies what is read beside the code (SQL, Python), and marks the program
// executable.
// Incremental: a build without changes takes about a second. TypeScript is a development dependency; an installed
// package already contains dist/ and runs this script never.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileSchemas } from './compile-schemas.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const at = (path) => `${root}/${path}`

if (!existsSync(at('dist'))) rmSync(at('node_modules/.cache/tsconfig.build.tsbuildinfo'), { force: true })
await compileSchemas()
const compiler = fileURLToPath(import.meta.resolve('typescript')).replace(/lib\/typescript\.js$/, 'bin/tsc')
const compiled = spawnSync(process.execPath, [compiler, '-p', at('tsconfig.build.json')], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

removeStale()
for (const path of ['database/migrations', 'cli/import/python', 'manifests/generated/validators.js'])
  cpSync(at(`reconciler/${path}`), at(`dist/${path}`), { recursive: true })
chmodSync(at('dist/main.js'), 0o755)

/** Files whose source is gone: nothing may run, or be packed, that a clean clone would not have. */
function removeStale() {
  for (const path of readdirSync(at('dist'), { recursive: true })) {
    const source = path.replace(/\.(js|d\.ts)$/, '.ts')
    if (source !== path && ![source, path].some((name) => existsSync(at(`reconciler/${name}`)))) rmSync(at(`dist/${path}`))
  }
}
