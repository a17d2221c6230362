// Writes reconciler/manifests/generated/ from schemas/: one file of TypeScript types a schema, and the schemas
// themselves as a module, so that validation needs no file system. `--check` writes nothing and fails when a file is stale.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const schemaFolder = join(root, 'schemas')
const outputFolder = join(root, 'reconciler/manifests/generated')
const header = '/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */\n'

/** `npm run build` makes the functions themselves. */
const validatorTypes = `import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { Kind } from '../../core/resource.ts'

export declare const validators: Readonly<Record<Kind, ValidateFunction>>
`
const compiled = ['validators.js', 'validators.js.new']

const outputs = await generate()
process.exitCode = process.argv.includes('--check') ? check(outputs) : write(outputs)

async function generate() {
  const files = new Map()
  const entries = []
  for (const name of readdirSync(schemaFolder)
    .filter((file) => file.endsWith('.schema.json'))
    .sort()) {
    const text = readFileSync(join(schemaFolder, name), 'utf8')
    const base = name.replace('.schema.json', '')
    files.set(`${base}.ts`, header + (await typesOf(JSON.parse(text), base)))
    entries.push(`  ${base}: ${JSON.stringify(JSON.parse(text), null, 2).replaceAll('\n', '\n  ')},\n`)
  }
  files.set('schemas.ts', `${header}export const schemas = {\n${entries.join('')}} as const\n`)
  files.set('validators.d.ts', `${header}${validatorTypes}`)
  return files
}

async function typesOf(schema, base) {
  const types = await compile(forTypes(schema, schema.$defs), base, {
    bannerComment: '',
    additionalProperties: false,
    unknownAny: true,
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true, printWidth: 130 },
  })
  // The format has no way to ask for read-only members; every member and array of a manifest is.
  return types.replace(/^( +)(\w+\??:|\[k: string\])(?=[\s:])/gm, '$1readonly $2').replace(/(: )(\w+\[\])$/gm, '$1readonly $2')
}

/**
 * The schema as the type generator should see it: "exactly one of two members" left out (validation reports it, and the
 * types stay plain interfaces), references to scalars written in place (else each becomes a numbered alias).
 */
function forTypes(value, definitions) {
  if (Array.isArray(value)) return value.map((item) => forTypes(item, definitions))
  if (value === null || typeof value !== 'object') return value
  const target = value.$ref && definitions[value.$ref.replace('#/$defs/', '')]
  if (target && target.type !== 'object') {
    const { $ref: _reference, ...members } = value
    const { title: _title, ...plain } = target
    return forTypes({ ...plain, ...members }, definitions)
  }
  const kept = Object.entries(value).filter(([key]) => key !== 'oneOf')
  return Object.fromEntries(kept.map(([key, member]) => [key, forTypes(member, definitions)]))
}

function write(files) {
  mkdirSync(outputFolder, { recursive: true })
  for (const name of listOutputs()) if (!files.has(name)) rmSync(join(outputFolder, name))
  for (const [name, content] of files) writeFileSync(join(outputFolder, name), content)
  return 0
}

function check(files) {
  const present = new Set(listOutputs())
  const stale = [...files].filter(
    ([name, content]) => !present.has(name) || readFileSync(join(outputFolder, name), 'utf8') !== content,
  )
  const extra = [...present].filter((name) => !files.has(name))
  for (const name of [...stale.map(([file]) => file), ...extra]) {
    console.error(`reconciler/manifests/generated/${name} is stale: run npm run generate`)
  }
  return stale.length + extra.length === 0 ? 0 : 1
}

function listOutputs() {
  return readdirSync(outputFolder).filter((name) => !compiled.includes(name))
}
