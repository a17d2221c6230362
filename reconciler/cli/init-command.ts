/** `mainward init`: an empty project that can be committed and served. Writes what is missing, renews copies of schemas, and overwrites nothing of yours. */
import { existsSync } from 'node:fs'
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { MainwardError, messageOf } from '../core/error.ts'
import { apiVersion } from '../core/resource.ts'
import { makeFolder } from '../features/make-folder.ts'
import { createRepository } from '../git/create-repository.ts'
import { checkSingleFile } from '../manifests/check-single.ts'
import { writeManifest } from '../manifests/write-manifest.ts'
import { projectFile } from '../reconcile/source/read-contents.ts'
import { stateFolderName } from '../supervisor/state-folder.ts'
import { type CommandDefinition, textOption } from './command.ts'
import { ensureSchemas, schemaComment, schemaFolder } from './manifests/schema-comment.ts'

export const initCommand: CommandDefinition = {
  details: `Writes ${projectFile}, the schemas for your editor and a line of .gitignore, and makes a git repository where there is none.\nAfter an upgrade it renews the schemas, and leaves everything else as it is.`,
  arguments: [{ usage: '[folder]', description: 'made when it is not there (default: here)' }],
  options: [{ flags: '--name <name>', description: 'name of the project (default: of the folder)' }],
  examples: [
    { line: 'init', explains: 'a project in the folder here' },
    { line: 'init churn --name churn-models', explains: 'a project in a new folder' },
  ],
  async run({ configuration, terminal }, input) {
    const [argument = '.'] = input.arguments
    const folder = resolve(configuration.folder, argument)
    const manifest = newProject(folder, textOption(input, 'name'))
    if (existsSync(folder) && !(await stat(folder)).isDirectory())
      throw new MainwardError('usage', `expected a folder, found a file: ${folder}`)
    await makeProjectFolder(folder)
    const outcomes = [
      ensureGit(folder),
      await ensureSchemaCopies(folder),
      await ensureProject(folder, manifest),
      await ensureIgnored(folder),
    ]
    terminal.write(outcomes.map((line) => `${line}\n`).join(''))
    terminal.write(nextSteps(relative(configuration.folder, folder)))
    return 0
  },
}

async function makeProjectFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
  } catch (cause) {
    throw new MainwardError('environment', `cannot make the folder ${folder}: ${messageOf(cause)}`, { cause })
  }
}

/** Checked before anything is written. Throws `usage` for a name that no project may have. */
function newProject(folder: string, given: string | null): object {
  const name = given ?? nameOf(folder)
  const manifest = { apiVersion, kind: 'Project', metadata: { name }, spec: {} }
  const [finding] = checkSingleFile(Buffer.from(writeManifest(manifest, [])), projectFile).findings
  if (finding === undefined) return manifest
  throw new MainwardError('usage', `--name: ${finding.message}`, { hint: 'for example --name churn-models' })
}

/** The folder's name in the letters that names have. */
function nameOf(folder: string): string {
  const plain = basename(folder)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return plain === '' ? 'models' : plain
}

function ensureGit(folder: string): string {
  const place = findRepository(folder)
  if (place !== null) return `kept   git repository ${place}`
  createRepository(folder)
  return `made   git repository ${folder}`
}

function findRepository(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder
  return dirname(folder) === folder ? null : findRepository(dirname(folder))
}

async function ensureSchemaCopies(folder: string): Promise<string> {
  const { made, renewed } = await ensureSchemas(folder)
  if (renewed.length > 0) return `renewed ${schemaFolder}/ (${renewed.length} of another version of mainward)`
  return `${made.length === 0 ? 'kept ' : 'wrote'}  ${schemaFolder}/ (for completion in your editor)`
}

async function ensureProject(folder: string, manifest: object): Promise<string> {
  const file = join(folder, projectFile)
  if (existsSync(file)) return `kept   ${projectFile}`
  await writeFile(file, writeManifest(manifest, [schemaComment(folder, projectFile, 'Project')]))
  return `wrote  ${projectFile}`
}

async function ensureIgnored(folder: string): Promise<string> {
  const file = join(folder, '.gitignore')
  const line = `/${stateFolderName}/`
  const text = existsSync(file) ? await readFile(file, 'utf8') : ''
  const known = [line, line.slice(1), line.slice(1, -1), line.slice(0, -1)]
  if (text.split(/\r?\n/).some((present) => known.includes(present.trim()))) return 'kept   .gitignore'
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`)
  return `wrote  .gitignore: ${line}`
}

function nextSteps(place: string): string {
  const enter = place === '' ? [] : [`cd ${/^[\w./-]+$/.test(place) ? place : `'${place}'`}`]
  const steps = [
    ...enter,
    'mainward import NAME --onnx model.onnx --sample rows.json   # a model of yours',
    'git add --all && git commit -m "Start"',
    'mainward up .',
  ]
  return `\nnext:\n${steps.map((step) => `  ${step}\n`).join('')}`
}
