/** Real virtual environments of a folder of real wheels: made once, whole or not at all, and every bad day by its name. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { EnvironmentRequest } from '../../../reconciler/training/environment/make-environment.ts'
import { prepareEnvironment } from '../../../reconciler/training/environment/prepare-environment.ts'
import { openProcessTable } from '../../../reconciler/training/processes/open-process-table.ts'
import { makeWheel } from '../support/make-wheel.ts'
import { findMarked, makeTemporaryFolder } from '../support/run-shell.ts'

const root = makeTemporaryFolder('environment')
const wheels = join(root, 'wheels')
const requirementsFile = join(root, 'requirements.txt')
const realPython = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

beforeAll(() => {
  mkdirSync(wheels)
  makeWheel(wheels, 'pinned_thing', '1.2.0', 'def main():\n    print("pinned 1.2.0")\n')
  makeWheel(wheels, 'pinned_thing', '1.3.0', 'def main():\n    print("pinned 1.3.0")\n')
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function request(changes: Partial<EnvironmentRequest> & { text?: string } = {}): EnvironmentRequest {
  const { text = 'pinned-thing==1.2.0\n', ...rest } = changes
  writeFileSync(requirementsFile, text)
  return {
    requirementsFile,
    cacheFolder: join(root, 'cache'),
    inherited: { PATH: process.env['PATH'], HOME: root, PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels },
    table: openProcessTable(),
    onLines: () => undefined,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...rest,
  }
}

function foldersOf(cacheFolder: string): readonly string[] {
  if (!existsSync(cacheFolder)) return []
  return readdirSync(cacheFolder).flatMap((key) =>
    readdirSync(join(cacheFolder, key)).map((name) => join(cacheFolder, key, name)),
  )
}

/** A folder with a python3 of our own making, and no other program. */
function pathWith(name: string, script: string): string {
  const folder = join(root, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'python3'), script)
  chmodSync(join(folder, 'python3'), 0o755)
  for (const program of ['sh', 'env']) symlinkSync(`/bin/${program}`, join(folder, program))
  return folder
}

const canMount = process.getuid?.() === 0 && tryMount()

function tryMount(): boolean {
  const place = makeTemporaryFolder('mount')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync('umount', [place])
    return true
  } catch (thrown) {
    if (thrown instanceof Error) return false
    throw thrown
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

describe('an environment of requirements.txt', () => {
  it('is python3 on the given path, has what was asked for, and is made once', async () => {
    const lines: string[] = []
    const spy = pathWith('spy', `#!/bin/sh\nenv >> '${root}/seen'\nexec '${realPython}' "$@"\n`)
    const secrets = { GITHUB_TOKEN: 'secret', DATABASE_URL: 'secret' }
    const inherited = { ...request().inherited, PATH: spy, PIP_CERT: '/etc/ssl/cert.pem', ...secrets }
    const first = await prepareEnvironment(request({ inherited, onLines: (fresh) => lines.push(...fresh) }))
    const seen = readFileSync(join(root, 'seen'), 'utf8')
    expect(seen).toContain('PIP_CERT=/etc/ssl/cert.pem')
    expect(seen).not.toContain('secret')
    expect(lines.join('\n')).toMatch(/Successfully installed pinned[-_]thing-1\.2\.0/)
    expect(first.described.packages).toContainEqual({ name: 'pinned-thing', version: '1.2.0' })
    expect(first.described.packages.map(({ name }) => name)).toEqual([...first.described.packages.map(({ name }) => name)].sort())
    const program = execFileSync('sh', ['-c', 'pinned_thing-program'], { env: { PATH: first.path }, encoding: 'utf8' })
    expect(program).toBe('pinned 1.2.0\n')
    const version = execFileSync('python3', ['-c', 'import platform; print(platform.python_version())'], {
      env: { PATH: first.path },
      encoding: 'utf8',
    })
    expect(first.described.python).toBe(version.trim())

    const startedMs = performance.now()
    const second = await prepareEnvironment(
      request({ inherited, onLines: () => expect.unreachable('nothing is installed again') }),
    )
    expect(second).toEqual(first)
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  })

  it('is another one for other bytes', async () => {
    const before = await prepareEnvironment(request())
    const after = await prepareEnvironment(request({ text: 'pinned-thing==1.3.0\n' }))
    expect(after.described.packages).toContainEqual({ name: 'pinned-thing', version: '1.3.0' })
    expect(after.own?.folder).not.toBe(before.own?.folder)
    expect(after.warnings).toEqual([])
  })

  it('is made anew when a part of it is gone', async () => {
    const before = await prepareEnvironment(request())
    rmSync(join(before.own?.folder ?? '', 'bin/python3'))
    const after = await prepareEnvironment(request())
    expect(after.described.packages).toEqual(before.described.packages)
    expect(existsSync(before.own?.folder ?? '')).toBe(false)
  })

  it('is made anew when its folder was moved: its programs name the old place', async () => {
    const [before, after] = [join(root, 'before'), join(root, 'after')]
    await prepareEnvironment(request({ cacheFolder: before }))
    renameSync(before, after)
    const { path } = await prepareEnvironment(request({ cacheFolder: after }))
    expect(execFileSync('sh', ['-c', 'pinned_thing-program'], { env: { PATH: path }, encoding: 'utf8' })).toBe('pinned 1.2.0\n')
    const lines: string[] = []
    await prepareEnvironment(request({ cacheFolder: after, onLines: (fresh) => lines.push(...fresh) }))
    expect(lines).toEqual([])
  })

  it('is one when two make it at once', async () => {
    const cacheFolder = join(root, 'cache-of-two')
    const [one, other] = await Promise.all([
      prepareEnvironment(request({ cacheFolder })),
      prepareEnvironment(request({ cacheFolder })),
    ])
    expect(one).toEqual(other)
    expect(foldersOf(cacheFolder).filter((path) => !path.endsWith('current'))).toEqual([one.own?.folder])
  })

  it('does not count when its maker is killed in the middle', async () => {
    const cacheFolder = join(root, 'cache-of-killed')
    const settings = JSON.stringify({ ...request({ cacheFolder }), table: undefined, signal: undefined })
    const script = `
      import { prepareEnvironment } from '${join(packageRoot, 'dist/training/environment/prepare-environment.js')}'
      import { openProcessTable } from '${join(packageRoot, 'dist/training/processes/open-process-table.js')}'
      await prepareEnvironment({ ...${settings}, onLines: () => {}, table: openProcessTable(), signal: new AbortController().signal })`
    const maker = spawn(process.execPath, ['--input-type=module', '-e', script], { detached: true })
    const deadline = Date.now() + 20_000
    while (foldersOf(cacheFolder).length === 0 && Date.now() < deadline) await sleep(20)
    maker.kill('SIGKILL')
    expect(foldersOf(cacheFolder)).toHaveLength(1)
    expect(foldersOf(cacheFolder)[0]).not.toMatch(/current$/)

    const made = await prepareEnvironment(request({ cacheFolder }))
    expect(made.described.packages).toContainEqual({ name: 'pinned-thing', version: '1.2.0' })
    // What the killed one was running ends by itself: it has seconds of work left.
    while (findMarked(cacheFolder).length > 0 && Date.now() < deadline) await sleep(50)
  })

  it('leaves nothing when it is cancelled', async () => {
    const controller = new AbortController()
    const cacheFolder = join(root, 'cache-of-cancelled')
    const making = prepareEnvironment(request({ cacheFolder, signal: controller.signal }))
    setTimeout(() => controller.abort(), 500)
    await expect(making).rejects.toMatchObject({ code: 'cancelled' })
    expect(foldersOf(cacheFolder)).toEqual([])
  })

  it('is not waited for longer than it may take', async () => {
    const making = prepareEnvironment(request({ cacheFolder: join(root, 'cache-of-slow'), timeoutMs: 300 }))
    await expect(making).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('a bad day', () => {
  it('of a package that does not exist names it, with what pip said', async () => {
    const making = prepareEnvironment(request({ text: 'pinned-thing==1.2.0\nno-such-package==9.9\n' }))
    await expect(making).rejects.toMatchObject({
      code: 'requirements-unusable',
      message: expect.stringMatching(/^no package no-such-package==9.9 was found for .*requirements.txt\n {2}ERROR: /) as string,
    })
    const after = await prepareEnvironment(request())
    expect(after.described.packages).toContainEqual({ name: 'pinned-thing', version: '1.2.0' })
  })

  it('of a machine without Python says what to install', async () => {
    const empty = join(root, 'empty')
    mkdirSync(empty)
    const making = prepareEnvironment(request({ inherited: { PATH: empty } }))
    await expect(making).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('there is no python3 on the PATH') as string,
      hint: expect.stringContaining('install Python') as string,
    })
  })

  it('of a Python without venv says what to install', async () => {
    const script = `#!/bin/sh\nexec '${realPython}' -I -c 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv[1])' "$3"\n`
    const making = prepareEnvironment(request({ inherited: { PATH: pathWith('no-venv', script) } }))
    await expect(making).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('has no module venv') as string,
    })
  })

  it('of a Python that does not run shows its last line', async () => {
    const making = prepareEnvironment(
      request({ inherited: { PATH: pathWith('broken', '#!/bin/sh\necho "libpython is missing" >&2\nexit 127\n') } }),
    )
    await expect(making).rejects.toMatchObject({ code: 'environment', message: 'python3 does not run: libpython is missing' })
  })

  it('of an index that can not be reached says so', async () => {
    const inherited = {
      PATH: process.env['PATH'],
      HOME: root,
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_RETRIES: '1',
    }
    const making = prepareEnvironment(request({ inherited, cacheFolder: join(root, 'cache-offline') }))
    await expect(making).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('can not be reached') as string,
    })
  })

  it('of requirements that are not there names the file', async () => {
    const making = prepareEnvironment(request({ requirementsFile: join(root, 'nothing.txt') }))
    await expect(making).rejects.toMatchObject({ code: 'not-found' })
  })

  it.skipIf(!canMount)('of a full disk says which, and leaves it as it was', async () => {
    const place = join(root, 'full')
    mkdirSync(place)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40k', 'tmpfs', place])
    try {
      const making = prepareEnvironment(request({ cacheFolder: join(place, 'cache') }))
      await expect(making).rejects.toMatchObject({
        code: 'environment',
        message: expect.stringContaining('no room is left') as string,
      })
      expect(foldersOf(join(place, 'cache'))).toEqual([])
    } finally {
      execFileSync('umount', [place])
    }
  })
})

describe('without requirements', () => {
  it('the machine’s own Python is used, and what it has is recorded', async () => {
    const found = await prepareEnvironment(request({ requirementsFile: null }))
    expect(found.own).toBeNull()
    expect(found.described.requirements).toBeNull()
    expect(found.described.packages.map(({ name }) => name)).toContain('pip')
    const executable = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      env: { PATH: found.path, HOME: '/nowhere' },
      encoding: 'utf8',
    })
    expect(executable.trim()).toBe(realPython)
  })

  it('a Python that only our HOME finds is put in front', async () => {
    const path = pathWith('chooser', `#!/bin/sh\n[ -n "$HOME" ] || exit 1\nexec '${realPython}' "$@"\n`)
    const found = await prepareEnvironment(request({ requirementsFile: null, inherited: { PATH: path, HOME: root } }))
    expect(found.path).toBe(`${dirname(realPython)}:${path}`)
  })

  it('a machine without Python is fine', async () => {
    const found = await prepareEnvironment(request({ requirementsFile: null, inherited: { PATH: '/nowhere' } }))
    expect(found.described).toMatchObject({ python: null, packages: [], node: process.versions.node, platform: 'linux' })
  })
})
