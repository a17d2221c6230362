/** Which models a command trains, from what was typed. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { Resource } from '../../core/resource.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { didYouMean } from '../../manifests/nearest-name.ts'

/** Without names all that have a trainer, by name. Throws `usage` for a name that is no model, and for a model without a trainer. */
export function chooseModels(resources: readonly Resource[], names: readonly string[]): readonly Resource<ModelSpec>[] {
  const models = resources.filter(({ kind }) => kind === 'Model') as readonly Resource<ModelSpec>[]
  const trained = models.filter(({ spec }) => (spec.training?.trainer ?? null) !== null && spec.label !== null)
  if (names.length === 0) return trained
  return [...new Set(names)].map((name) => {
    const found = trained.find(({ metadata }) => metadata.name === name)
    if (found !== undefined) return found
    if (models.some(({ metadata }) => metadata.name === name)) {
      throw new MainwardError('usage', `the model ${name} has no trainer: its versions are imported`, {
        hint: 'give it spec.training.command, for example [python3, training/train.py]',
      })
    }
    const known = models.map(({ metadata }) => metadata.name)
    const hint = didYouMean(name, known) ?? `there are ${known.length === 0 ? 'no models' : known.join(', ')}`
    throw new MainwardError('usage', `no model ${name}`, { hint })
  })
}
