/** A small valid repository of manifests on disk, for tests of commands. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const model = 'not a real model: only its digest counts here'
const sha256 = createHash('sha256').update(model).digest('hex')

const version = (number: number): string => `apiVersion: mainward.dev/v1alpha1
kind: ModelVersion
metadata:
  name: flight-delay-${number}
spec:
  model: flight-delay
  version: ${number}
  source: imported
  artifact:
    path: models/flight-delay/model.onnx
    sha256: ${sha256}
    sizeBytes: ${Buffer.byteLength(model)}
  signature:
    inputs:
      - name: input
        datatype: FP32
        shape:
          - -1
          - 1
        features:
          - distance
    outputs:
      score: probabilities
  requestFeatures:
    - { name: distance, dtype: float32 }
`

export const exampleManifests: Readonly<Record<string, string>> = {
  'mainward.yaml': `apiVersion: mainward.dev/v1alpha1
kind: Project
metadata:
  name: flights
spec: {}
`,
  'models/flight-delay/model.yaml': `# What is predicted
apiVersion: mainward.dev/v1alpha1
kind: Model
metadata:
  name: flight-delay
spec:
  task: binary-classification
  requestFeatures:
    - { name: distance, dtype: float32 }
`,
  'models/flight-delay/versions/1.yaml': version(1),
  'models/flight-delay/versions/2.yaml': version(2),
  'models/flight-delay/model.onnx': model,
  'rollouts/flight-delay.yaml': `apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata:
  name: flight-delay
spec:
  unit: distance
  canary:
    version: 1
    steps:
      - { weight: 5, hold: 20s }
      - { weight: 100 }
`,
  'other/ours-not.yaml': 'services:\n  web: { image: nginx }\n',
}

/** Writes the files, changed as wanted (null: left out), into a new folder and returns it. */
export function writeExampleManifests(changes: Readonly<Record<string, string | null>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-example-'))
  for (const [path, text] of Object.entries({ ...exampleManifests, ...changes })) {
    if (text === null) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}
