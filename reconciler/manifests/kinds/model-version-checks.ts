/** The rules on one ModelVersion: its name, the place of its artifact, signature against embedded features, golden rows. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { compileOnDemand } from '../../expressions/compile-on-demand.ts'
import { namesOf } from '../../expressions/names-of.ts'
import type { WrittenInputTensor, WrittenModelVersionSpec } from '../generated/modelversion.ts'
import { isInnerPath } from '../inner-path.ts'
import { featureNames } from '../model-feature-names.ts'
import { createHints, listNames, maximumListed } from '../nearest-name.ts'
import { problemOf } from '../on-demand-problems.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'
import { escapePointer, featureChecks, reportDuplicates } from './request-features.ts'
import { joinedDtypes, versionViewChecks } from './version-view-checks.ts'

type ModelVersion = WrittenManifest<WrittenModelVersionSpec>

export const modelVersionChecks: readonly KindCheck<WrittenModelVersionSpec>[] = [
  ...featureChecks<WrittenModelVersionSpec>('/spec/views', ({ views = [] }) => views.flatMap(featureNames)),
  ...versionViewChecks,
  { reads: ['/metadata/name', '/spec/model', '/spec/version'], check: checkName },
  { reads: ['/spec/artifact'], check: checkPlace },
  { reads: ['/spec/signature/inputs', '/spec/requestFeatures', '/spec/onDemand', '/spec/views'], check: checkFeatures },
  { reads: ['/spec/requestFeatures', '/spec/onDemand', '/spec/views', '/spec/definitions'], check: checkExpressions },
  { reads: ['/spec/signature/inputs'], check: checkShapes },
  {
    reads: ['/spec/signature/inputs', '/spec/requestFeatures', '/spec/onDemand', '/spec/views', '/spec/definitions'],
    check: checkDatatypes,
  },
  { reads: ['/spec/signature/inputs'], check: checkTensorNames },
  {
    reads: ['/spec/signature/inputs', '/spec/requestFeatures', '/spec/onDemand', '/spec/views', '/spec/goldenRows'],
    check: checkGoldenRows,
  },
]

function checkName({ metadata, spec }: ModelVersion, report: Report): void {
  const expected = `${spec.model}-${spec.version}`
  if (metadata.name === expected) return
  report('/metadata/name', { rule: 'version-name', message: `expected the name ${expected}, found ${metadata.name}` })
}

function checkPlace({ spec }: ModelVersion, report: Report): void {
  const { path, uri } = spec.artifact
  const rule = 'artifact-place'
  if ((path === undefined) === (uri === undefined)) {
    const found = path === undefined ? 'neither' : 'both'
    report('/spec/artifact', { rule, message: `expected exactly one of path and uri, found ${found}` })
  }
  if (path !== undefined && !isInnerPath(path)) {
    const message = `expected a path inside the repository such as models/m/versions/1.onnx, found ${JSON.stringify(path)}`
    report('/spec/artifact/path', { rule, message })
  }
  if (uri !== undefined && !uri.startsWith('folder:')) {
    const message = `expected folder:PLACE, found ${JSON.stringify(uri)}: this store is not supported by this version`
    report('/spec/artifact/uri', { rule: 'not-supported', message })
  }
}

function checkFeatures({ spec }: ModelVersion, report: Report): void {
  const rule = 'signature-features'
  const { requestFeatures = [], onDemand = [], views = [] } = spec
  const embedded = embeddedNames(spec)
  const read = new Set(onDemand.flatMap(({ cel }) => namesOf(cel)))
  const taken = new Set(spec.signature.inputs.flatMap((input) => input.features ?? []))
  const [embeddedHint, takenHint] = [createHints(embedded), createHints(taken)]
  const seen = new Set<string>()
  spec.signature.inputs.forEach((input, tensor) => {
    input.features?.forEach((name, column) => {
      const pointer = `/spec/signature/inputs/${tensor}/features/${column}`
      if (!embedded.has(name)) {
        const message = `expected a feature that ${placesOf(spec)}, found ${JSON.stringify(name)}`
        report(pointer, { rule, message, hint: embeddedHint(name) })
      } else if (views.length + onDemand.length > 0 && seen.has(name)) {
        report(pointer, { rule, message: `expected every feature once, found ${JSON.stringify(name)} again` })
      }
      seen.add(name)
    })
  })
  const expectTaken = (name: string, sort: string, pointer: string): void => {
    if (taken.has(name) || read.has(name)) return
    const message = `expected every ${sort} in the signature's inputs, found none that takes ${JSON.stringify(name)}`
    report(pointer, { rule, message, hint: takenHint(name) })
  }
  requestFeatures.forEach(({ name }, index) => {
    expectTaken(name, 'request feature', `/spec/requestFeatures/${index}/name`)
  })
  onDemand.forEach(({ name }, index) => {
    expectTaken(name, 'on-demand feature', `/spec/onDemand/${index}/name`)
  })
  views.forEach((role, index) => {
    featureNames(role).forEach((name, position) => {
      expectTaken(name, 'feature of a view', `/spec/views/${index}/take/${position}`)
    })
  })
}

function placesOf({ onDemand = [], views = [] }: WrittenModelVersionSpec): string {
  const places = ['requestFeatures', ...(onDemand.length > 0 ? ['onDemand'] : []), ...(views.length > 0 ? ['views'] : [])]
  return places.length === 1 ? 'requestFeatures names' : `${places.slice(0, -1).join(', ')} or ${places.at(-1) ?? ''} name`
}

/** Names of everything that the signature may take: what is sent, what is computed, what is joined. */
function embeddedNames({ requestFeatures = [], onDemand = [], views = [] }: WrittenModelVersionSpec): ReadonlySet<string> {
  return new Set([...[...requestFeatures, ...onDemand].map(({ name }) => name), ...views.flatMap(featureNames)])
}

function checkExpressions({ spec }: ModelVersion, report: Report): void {
  const { onDemand = [], requestFeatures = [] } = spec
  if (onDemand.length === 0) return
  const joined = [...joinedDtypes(spec)].map(([name, dtype]) => ({ name, dtype }))
  const found = compileOnDemand(onDemand, [...joined, ...requestFeatures])
  if (found.type === 'compiled') return
  for (const each of found.problems) report(`/spec/onDemand/${each.feature}/cel`, problemOf(each), each.problem.at)
}

function checkShapes({ spec }: ModelVersion, report: Report): void {
  spec.signature.inputs.forEach((input, index) => {
    const pointer = `/spec/signature/inputs/${index}/shape`
    const rule = 'signature-shape'
    const found = `found [${input.shape.join(', ')}]`
    if (input.shape[0] !== -1) report(pointer, { rule, message: `expected -1 (the batch) as the first dimension, ${found}` })
    if (input.shape.slice(1).some((size) => size === 0)) {
      report(pointer, { rule, message: `expected no dimension of size 0, ${found}` })
    }
    const columns = input.features?.length
    if (columns === undefined || input.shape.at(-1) === columns) return
    // One column may also stand in a tensor of one dimension: a value a row.
    if (columns === 1 && input.shape.length === 1) return
    report(pointer, { rule, message: `expected ${columns} (the number of features) as the last dimension, ${found}` })
  })
}

const numeric: readonly FeatureDtype[] = ['bool', 'int32', 'int64', 'float32', 'float64', 'timestamp']
const whole: readonly FeatureDtype[] = ['bool', 'int32', 'int64', 'timestamp']

function dtypesOf(datatype: WrittenInputTensor['datatype']): readonly FeatureDtype[] {
  if (datatype === 'BYTES') return ['string']
  if (datatype === 'BOOL') return ['bool']
  return datatype.startsWith('FP') ? numeric : whole
}

function checkDatatypes({ spec }: ModelVersion, report: Report): void {
  const sent = [...(spec.requestFeatures ?? []), ...(spec.onDemand ?? [])].map(
    (feature) => [feature.name, feature.dtype] as const,
  )
  const dtypes = new Map<string, FeatureDtype>([...joinedDtypes(spec), ...sent])
  spec.signature.inputs.forEach((input, index) => {
    for (const name of input.features ?? []) {
      const dtype = dtypes.get(name)
      if (dtype === undefined || dtypesOf(input.datatype).includes(dtype)) continue
      const message = `expected a datatype that holds ${JSON.stringify(name)} (${dtype}), found ${input.datatype}`
      report(`/spec/signature/inputs/${index}/datatype`, { rule: 'signature-datatype', message })
    }
  })
}

function checkTensorNames({ spec }: ModelVersion, report: Report): void {
  const names = spec.signature.inputs.map((input) => input.name)
  reportDuplicates(names, (index) => `/spec/signature/inputs/${index}/name`, report)
}

function checkGoldenRows({ spec }: ModelVersion, report: Report): void {
  // Features on which signature and embedded features disagree are reported there, not once more in every row.
  const taken = new Set(spec.signature.inputs.flatMap((input) => input.features ?? [input.name]))
  const embedded = embeddedNames(spec)
  const tensors = new Set(spec.signature.inputs.filter((input) => input.features === undefined).map((input) => input.name))
  const required = new Set([...taken].filter((name) => embedded.has(name) || tensors.has(name)))
  const known = new Set([...taken, ...embedded])
  const hintFor = createHints(known)
  spec.goldenRows?.forEach((row, index) => {
    const pointer = `/spec/goldenRows/${index}/inputs`
    const names = Object.keys(row.inputs)
    const missing = required.size - names.filter((name) => required.has(name)).length
    if (missing > 0) {
      const list = listNames(firstMissing(required, row.inputs), missing)
      const message = `expected a value for every input, found none for ${list}`
      report(pointer, { rule: 'golden-row', message })
    }
    for (const name of names.filter((candidate) => !known.has(candidate))) {
      const message = `expected an input of the signature, found ${JSON.stringify(name)}`
      report(`${pointer}/${escapePointer(name)}`, { rule: 'golden-row', message, hint: hintFor(name) }, 'key')
    }
  })
}

/** The first names without a value, quoted: as many as a message lists. */
function firstMissing(required: Iterable<string>, inputs: Readonly<Record<string, unknown>>): string[] {
  const missing: string[] = []
  for (const name of required) {
    if (missing.length === maximumListed) break
    if (!Object.hasOwn(inputs, name)) missing.push(JSON.stringify(name))
  }
  return missing
}
