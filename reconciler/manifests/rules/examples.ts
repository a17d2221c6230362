/** Manifests that obey every rule, as `mainward explain` shows them. */

export const projectExample = `apiVersion: mainward.dev/v1alpha1
kind: Project
metadata: { name: flights }
spec:
  include:
    - models/**
    - rollouts/**
`

export const modelExample = `apiVersion: mainward.dev/v1alpha1
kind: Model
metadata:
  name: flight-delay
  owner: team-flightops
  description: Does a flight arrive 15 minutes late?
spec:
  task: binary-classification
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
    - { name: wind_speed, dtype: float32, unit: mph }
  nulls:
    default: model
    features: { wind_speed: 0 }
  serving: { budget: 50ms }
  decision: { threshold: 0.5 }
`

export const versionExample = `apiVersion: mainward.dev/v1alpha1
kind: ModelVersion
metadata: { name: flight-delay-3 }
spec:
  model: flight-delay
  version: 3
  source: imported
  artifact:
    path: models/flight-delay/versions/3.onnx
    sha256: 9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e9f2c3d5e
    sizeBytes: 128233
  signature:
    inputs:
      - name: input
        datatype: FP32
        shape:
          - -1
          - 2
        features:
          - distance
          - wind_speed
    outputs: { score: probabilities, label: label, positiveIndex: 1 }
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
    - { name: wind_speed, dtype: float32, unit: mph }
  nulls:
    default: model
    features: { wind_speed: 0 }
  decision: { threshold: 0.5 }
  goldenRows:
    - inputs: { distance: 733, wind_speed: 12.5 }
      outputs: { label: 1 }
`

export const canaryExample = `apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata: { name: flight-delay, environment: production }
spec:
  unit: flight_id
  canary:
    version: 3
    steps:
      - { weight: 5, hold: 10m }
      - { weight: 25, hold: 1h }
      - { weight: 100 }
`

export const splitExample = `apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata: { name: flight-delay }
spec:
  split:
    seed: flight-delay-2026q4
    coverage: 100
    variants:
      - { name: control, version: 2, weight: 50 }
      - { name: treatment, version: 3, weight: 50 }
`

export const fallbackExample = `${canaryExample}  fallback: { version: 2 }
`

export const recordingExample = `${modelExample}  recording:
    percent: 10
    drop:
      - wind_speed
      - unit
`

/** A model, its version and its rollout. */
export const completeExample = [modelExample, versionExample, canaryExample].join('---\n')
