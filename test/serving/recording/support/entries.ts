/** Served entries of the bench model as the prediction path would hand them over. */
import type { Release } from '../../../../reconciler/core/release.ts'
import { compileRowAssembler } from '../../../../reconciler/inference/rows/row-assembler.ts'
import type { ServedEntry } from '../../../../reconciler/serving/recording/served-entry.ts'
import { benchExpected, benchRelease, benchRow } from '../../support/bench-model.ts'

const release = benchRelease()
const assembler = compileRowAssembler(release)
const state = { version: { epoch: 1, sequence: 7 }, dataTime: null }

export function benchEntry(changes: Partial<ServedEntry> = {}): ServedEntry {
  const rows = changes.rows ?? 1
  const positions = Array.from({ length: rows }, (_, index) => index)
  return {
    requestId: 'request-1',
    release,
    variant: 'stable',
    assigned: true,
    units: 'unit-1',
    rows,
    positions: null,
    inputs: assembler.assemble(positions.map(benchRow), positions),
    outputs: {
      probabilities: {
        datatype: 'FP32',
        shape: [rows, 2],
        data: Float32Array.from(
          positions.flatMap((index) => [...(benchExpected.probabilities[index % benchExpected.rows.length] ?? [])]),
        ),
      },
      label: {
        datatype: 'INT64',
        shape: [rows],
        data: BigInt64Array.from(positions.map((index) => BigInt(benchExpected.label[index % benchExpected.rows.length] ?? 0))),
      },
    },
    joined: null,
    latencyMs: 1.23456,
    wallMs: Date.UTC(2026, 10, 24, 10),
    state,
    fallback: null,
    ...changes,
  }
}

/** A release with a recording of its own. */
export function releaseRecording(percent: number, drop: readonly string[] = []): Release {
  return { ...release, digest: `sha256:${percent}${drop.join('')}`, recording: { percent, drop } }
}
