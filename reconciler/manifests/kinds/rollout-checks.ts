/** The rules on one Rollout: canary or split, steps that grow, weights that sum to 100. */
import type { WrittenRolloutSpec } from '../generated/rollout.ts'
import { didYouMean } from '../nearest-name.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'

type Rollout = WrittenManifest<WrittenRolloutSpec>

export const rolloutChecks: readonly KindCheck<WrittenRolloutSpec>[] = [
  { reads: ['/spec'], check: checkStrategy },
  { reads: ['/spec/canary/steps'], check: checkSteps },
  { reads: ['/spec/split/variants'], check: checkWeights },
  { reads: ['/spec/split/variants'], check: checkControl },
  { reads: ['/spec/fallback'], check: checkFallback },
  { reads: ['/spec/fallback', '/spec/canary/version', '/spec/split/variants'], check: checkFallbackVersion },
]

function checkStrategy({ spec }: Rollout, report: Report): void {
  const rule = 'canary-or-split'
  if (spec.canary !== undefined && spec.split !== undefined) {
    report('/spec/split', { rule, message: 'expected exactly one of canary and split, found both' })
  } else if (spec.canary === undefined && spec.split === undefined) {
    report('/spec', { rule, message: 'expected exactly one of canary and split, found neither' })
  }
}

function checkSteps({ spec }: Rollout, report: Report): void {
  const steps = spec.canary?.steps ?? []
  steps.forEach((step, index) => {
    const previous = steps[index - 1]
    if (previous === undefined || step.weight > previous.weight) return
    const message = `weights of steps must grow, expected more than ${previous.weight}, found ${step.weight}`
    report(`/spec/canary/steps/${index}/weight`, { rule: 'steps-order', message })
  })
  const last = steps.at(-1)
  if (last === undefined || last.weight === 100) return
  const message = `expected 100 as the weight of the last step, found ${last.weight}`
  const pointer = `/spec/canary/steps/${steps.length - 1}/weight`
  report(pointer, { rule: 'steps-order', message, hint: 'add a last step { weight: 100 }' })
}

function checkWeights({ spec }: Rollout, report: Report): void {
  if (spec.split === undefined) return
  const sum = spec.split.variants.reduce((total, variant) => total + variant.weight, 0)
  if (sum === 100) return
  report('/spec/split/variants', { rule: 'weights-sum', message: `weights must sum to 100, found ${sum}` })
}

function checkControl({ spec }: Rollout, report: Report): void {
  if (spec.split === undefined) return
  const names = spec.split.variants.map((variant) => variant.name)
  if (!names.includes('control')) {
    const message = `expected one variant named control, found ${names.join(', ')}`
    const near = names.find((name) => didYouMean(name, ['control']) !== undefined)
    const hint = near === undefined ? 'name the variant that the others are compared with control' : `rename ${near} to control`
    report('/spec/split/variants', { rule: 'control-variant', message, hint })
  }
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return
    const message = `expected every variant name once, found ${name} again`
    report(`/spec/split/variants/${index}/name`, { rule: 'duplicate-variant', message })
  })
}

function checkFallback({ spec }: Rollout, report: Report): void {
  if (spec.fallback === undefined) return
  const { version, constant } = spec.fallback
  if ((version === undefined) !== (constant === undefined)) return
  const found = version === undefined ? 'neither' : 'both'
  report('/spec/fallback', { rule: 'fallback-choice', message: `expected exactly one of version and constant, found ${found}` })
}

function checkFallbackVersion({ spec }: Rollout, report: Report): void {
  const version = spec.fallback?.version
  const served = [...(spec.canary === undefined ? [] : [spec.canary]), ...(spec.split?.variants ?? [])]
  if (version === undefined || served.length === 0 || served.some((other) => other.version !== version)) return
  const message = `expected another version than the served one, found ${version} for both`
  const hint = 'a version that fails can not answer for itself: name an older one, or a constant'
  report('/spec/fallback/version', { rule: 'fallback-version', message, hint })
}
