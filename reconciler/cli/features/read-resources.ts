/** The resources of a working tree or commit, for commands that need all of them to be sound. */
import { resolve } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { hasErrors } from '../../core/finding.ts'
import type { Resource } from '../../core/resource.ts'
import { assembleCommit } from '../../manifests/assemble.ts'
import { countFindings, renderFindings } from '../../manifests/findings-text.ts'
import { type CommandInput, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import type { ManifestSource } from '../manifests/manifest-source.ts'
import { readManifests } from '../manifests/read-manifests.ts'

/** As `--path` and `--ref` name them. Throws `invalid-input` when a manifest has an error. */
export async function readResources({ configuration }: CliContext, input: CommandInput): Promise<readonly Resource[]> {
  const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
  return requireResources(await readManifests(folder, textOption(input, 'ref')))
}

/** The resources of what was read. Whether data files are there does not count: only manifests are looked at. */
export function requireResources({ contents: { files, artifacts }, origin }: ManifestSource): readonly Resource[] {
  const { findings, resources } = assembleCommit({ files, artifacts }, { mode: 'proposed' })
  if (!hasErrors(findings)) return resources
  const [first] = findings.filter(({ severity }) => severity === 'error')
  const shown = first === undefined ? '' : renderFindings([{ ...first, severity: 'error' }], 'text').split('\n')[0]
  throw new MainwardError('invalid-input', `expected sound manifests in ${origin}, found ${countFindings(findings)}: ${shown}`, {
    hint: 'mainward validate lists them all',
  })
}
