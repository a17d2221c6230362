/** The page lists every expectation as the registry has it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  expectationDefinitions,
  expectationNames,
  sharedArguments,
  type ExpectationName,
} from '../../../reconciler/core/expectation.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'

const page = readFileSync(join(packageRoot, 'docs/features/expectations.md'), 'utf8')

function lineOf(name: ExpectationName): string {
  const definition = expectationDefinitions[name]
  const own = Object.entries(definition.arguments).map(([argument, { required }]) => `\`${argument}\`${required ? '*' : ''}`)
  const shared = sharedArguments(definition).filter((argument) => argument !== 'severity')
  return `| \`${name}\` | ${[...own, ...shared.map((argument) => `\`${argument}\``)].join(' ')} | ${definition.meaning} |`
}

it('docs/features/expectations.md has the line of every expectation', () => {
  const missing = expectationNames.map(lineOf).filter((line) => !page.includes(line))
  expect(missing.join('\n')).toBe('')
  expect(page.match(/^\| `expect_/gm)).toHaveLength(expectationNames.length)
})
