/** The JSON Schemas are the public contract: valid, complete, and usable by an editor. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { parseDuration } from '../../reconciler/manifests/duration.ts'
import { kindDefinitions, kindNames } from '../../reconciler/manifests/kinds/registry.ts'
import { parse } from './commit-of.ts'
import { fullManifests, propertiesOf } from './full-manifests.ts'

const folder = join(packageRoot, 'schemas')
const files = readdirSync(folder).filter((name) => name !== 'grpc')

type Schema = Readonly<Record<string, unknown>>

function readSchema(file: string): Schema {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema
}

/** Every schema inside of a schema, with its JSON pointer. */
function* schemasIn(schema: Schema, pointer = ''): Generator<readonly [string, Schema]> {
  yield [pointer, schema]
  for (const [name, value] of Object.entries(schema)) {
    if (value === null || typeof value !== 'object') continue
    if (['properties', '$defs'].includes(name)) {
      for (const [key, inner] of Object.entries(value as Record<string, Schema>))
        yield* schemasIn(inner, `${pointer}/${name}/${key}`)
    } else if (['items', 'additionalProperties', 'propertyNames'].includes(name)) {
      yield* schemasIn(value as Schema, `${pointer}/${name}`)
    } else if (['anyOf', 'oneOf', 'allOf'].includes(name)) {
      for (const [index, inner] of (value as Schema[]).entries()) yield* schemasIn(inner, `${pointer}/${name}/${index}`)
    }
  }
}

describe('the schemas', () => {
  it('are one file a kind', () => {
    expect(files.sort()).toEqual(kindNames.map((kind) => `${kind.toLowerCase()}.schema.json`).sort())
  })

  it.each(files)('are valid by the meta-schema of 2020-12, and compile in strict mode: %s', (file) => {
    const schema = readSchema(file)
    const ajv = new Ajv2020({ strict: true, strictRequired: false })
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true)
    expect(() => ajv.compile(schema)).not.toThrow()
  })

  it.each(kindNames)('are the ones that the program validates with: %s', (kind) => {
    expect(kindDefinitions[kind].schema).toEqual(readSchema(`${kind.toLowerCase()}.schema.json`))
  })

  it.each(files)('have an id that ends in their file, for the comment of editors: %s', (file) => {
    expect(readSchema(file).$id).toBe(`https://mainward.dev/schemas/v1alpha1/${file}`)
  })

  it.each(kindNames)('describe every property, with its default when it may be left out: %s', (kind) => {
    for (const { pattern, schema, isRequired } of propertiesOf(kind)) {
      expect(schema.description, pattern).toMatch(/^\S.*\.$/s)
      const isChoice = /^\/spec\/(?:canary|split|fallback\/(?:version|constant)|file|sources?|.*\/secretRef\/(?:env|file))$/.test(
        pattern,
      )
      const isPlainMap = schema.properties !== undefined && Object.keys(schema.properties).length > 0
      if (!isRequired && !isChoice && !isPlainMap) expect(schema.description, pattern).toContain('Default: ')
      if (isRequired) expect(schema.default, pattern).toBeUndefined()
    }
  })

  it.each(kindNames)('say the default that they hold: %s', (kind) => {
    const held = propertiesOf(kind).filter(({ schema }) => schema.default !== undefined)
    for (const { pattern, schema } of held) {
      const said = /Default: (.*)\.$/.exec(schema.description ?? '')?.[1] ?? ''
      const value: unknown = said === 'none' ? (Array.isArray(schema.default) ? [] : {}) : parseYaml(said)
      expect(value, pattern).toEqual(schema.default)
    }
  })

  it.each(kindNames)('hold defaults that are valid, and name a unit where a number has one: %s', (kind) => {
    for (const { pattern, schema } of propertiesOf(kind)) {
      if (/(?:weight|coverage)$/.test(pattern)) expect(schema.description, pattern).toMatch(/percent/i)
      if (/Bytes$/.test(pattern)) expect(schema.description, pattern).toMatch(/bytes/)
      const durations = ['50ms', '90s', '15m', '3h', '7d']
      if (/\/budget$/.test(pattern)) expect(schema.examples, pattern).toEqual(durations)
      if (/\/hold$/.test(pattern)) expect(schema.examples, pattern).toEqual([...durations, 'manual'])
      if (/\/(?:hold|budget)$/.test(pattern)) expect(parseDuration(String(schema.default)), pattern).not.toBeNull()
    }
  })

  it.each(files)('are closed, except where they say that they are open: %s', (file) => {
    const open = [...schemasIn(readSchema(file))].filter(
      ([, schema]) => schema.type === 'object' && schema.additionalProperties !== false,
    )
    const allowed =
      /\/(?:evidence|goldenRows\/items\/properties\/(?:inputs|outputs)|nulls\/properties\/features|environments|columns|join|row|params|given\/anyOf\/.*|expect\/items|expectation|expectation\/additionalProperties)$/
    for (const [pointer] of open) expect(pointer).toMatch(allowed)
  })

  it.each(files)('use only keywords that findings have words for: %s', (file) => {
    const words = [
      ...['$schema', '$id', '$defs', '$ref', 'title', 'description', 'default', 'examples'],
      ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'pattern', 'oneOf', 'anyOf'],
      ...[
        'minimum',
        'exclusiveMinimum',
        'maximum',
        'minLength',
        'maxLength',
        'minItems',
        'maxItems',
        'minProperties',
        'maxProperties',
        'uniqueItems',
        'propertyNames',
      ],
    ]
    for (const [pointer, schema] of schemasIn(readSchema(file))) {
      expect(words, `${file}#${pointer}`).toEqual(expect.arrayContaining(Object.keys(schema)))
    }
  })

  it.each(files)('bound every text, so that no name fills a page: %s', (file) => {
    for (const [pointer, schema] of schemasIn(readSchema(file))) {
      if (schema.type !== 'string' || pointer.includes('anyOf')) continue
      const isBound = ['maxLength', 'enum', 'const', 'pattern'].some((keyword) => keyword in schema)
      expect(isBound, `${file}#${pointer}`).toBe(true)
    }
  })
})

describe('the comment of editors', () => {
  it.each(kindNames)('names a schema, and is no part of the manifest: %s', (kind) => {
    const [manifest] = fullManifests[kind]
    const comment = `# yaml-language-server: $schema=https://mainward.dev/schemas/v1alpha1/${kind.toLowerCase()}.schema.json\n`
    const text = JSON.stringify(manifest)
    expect(parse(comment + text).findings).toEqual([])
    expect(parse(comment + text).documents[0]?.digest).toBe(parse(text).documents[0]?.digest)
  })

  it('stands in every manifest of the example, with the schema of its kind', () => {
    const example = join(packageRoot, 'example-repo')
    const paths = readdirSync(example, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'))
    expect(paths.length).toBeGreaterThan(5)
    const manifests = paths.flatMap((path) => {
      return readFileSync(join(example, path), 'utf8').split('---\n').map((text) => ({ path, text })) // prettier-ignore
    })
    const ajv = new Ajv2020({ strict: true, strictRequired: false })
    const validators = new Map(files.map(readSchema).map((schema) => [schema.$id, ajv.compile(schema)]))
    for (const { path, text } of manifests) {
      const url = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1]
      const validate = validators.get(url ?? '')
      expect(validate, path).toBeDefined()
      expect(validate?.(parseYaml(text)), path).toBe(true)
    }
  })
})
