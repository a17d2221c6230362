/** `mainward fmt`: manifests in the one form in which a change is a one-line diff. */
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { formatManifest } from '../manifests/format.ts'
import { type CommandDefinition, flagOption } from './command.ts'
import { readManifests } from './manifests/read-manifests.ts'
import { statNamed } from './stat-named.ts'

export const fmtCommand: CommandDefinition = {
  details: 'Comments stay, and so does the meaning. YAML that is not ours, or that has errors, is left alone.',
  arguments: [{ usage: '[paths...]', description: 'files and folders (default: here)' }],
  options: [{ flags: '--check', description: 'write nothing; exit code 1 when a file would change' }],
  examples: [
    { line: 'fmt', explains: 'every manifest of the repository here' },
    { line: 'fmt --check', explains: 'in CI' },
    { line: 'fmt rollouts/flight-delay.yaml', explains: 'one file' },
  ],
  async run({ configuration, terminal }, input) {
    const paths = input.arguments.length === 0 ? ['.'] : input.arguments
    const lists = await Promise.all(paths.map((path) => listManifests(resolve(configuration.folder, path))))
    const files = [...new Set(lists.flat())].sort()
    const check = flagOption(input, 'check')
    const changed: string[] = []
    for (const file of files) if (await formatFile(file, check)) changed.push(relative(configuration.folder, file))
    for (const file of changed) terminal.write(`${file}\n`)
    const verb = check ? 'would change' : 'changed'
    terminal.writeError(`${changed.length} of ${files.length} files ${verb}\n`)
    return check && changed.length > 0 ? 1 : 0
  },
}

/** A file itself; the manifests of a folder. Absolute paths. */
async function listManifests(path: string): Promise<readonly string[]> {
  const found = await statNamed(path, path)
  if (!found.isDirectory()) return [path]
  const { contents } = await readManifests(path, null)
  return contents.files.map((file) => join(path, file.path))
}

/** True when the file is not in form. Bytes that are not UTF-8 are left alone. */
async function formatFile(file: string, check: boolean): Promise<boolean> {
  const bytes = await readFile(file)
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes)) return false
  const formatted = formatManifest(text)
  if (formatted === text) return false
  if (!check) await writeFile(file, formatted)
  return true
}
