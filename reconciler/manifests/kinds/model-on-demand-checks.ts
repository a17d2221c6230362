/** The rules on the on-demand features of one Model that need no view: their expressions, as far as types are known, and their names. */
import { compileOnDemand } from '../../expressions/compile-on-demand.ts'
import { namesOf } from '../../expressions/names-of.ts'
import type { WrittenModelSpec } from '../generated/model.ts'
import { featureNames } from '../model-feature-names.ts'
import { createHints } from '../nearest-name.ts'
import { problemOf } from '../on-demand-problems.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'

type Model = WrittenManifest<WrittenModelSpec>

const reads = ['/spec/features', '/spec/requestFeatures', '/spec/onDemand']

export const modelOnDemandChecks: readonly KindCheck<WrittenModelSpec>[] = [
  { reads, check: checkExpressions },
  { reads: [...reads, '/spec/label'], check: checkNames },
  { reads: [...reads, '/spec/onDemandOnly'], check: checkOnly },
  { reads: ['/spec/requestFeatures', '/spec/onDemand', '/spec/onDemandOnly'], check: checkTimes },
]

/** Dtypes of views are another manifest's: where there are views, only what needs no type is said here. */
function checkExpressions({ spec }: Model, report: Report): void {
  const { onDemand = [], requestFeatures = [], features = [] } = spec
  const found = compileOnDemand(onDemand, requestFeatures)
  if (found.type === 'compiled') return
  for (const each of found.problems) {
    const { feature, problem } = each
    if (features.length > 0 && problem.sort !== 'syntax' && problem.sort !== 'limit') continue
    report(`/spec/onDemand/${feature}/cel`, problemOf(each), problem.at)
  }
}

/** A training set and a request have one column of a name. */
function checkNames({ spec }: Model, report: Report): void {
  const { onDemand = [], label } = spec
  const seen = new Set(inputNames(spec).map((name) => name.toLowerCase()))
  const hidden = [label?.column, label?.knownAt].map((name) => name?.toLowerCase())
  onDemand.forEach(({ name }, index) => {
    const own = name.toLowerCase()
    const rule = 'feature-clash'
    if (seen.has(own)) {
      const message = `expected every name once among the features of the model, found ${JSON.stringify(name)} again`
      report(`/spec/onDemand/${index}/name`, { rule, message })
    } else if (hidden.includes(own)) {
      report(`/spec/onDemand/${index}/name`, { rule, message: `expected another name than that of the label, found ${JSON.stringify(name)}` }) // prettier-ignore
    }
    seen.add(own)
  })
}

function inputNames({ requestFeatures = [], features = [] }: WrittenModelSpec): readonly string[] {
  return [...requestFeatures.map(({ name }) => name), ...features.flatMap(featureNames)]
}

/** What the model does not take must be of use to something else. */
function checkOnly({ spec }: Model, report: Report): void {
  const { onDemand = [], onDemandOnly = [] } = spec
  const rule = 'on-demand-only'
  const known = new Set(inputNames(spec))
  const read = new Set(onDemand.flatMap(({ cel }) => namesOf(cel)))
  const hintFor = createHints(known)
  const seen = new Set<string>()
  onDemandOnly.forEach((name, index) => {
    const pointer = `/spec/onDemandOnly/${index}`
    const found = JSON.stringify(name)
    if (seen.has(name)) report(pointer, { rule, message: `expected every name once, found ${found} again` })
    else if (!known.has(name)) {
      const message = `expected a request feature or a feature of a view, found ${found}`
      report(pointer, { rule, message, hint: hintFor(name) })
    } else if (!read.has(name)) {
      report(pointer, { rule, message: `expected a feature that an on-demand feature reads, found ${found}: nothing reads it` })
    }
    seen.add(name)
  })
}

/** In a tensor of numbers a time is a number in a unit that only the model knows. */
function checkTimes({ spec }: Model, report: Report): void {
  const { onDemand = [], onDemandOnly = [], requestFeatures = [] } = spec
  const read = new Set(onDemand.flatMap(({ cel }) => namesOf(cel)))
  requestFeatures.forEach(({ name, dtype }, index) => {
    if (dtype !== 'timestamp' || !read.has(name) || onDemandOnly.includes(name)) return
    const message = `expected a time that on-demand features alone read, found ${JSON.stringify(name)}, which the model takes, too`
    const hint = `name ${name} in onDemandOnly, and give the model a number that an on-demand feature makes of it`
    report(`/spec/requestFeatures/${index}/name`, { rule: 'on-demand-only', message, hint })
  })
}
