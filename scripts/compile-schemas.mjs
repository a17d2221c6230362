// Writes reconciler/manifests/generated/validators.js: the schemas of all kinds as plain functions, so that a command that reads manifests
// neither loads a compiler of schemas nor waits for it. It is part of every build, is not committed, and is written only when what it is
// made from has changed. Its types are those of validators.d.ts, which `npm run generate` writes.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const output = join(root, 'reconciler/manifests/generated/validators.js')

/** Every violation is told, with what was found and the schema that says so: messages for people are made of them. */
const options = { allErrors: true, verbose: true, strict: true, strictRequired: false, validateSchema: false }

export async function compileSchemas() {
  const schemas = readSchemas()
  const mark = `// made from ${digestOf(schemas)}\n`
  if (existsSync(output) && readFileSync(output, 'utf8').startsWith(mark)) return
  writeFileSync(`${output}.new`, mark + (await codeOf(schemas)))
  renameSync(`${output}.new`, output)
}

function readSchemas() {
  const folder = join(root, 'schemas')
  const names = readdirSync(folder).filter((name) => name.endsWith('.schema.json'))
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

/** Of the schemas, the compiler and this file. */
function digestOf(schemas) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/ajv/package.json'), 'utf8'))
  const script = readFileSync(fileURLToPath(import.meta.url), 'utf8')
  return createHash('sha256')
    .update(JSON.stringify([schemas, version, script]))
    .digest('hex')
}

async function codeOf(schemas) {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const { default: standalone } = await import('ajv/dist/standalone/index.js')
  const ajv = new Ajv2020({ ...options, code: { source: true, esm: true } })
  for (const schema of schemas) ajv.addSchema(schema)
  const kinds = schemas.map(({ $id, properties }) => [properties.kind.const, $id])
  const code = standalone.default(ajv, Object.fromEntries(kinds))
  return `${requiring}${code}\nexport const validators = { ${kinds.map(([kind]) => kind).join(', ')} }\n`
}

/** The compiler exports as a module does, and still takes its own parts with `require`. */
const requiring = "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\n"
