import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { commitFiles, createRepository, removeFolder, runGit, temporaryFolder } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'

let folder: string

beforeEach(() => {
  folder = temporaryFolder()
})

afterEach(() => removeFolder(folder))

describe('mainward init', () => {
  it('makes a project that git commits, and that is valid and in form', async () => {
    const { code, output } = await runCommand(folder, ['init', 'My Models'])
    const project = join(folder, 'My Models')
    expect(code).toBe(0)
    expect(output.split('\n')).toEqual([
      `made   git repository ${project}`,
      'wrote  .mainward-schemas/ (for completion in your editor)',
      'wrote  mainward.yaml',
      'wrote  .gitignore: /.mainward/',
      '',
      'next:',
      "  cd 'My Models'",
      '  mainward import NAME --onnx model.onnx --sample rows.json   # a model of yours',
      '  git add --all && git commit -m "Start"',
      '  mainward up .',
      '',
    ])
    expect(runGit(project, 'branch', '--show-current')).toBe('main')
    commitFiles(project, {}, 'Start')
    expect(runGit(project, 'status', '--porcelain')).toBe('')
    expect(runGit(project, 'fsck', '--strict')).toBe('')
    expect(await runCommand(project, ['validate', '--ref', 'main', '--reconciled'])).toMatchObject({ code: 0, output: '' })
    expect(await runCommand(project, ['fmt', '--check'])).toMatchObject({ code: 0 })
    expect((await runCommand(project, ['show', 'Project/my-models'])).code).toBe(0)
  })

  it('points the editor at schemas that are there, the same as the program has', async () => {
    await runCommand(folder, ['init', '--name', 'p'])
    const [line = ''] = readFileSync(join(folder, 'mainward.yaml'), 'utf8').split('\n')
    expect(line).toBe('# yaml-language-server: $schema=.mainward-schemas/project.schema.json')
    const names = readdirSync(join(folder, '.mainward-schemas'))
    expect(names).toEqual(readdirSync(join(packageRoot, 'schemas')).filter((name) => name.endsWith('.json')))
    for (const name of names) {
      expect(readFileSync(join(folder, '.mainward-schemas', name))).toEqual(readFileSync(join(packageRoot, 'schemas', name)))
    }
  })

  it('overwrites nothing of yours, and does nothing the second time', async () => {
    const files = { 'mainward.yaml': '# mine\n', '.gitignore': 'dist', '.mainward-schemas/mine.json': '{}' }
    mkdirSync(join(folder, '.mainward-schemas'))
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
    await runCommand(folder, ['init', '--name', 'p'])
    expect(readFileSync(join(folder, 'mainward.yaml'), 'utf8')).toBe('# mine\n')
    expect(readFileSync(join(folder, '.mainward-schemas/mine.json'), 'utf8')).toBe('{}')
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('dist\n/.mainward/\n')
    const { output } = await runCommand(folder, ['init', '--name', 'p'])
    expect(output).toMatch(/^kept {3}git .*\nkept {3}\.mainward-schemas\/ .*\nkept {3}mainward\.yaml\nkept {3}\.gitignore\n/)
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('dist\n/.mainward/\n')
  })

  it('renews schemas of another version of the program', async () => {
    await runCommand(folder, ['init', '--name', 'p'])
    const copy = join(folder, '.mainward-schemas/model.schema.json')
    writeFileSync(copy, '{}')
    const { output } = await runCommand(folder, ['init', '--name', 'p'])
    expect(output).toContain('\nrenewed .mainward-schemas/ (1 of another version of mainward)\nkept   mainward.yaml\n')
    expect(readFileSync(copy)).toEqual(readFileSync(join(packageRoot, 'schemas/model.schema.json')))
  })

  it('makes no repository within another', async () => {
    const repository = createRepository(join(folder, 'outer'))
    await runCommand(repository, ['init', 'services/ml'])
    expect(existsSync(join(repository, 'services/ml/.git'))).toBe(false)
    expect(existsSync(join(repository, 'services/ml/mainward.yaml'))).toBe(true)
  })

  it('leaves what a file system can do to git', async () => {
    await runCommand(folder, ['init', '--name', 'p'])
    writeFileSync(join(folder, 'run.sh'), '', { mode: 0o755 })
    commitFiles(folder, {}, 'Start')
    expect(execFileSync('git', ['ls-files', '--stage', 'run.sh'], { cwd: folder, encoding: 'utf8' })).toMatch(/^100755 /)
  })

  it('says where it cannot make a folder, and does not wait for ever', async () => {
    const { code, errors } = await runCommand(folder, ['init', '/proc/x/models', '--name', 'models'])
    expect(code).toBe(1)
    expect(errors).toMatch(/^error: cannot make the folder \/proc\/x\/models: .*ENOENT/)
    writeFileSync(join(folder, 'file'), '')
    expect((await runCommand(folder, ['init', 'file/models'])).errors).toContain('cannot make the folder')
  })

  it('takes a name that the folder does not have', async () => {
    await runCommand(folder, ['init', '2013!', '--name', 'flights'])
    expect(readFileSync(join(folder, '2013!/mainward.yaml'), 'utf8')).toContain('name: flights')
    await runCommand(folder, ['init', '2013'])
    expect(readFileSync(join(folder, '2013/mainward.yaml'), 'utf8')).toContain('name: models')
  })

  it('writes nothing when the name is none', async () => {
    const { code, errors } = await runCommand(folder, ['init', 'x', '--name', 'Not A Name'])
    expect([code, errors]).toEqual([2, expect.stringContaining('expected lower-case letters, digits and dashes')])
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })
})
