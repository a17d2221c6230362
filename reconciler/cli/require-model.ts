/** The Model that a command was given the name of. Pure. */
import { MainwardError } from '../core/error.ts'
import type { Resource } from '../core/resource.ts'
import type { ModelSpec } from '../manifests/kinds/model.ts'
import { didYouMean, listNames } from '../manifests/nearest-name.ts'

/** Throws `usage` with the nearest name for a model that is not there. */
export function requireModel(resources: readonly Resource[], name: string): Resource<ModelSpec> {
  const models = resources.filter(({ kind }) => kind === 'Model') as readonly Resource<ModelSpec>[]
  const model = models.find(({ metadata }) => metadata.name === name)
  if (model !== undefined) return model
  const names = models.map(({ metadata }) => metadata.name)
  const known = names.length === 0 ? 'there are no models' : `there are ${listNames(names)}`
  throw new MainwardError('usage', `expected a model, found ${name}`, { hint: didYouMean(name, names) ?? known })
}
