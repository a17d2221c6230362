/** `mainward dataset`: what a model learns from, as Parquet files, as it was known at a time. */
import { relative, resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
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

export const datasetCommand: CommandDefinition = {
  details:
    'Each row of the label source becomes one row, in its order, with the values as they were known at the time of the\n' +
    'prediction. Writes train.parquet, validation.parquet and test.parquet by the split of the model, what stands beside\n' +
    'their rows below side/, and dataset.json. The folder appears as a whole; only an earlier dataset is replaced.',
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
      const common = { training, materials: definitions, ports, asOf, trainingInputs, commit, engine }
      return fillOutFolder(out, (folder) => writeDataset({ ...common, folder, onStep: progress.step }))
    }).finally(progress.end)
    const shown = relative(configuration.folder, out)
    terminal.write(
      flagOption(input, 'json') ? `${JSON.stringify(report, null, 2)}\n` : renderDataset(report, shown === '' ? '.' : shown),
    )
    return 0
  },
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
