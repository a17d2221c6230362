/** `mainward reproduce`: a version trained again from the commit that brought it, and whether it predicts the same. */
import { resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import type { Evidence } from '../core/evidence.ts'
import type { Resource } from '../core/resource.ts'
import { openRepository, type Repository } from '../git/open-repository.ts'
import { listResources } from '../manifests/assemble.ts'
import type { ModelVersionSpec } from '../manifests/kinds/model-version.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import { createProgress } from './features/progress.ts'
import { engineOptions, readEngineOptions } from './features/engine-options.ts'
import { readCommitManifests, resolveRef } from './manifests/read-commit-manifests.ts'
import { environmentOption } from './process-options.ts'
import { findOrigin } from './train/find-origin.ts'
import { readEvidence } from './train/known-evidence.ts'
import { withTraining } from './train/open-training.ts'
import { renderReproduction } from './train/render-reproduction.ts'
import { reproduceVersion } from './train/reproduce-version.ts'

export const reproduceCommand: CommandDefinition = {
  details:
    'Takes manifests, data and the trainer’s files of the commit that brought the version, makes its training set as of the same time,\n' +
    'its environment and its model again, and compares: digest of the training set, bytes of the model file, scores of each row of the\n' +
    'part that judged it. Nothing in the working tree changes. Exit code 1 when the training set or a prediction differs.',
  arguments: [
    { usage: '<model>', description: 'name of the model' },
    { usage: '<version>', description: 'number of the version' },
  ],
  options: [
    { flags: '--path <folder>', description: 'folder of mainward.yaml', default: '.' },
    {
      flags: '--ref <ref>',
      description: 'commit to take all of it from (default: the one that brought the version, before HEAD)',
    },
    { flags: '--state <folder>', description: 'state folder of the reconciler (default: .mainward in the repository)' },
    { ...environmentOption, description: 'environment whose pushed rows count' },
    ...engineOptions,
    { flags: '--json', description: 'what was found, as JSON' },
  ],
  examples: [{ line: 'reproduce flight-delay 4', explains: 'whether version 4 comes out of git again' }],
  async run(context, input) {
    const [model = '', number = ''] = input.arguments
    const project = resolve(context.configuration.folder, textOption(input, 'path') ?? '.')
    const repository = openRepository(project)
    const { version, evidence, commit } = await findVersion(repository, {
      model,
      number: readNumber(number),
      ref: textOption(input, 'ref'),
    })
    const progress = createProgress(context.terminal)
    const outcome = await withTraining(context, atCommit(input, commit), (opened) =>
      reproduceVersion(opened, { context, progress, version, evidence, threads: readEngineOptions(input).threads }),
    ).finally(progress.end)
    if (flagOption(input, 'json')) context.terminal.write(`${JSON.stringify(outcome, null, 2)}\n`)
    else context.terminal.write(renderReproduction(model, outcome, commit))
    return outcome.sameDataset && outcome.rowsBeyondTolerance === 0 ? 0 : 1
  },
}

function readNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new MainwardError('usage', `expected the number of a version, found ${text}`)
}

function atCommit(input: CommandInput, commit: string): CommandInput {
  return { ...input, options: { ...input.options, ref: commit } }
}

interface Question {
  readonly model: string
  readonly number: number
  readonly ref: string | null
}

interface FoundVersion {
  readonly version: Resource<ModelVersionSpec>
  readonly evidence: Evidence
  readonly commit: string
}

async function findVersion(repository: Repository, { model, number, ref }: Question): Promise<FoundVersion> {
  const from = await resolveRef(repository, ref ?? 'HEAD')
  const { contents, origin } = await readCommitManifests(repository, from, ref ?? 'HEAD')
  const versions = listResources(contents.files).filter(
    ({ kind }) => kind === 'ModelVersion',
  ) as readonly Resource<ModelVersionSpec>[]
  const own = versions.filter(({ spec }) => spec.model === model)
  const version = own.find(({ spec }) => spec.version === number)
  if (version === undefined) {
    const known = own.map(({ spec }) => spec.version).sort((a, b) => a - b)
    const hint =
      known.length === 0 ? 'commit it first: what is not in git can not be made from it' : `there are ${known.join(', ')}`
    throw new MainwardError('usage', `no version ${number} of ${model} in ${origin}`, { hint })
  }
  const evidence = readEvidence(version.spec.evidence)
  if (evidence === null) {
    throw new MainwardError('usage', `version ${number} of ${model} was not trained by mainward: nothing says how it was made`, {
      hint: 'only versions with source: trained can be made again',
    })
  }
  const commit = ref === null ? await findOrigin(repository, from, version.file) : from
  return { version, evidence, commit: commit ?? from }
}
