/** `mainward validate`: all findings of a working tree, a commit, or one file alone. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { compareFindings, type Finding, hasErrors } from '../core/finding.ts'
import { assembleCommit } from '../manifests/assemble.ts'
import { projectPath } from '../manifests/commit-checks.ts'
import { checkSingleFile } from '../manifests/check-single.ts'
import { findExpiredWaivers } from '../manifests/expired-waivers.ts'
import { countFindings, type FindingFormat, findingFormats, renderFindings } from '../manifests/findings-text.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import { checkVersionClash } from './manifests/check-version-clash.ts'
import { checkViewSql } from './manifests/check-view-sql.ts'
import { readManifests } from './manifests/read-manifests.ts'
import { statNamed } from './stat-named.ts'

/** What was checked, and what came of it. */
interface Check {
  readonly findings: readonly Finding[]
  /** `repository`: every rule; `schema`: what one file tells alone. */
  readonly checked: 'repository' | 'schema'
  /** What was looked at, one sentence. */
  readonly note: string
}

export const validateCommand: CommandDefinition = {
  details:
    'A folder is a repository, the folder of it that is reconciled, or one inside: then only what is found there is shown.\n' +
    'The SQL of views is checked against tables without rows, also where something else is wrong: only a view that is not known\n' +
    'as a whole, or reads what is wrong itself, has to wait. Versions are compared with those of the main branch, which nobody\n' +
    'may change.\n' +
    'A single file, or - for standard input, is checked against its schema only. Exit code 1 when a finding is an error; warnings alone are fine.',
  arguments: [{ usage: '[path]', description: 'folder, file or - (default: here)' }],
  options: [
    { flags: '--ref <ref>', description: 'a commit, branch or tag of the repository, in place of its working tree' },
    { flags: '--format <format>', description: 'text for people, json for programs, github for annotations', default: 'text', choices: findingFormats }, // prettier-ignore
    {
      flags: '--reconciled',
      description: 'judge as the reconciler does: a rollout may not name a version that is not there yet',
    },
  ],
  examples: [
    { line: 'validate', explains: 'the working tree here' },
    { line: 'validate --ref main --reconciled', explains: 'what a reconciler of main would say' },
    { line: 'validate --format github', explains: 'annotations in a pull request' },
    { line: 'validate rollouts/flight-delay.yaml', explains: 'one file, against its schema' },
  ],
  async run(context, input) {
    const check = await checkPath(context, input)
    const format = (textOption(input, 'format') ?? 'text') as FindingFormat
    context.terminal.write(renderCheck(check, format))
    if (format !== 'json') context.terminal.writeError(`${check.note}: ${countFindings(check.findings)}\n`)
    return hasErrors(check.findings) ? 1 : 0
  },
}

async function checkPath(context: CliContext, input: CommandInput): Promise<Check> {
  const path = input.arguments[0] ?? '.'
  if (path === '-') return checkAlone(await context.readStandardInput(), 'standard input', input)
  const place = resolve(context.configuration.folder, path)
  const ref = textOption(input, 'ref')
  // A commit may have folders that the working tree has no longer.
  if ((ref === null || existsSync(place)) && !(await isFolder(place, path))) {
    return checkAlone(await readFile(place), showPath(context, place), input)
  }
  const root = findRoot(place)
  const source = await readManifests(root, ref)
  const { contents, origin } = source
  const isReconciled = flagOption(input, 'reconciled')
  const assembly = assembleCommit(contents, { mode: isReconciled ? 'reconciled' : 'proposed' })
  const sqlFindings = await checkViewSql(contents, assembly.findings)
  const expired = findExpiredWaivers(contents.files, BigInt(context.clock.now()) * 1000n)
  const clashes = isReconciled ? [] : await checkVersionClash(root, source)
  const findings = [...assembly.findings, ...sqlFindings, ...expired, ...clashes]
    .sort(compareFindings)
    .map((finding) => ({ ...finding, file: join(root, finding.file) }))
    .filter(({ file }) => root === place || file.startsWith(`${place}${sep}`))
    .map((finding) => ({ ...finding, file: showPath(context, finding.file) }))
  const documents = contents.files.reduce((sum, { parsed }) => sum + parsed.documents.length, 0)
  return { findings, checked: 'repository', note: `${origin}, ${documents === 1 ? '1 manifest' : `${documents} manifests`}` }
}

/** The nearest folder from here upwards, within the repository, that has a Project; without one the place itself. */
function findRoot(place: string): string {
  for (let folder = place; ; folder = dirname(folder)) {
    if (existsSync(join(folder, projectPath))) return folder
    if (existsSync(join(folder, '.git')) || folder === dirname(folder)) return place
  }
}

/** As a compiler does: from where the command was started, so that editors and annotations find the file. */
function showPath({ configuration }: CliContext, path: string): string {
  return relative(configuration.folder, path).split(sep).join('/')
}

async function isFolder(place: string, path: string): Promise<boolean> {
  return (await statNamed(place, path)).isDirectory()
}

function checkAlone(bytes: Uint8Array, name: string, input: CommandInput): Check {
  if (textOption(input, 'ref') !== null) {
    throw new MainwardError('usage', '--ref needs a repository, found one file', { hint: 'leave the path out, or name a folder' })
  }
  const { findings, note, documents } = checkSingleFile(bytes, name)
  if (documents === 0 && findings.length === 0) {
    throw new MainwardError('invalid-input', `${name}: expected a manifest, found none`, {
      hint: 'a manifest has apiVersion: mainward.dev/v1alpha1 and a kind, in UTF-8',
    })
  }
  return { findings, checked: 'schema', note }
}

function renderCheck({ findings, checked, note }: Check, format: FindingFormat): string {
  if (format !== 'json') return renderFindings(findings, format)
  const list = JSON.parse(renderFindings(findings, 'json')) as readonly Finding[]
  return `${JSON.stringify({ valid: !hasErrors(findings), checked, note, findings: list }, null, 2)}\n`
}
