/** Every case of the reference files (reference/README.md), through the command's own tables. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'

interface Case {
  readonly name: string
  readonly function: string
  readonly input: unknown
  readonly written: unknown
}

const script = async <Exports>(name: string): Promise<Exports> =>
  (await import(/* @vite-ignore */ join(packageRoot, 'scripts/reference', name))) as Exports
const { readCases } = await script<{ readCases: (file: string) => readonly Case[] }>('read-cases.mjs')
const { expand } = await script<{ expand: (input: unknown) => unknown }>('generated-input.mjs')
const { differencesOf } = await script<{ differencesOf: (got: unknown, given: Case) => readonly string[] }>('compare.mjs')
const { loadFunctions } = await script<{
  loadFunctions: () => Promise<ReadonlyMap<string, (input: unknown, written: unknown) => unknown>>
}>('load-functions.mjs')

const functions = await loadFunctions()
const folder = join(packageRoot, 'test/statistics/reference')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))

describe.each(files)('%s', (file) => {
  const cases = readCases(join(folder, file))
  it.each(cases.map((given) => [given.name, given] as const))('%s', (_, given) => {
    const run = functions.get(given.function)
    expect(run, given.function).toBeDefined()
    expect(differencesOf(run?.(expand(given.input), given.written), given)).toEqual([])
  })
})
