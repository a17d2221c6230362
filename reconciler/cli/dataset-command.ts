/** `mainward dataset`: what a model learns from, as Parquet files, as it was known at a time. */
import { relative, resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { isSound, type ChecksReport } from '../features/checks/checks-report.ts'
import type { DatasetReport } from '../features/dataset/dataset-report.ts'
import { fillOutFolder } from '../features/dataset/out-folder.ts'
import { writeDataset } from '../features/dataset/write-dataset.ts'
import type { TrainingDefinition } from '../manifests/feature-definitions.ts'
import { digestFeatures } from '../manifests/features/feature-digests.ts'
import { didYouMean } from '../manifests/nearest-name.ts'
import { type CommandDefinition, flagOption, textOption } from './command.ts'
import { renderDataset } from './dataset/render-dataset.ts'
import { computationOptions, readAsOf } from './features/engine-options.ts'
import { type OpenFeatures, withFeatures } from './features/open-features.ts'
import { createProgress } from './features/progress.ts'
import { renderChecks } from './features/render-checks.ts'

export const datasetCommand: CommandDefinition = {
  details:
    'Each row of the label source becomes one row, in its order, with the values as they were known at the time of the\n' +
    'prediction. Writes train.parquet, validation.parquet and test.parquet by the split of the model, what stands beside\n' +
    'their rows below side/, and dataset.json. The folder appears as a whole; only an earlier dataset is replaced.\n' +
    'Exit code 1 when a critical expectation of a source or view is not passed; the dataset is written, and says so.',
  arguments: [{ usage: '<model>', description: 'name of the model' }],
  options: [
    { flags: '--out <folder>', description: 'where the dataset is written', required: true },
    ...computationOptions,
    { flags: '--json', description: 'the report as JSON, as in dataset.json' },
  ],
  examples: [
    { line: 'dataset flight-delay --out train/flight-delay', explains: 'of the working tree here' },
    { line: 'dataset flight-delay --out old --ref v1.2 --as-of 2013-06-01', explains: 'of a tag, as it was known in June' },
  ],
  async run(context, input) {
    const { terminal, configuration } = context
    const out = resolve(configuration.folder, textOption(input, 'out') ?? '')
    const progress = createProgress(terminal)
    const asOf = readAsOf(context, input)
    const report = await withFeatures(context, input, async (features) => {
      const training = requireTraining(features, input.arguments[0] ?? '')
      const trainingInputs = digestFeatures(features.resources).trainingInputs.get(training.model)
      if (trainingInputs === undefined) throw new Error(`the model ${training.model} has training inputs`)
      const { definitions, ports, commit } = features
      const engine = { ...features.engine, ...progress.engine }
      const common = { training, definitions, ports, asOf, trainingInputs, commit, engine }
      return fillOutFolder(out, (folder) => writeDataset({ ...common, folder, onStep: progress.step }))
    }).finally(progress.end)
    const shown = relative(configuration.folder, out)
    const checks = describeChecks(report, asOf)
    if (flagOption(input, 'json')) terminal.write(`${JSON.stringify(report, null, 2)}\n`)
    else
      terminal.write(
        renderDataset(report, shown === '' ? '.' : shown) +
          (checks.relations.length === 0 ? '' : `\n${renderChecks(checks, terminal.style)}`),
      )
    return isSound(checks) ? 0 : 1
  },
}

function describeChecks({ checks, model }: DatasetReport, atMicros: bigint): ChecksReport {
  const relations = checks.map((checked) => ({ ...checked, problem: null, profiles: new Map(), readers: [`Model/${model}`] }))
  return { atMicros, relations }
}

function requireTraining({ definitions, resources, origin }: OpenFeatures, model: string): TrainingDefinition {
  const training = definitions.training.get(model)
  if (training !== undefined) return training
  const models = resources.filter(({ kind }) => kind === 'Model').map(({ metadata: { name } }) => name)
  if (models.includes(model)) {
    throw new MainwardError('usage', `the model ${model} has no label: nothing says what it learns from`, {
      hint: 'give it spec.label, with source, column and predictAt',
    })
  }
  const hint = didYouMean(model, models) ?? `there are ${models.length === 0 ? 'no models' : models.join(', ')}`
  throw new MainwardError('usage', `no model ${model} in ${origin}`, { hint })
}
