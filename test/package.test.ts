/** The packed program, installed by the image's own steps into an empty folder outside of the checkout, runs there. */
import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../reconciler/core/package-root.ts'
import type { ReadyFile } from '../reconciler/cli/up/ready-file.ts'
import { eventually } from './support/eventually.ts'
import { parseDockerfile, textsOf } from './support/dockerfile.ts'
import { commitFiles, createRepository } from './support/git-repositories.ts'

const run = promisify(execFile)
const stages = parseDockerfile(readFileSync(join(packageRoot, 'Dockerfile'), 'utf8'))
const finalStage = stages.at(-1) ?? []
const folder = mkdtempSync(join(tmpdir(), 'mainward-package-'))
const packed = mkdtempSync(join(tmpdir(), 'mainward-packed-'))

beforeAll(async () => {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { cwd: packageRoot })
  cpSync(packed, folder, { recursive: true })
  const env = { ...process.env, npm_config_engine_strict: 'true' }
  for (const step of textsOf(finalStage, 'RUN')) await run('sh', ['-c', step], { cwd: folder, env })
}, 300_000)

afterAll(() => {
  for (const path of [folder, packed]) rmSync(path, { recursive: true, force: true })
})

describe('the packed program', () => {
  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
    const { stdout } = await run('npx', ['--no-install', 'mainward', '--version'], { cwd: folder })
    expect(stdout.trim()).toBe(version)
  })

  it('validates a copy of the example that it brings along', async () => {
    const example = join(folder, 'example')
    cpSync(join(folder, 'node_modules/mainward/example-repo'), example, { recursive: true })
    const { stdout } = await run('npx', ['--no-install', 'mainward', 'validate', 'example', '--format', 'json'], { cwd: folder })
    expect((JSON.parse(stdout) as { findings: unknown[] }).findings).toEqual([])
  })

  it('reconciles and serves a repository, database and all', { timeout: 120_000 }, async () => {
    const repository = createRepository(join(folder, 'repository'))
    cpSync(join(folder, 'node_modules/mainward/example-repo'), repository, { recursive: true })
    commitFiles(repository, {}, 'Start')
    const readyFile = join(folder, 'ready.json')
    const program = join(folder, 'node_modules/.bin/mainward')
    const up = spawn(program, ['up', repository, '--port', '0', '--admin-port', '0', '--ready-file', readyFile], { cwd: folder })
    const ended = new Promise((resolve) => up.once('exit', resolve))
    try {
      const { serving, models } = await eventually(() => JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyFile, 60_000)
      expect(models).toEqual({ 'flight-delay': 'Ready', 'loan-approval': 'Ready' })
      expect((await fetch(`${serving}/v2/health/ready`)).status).toBe(200)
    } finally {
      up.kill('SIGTERM')
      expect(await ended).toBe(0)
    }
  })

  it('exports its words as types and its schemas', async () => {
    const script = `const { MainwardError } = await import('mainward/core'); const schema = await import('mainward/schemas/model.schema.json', { with: { type: 'json' } }); console.log(MainwardError.name, schema.default.$schema)`
    const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { cwd: folder })
    expect(stdout.trim()).toBe('MainwardError https://json-schema.org/draft/2020-12/schema')
  })

  it('brings types that a strict program can use', async () => {
    const program = `import { MainwardError, type Release } from 'mainward/core'
export const version: Release['version'] = 3
export const failure: Error = new MainwardError('usage', 'x')
// @ts-expect-error a version is a number
export const wrong: Release['version'] = '3'
`
    writeFileSync(join(folder, 'program.mts'), program)
    const compiler = join(packageRoot, 'node_modules/typescript/bin/tsc')
    await run(process.execPath, [compiler, '--noEmit', '--strict', '--module', 'nodenext', 'program.mts'], { cwd: folder })
  })

  it('holds what runs, and neither sources nor tests', () => {
    const top = readdirSync(join(folder, 'node_modules/mainward')).sort()
    expect(top).toEqual(['LICENSE', 'README.md', 'dist', 'example-branches', 'example-repo', 'package.json', 'schemas'])
  })

  it('leaves development tools out', () => {
    const installed = readdirSync(join(folder, 'node_modules'))
    expect(installed.filter((name) => ['typescript', 'vitest', 'eslint', 'prettier', 'knip'].includes(name))).toEqual([])
  })
})

describe('the image', () => {
  it('is Node 24 in every stage', () => {
    expect(stages.map(([from]) => from?.text.startsWith('node:24-'))).toEqual([true, true])
  })

  it('does not run as root: everything after the copied tarball is done by the user', () => {
    const keywords = finalStage.map(({ keyword }) => keyword)
    expect(textsOf(finalStage, 'USER')).toEqual(['node'])
    expect(keywords.indexOf('USER')).toBeLessThan(keywords.indexOf('RUN'))
  })

  it('takes nothing but the tarball from the build', () => {
    expect(textsOf(finalStage, 'COPY')).toEqual(['--from=build --chown=node:node /packed/ /home/node/mainward/'])
    expect(textsOf(finalStage, 'RUN').join('\n')).not.toMatch(/apt|apk|make|gcc|git /)
  })

  it('starts the program that the steps installed', async () => {
    const [work = ''] = textsOf(finalStage, 'WORKDIR')
    const [entry = ''] = JSON.parse(textsOf(finalStage, 'ENTRYPOINT')[0] ?? '[]') as string[]
    const { stdout } = await run(entry.replace(work, folder), ['--help'])
    expect(stdout).toContain('Usage: mainward')
    const [command = ''] = JSON.parse(textsOf(finalStage, 'CMD')[0] ?? '[]') as string[]
    expect(stdout).toContain(`  ${command} `)
  })

  it.each([
    [200, 0],
    [503, 1],
  ])('is healthy by what the data plane answers: %i ends with %i', async (status, exitCode) => {
    const server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const check = (textsOf(finalStage, 'HEALTHCHECK')[0] ?? '').replace(/^.*CMD /, '')
    const [program = '', ...args] = JSON.parse(check.replace('8080', String((server.address() as AddressInfo).port))) as string[]
    const code = await run(program, args).then(
      () => 0,
      (failure: { code: number }) => failure.code,
    )
    server.close()
    expect(code).toBe(exitCode)
  })
})
