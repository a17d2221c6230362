/**
 * The example as tests of everything but features take it: the same model files and golden rows, and every input is sent by the caller. It
 * needs no view, no data and no data clock.
 */
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Document, parseDocument } from 'yaml'
import { packageRoot } from '../../reconciler/core/package-root.ts'

const exampleFolder = join(packageRoot, 'example-repo')
const parts = ['mainward.yaml', 'models', 'rollouts']

/** Of a branch of the demo: no gate lets it pass, and here are no gates. */
const third = 'models/flight-delay/versions/3'
const thirdFolder = join(packageRoot, 'example-branches/balanced-weights')

/** What needs views, data, or a clock of the data. */
const left = ['features', 'views', 'definitions', 'label', 'training', 'evaluation', 'gates', 'fairness', 'tests', 'evidence']

/** Puts manifests and model files into a folder. */
export function copyPlainExample(folder: string): void {
  for (const part of parts) cpSync(join(exampleFolder, part), join(folder, part), { recursive: true })
  for (const path of [`${third}.yaml`, `${third}.onnx`]) cpSync(exampleFile(path), join(folder, path))
  const manifests = readdirSync(join(folder, 'models'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml')) // prettier-ignore
  for (const path of manifests) writeFileSync(join(folder, 'models', path), readPlainExample(join('models', path)))
}

/** Where a file of the example lies; version 3 of flight-delay is that of a branch. */
export function exampleFile(path: string): string {
  return join(path.startsWith(third) ? thirdFolder : exampleFolder, path)
}

/** Paths of all manifests of models, rollouts and the Project, version 3 of flight-delay among them. */
export function exampleManifests(): readonly string[] {
  const inner = readdirSync(exampleFolder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'))
  return [...inner, `${third}.yaml`]
}

/** A manifest by its path in the example. */
export function readPlainExample(path: string): string {
  const text = readFileSync(exampleFile(path), 'utf8')
  if (!path.startsWith('models')) return text
  const document = parseDocument(text)
  for (const member of left) document.deleteIn(['spec', member])
  if (path.includes('flight-delay')) sendEverything(document)
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}

function sendEverything(document: Document): void {
  const written = (document.getIn(['spec', 'requestFeatures']) as { toJSON(): readonly { readonly name: string }[] }).toJSON()
  const known = new Map(written.map((feature) => [feature.name, feature]))
  const features = flightFeatures().map((name) => known.get(name) ?? { name, dtype: 'float32' })
  document.setIn(['spec', 'requestFeatures'], document.createNode(features))
}

/** Inputs of every version of flight-delay, in their order. */
export function flightFeatures(): readonly string[] {
  const version = parseDocument(readFileSync(join(exampleFolder, 'models/flight-delay/versions/1.yaml'), 'utf8')).toJS() as {
    readonly spec: { readonly signature: { readonly inputs: readonly [{ readonly features: readonly string[] }] } }
  }
  return version.spec.signature.inputs[0].features
}
