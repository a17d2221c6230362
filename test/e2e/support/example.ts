/** The example's models and rollouts as the tests change them: short holds, other versions, wrong golden rows. Runs nothing. */
import { parse } from 'yaml'
import { commitFiles, createRepository } from '../../support/git-repositories.ts'
import { copyPlainExample, readPlainExample } from '../../support/plain-example.ts'

export const flightRollout = 'rollouts/flight-delay.yaml'
export const loanRollout = 'rollouts/loan-approval.yaml'
const thirdVersion = 'models/flight-delay/versions/3.yaml'
export type FlightVersion = 1 | 2 | 3

/** A repository with the example's manifests and models, whose first commit serves version 1. */
export function createExample(folder: string, edits: FlightEdits = {}): string {
  createRepository(folder)
  copyPlainExample(folder)
  return commitFiles(folder, serveFlights(1, edits), 'Serve version 1')
}

export interface FlightEdits {
  /** Of each step but the last. */
  readonly hold?: string
  readonly suspend?: boolean
}

/** The rollout of flight-delay at a version, as files of a commit. */
export function serveFlights(version: FlightVersion, { hold = '1s', suspend = false }: FlightEdits = {}): Record<string, string> {
  const text = readPlainExample(flightRollout)
    .replace('version: 1', `version: ${version}`)
    .replaceAll('hold: 20s', `hold: ${hold}`)
  return { [flightRollout]: suspend ? text.replace('spec:\n', 'spec:\n  suspend: true\n') : text }
}

/** A manifest that says 2 % after 5 %, and where: steps must not go back. */
export function breakFlights(): Record<string, string> {
  return { [flightRollout]: readPlainExample(flightRollout).replace('weight: 25', 'weight: 2') }
}

export const wrongScore = 0.123456

/** Version 3 with a first golden row that its model does not reproduce. */
export function spoilGoldenRow(): Record<string, string> {
  const text = readPlainExample(thirdVersion)
  const spoilt = text.replace(/(probabilities:\n\s+- )[0-9.e-]+/, `$1${wrongScore}`)
  if (spoilt === text) throw new Error('version 3 has golden rows')
  return { [thirdVersion]: spoilt }
}

/** Version 3 as it was trained. */
export function mendGoldenRow(): Record<string, string> {
  return { [thirdVersion]: readPlainExample(thirdVersion) }
}

/** A row and the score that each version gives it, as the trainers' own runtime computed it. */
export interface KnownRow {
  readonly row: Readonly<Record<string, number | null>>
  readonly scores: Readonly<Record<FlightVersion, number>>
}

/** The rows that all versions of flight-delay were proven with. */
export function readKnownRows(): readonly KnownRow[] {
  const [first, second, third] = ([1, 2, 3] as const).map(readGoldenRows)
  return (first ?? []).map(({ inputs, score }, index) => ({
    row: inputs,
    scores: { 1: score, 2: second?.[index]?.score ?? NaN, 3: third?.[index]?.score ?? NaN },
  }))
}

function readGoldenRows(version: FlightVersion): readonly { inputs: KnownRow['row']; score: number }[] {
  const manifest = parse(readPlainExample(`models/flight-delay/versions/${version}.yaml`)) as {
    spec: { goldenRows: { inputs: Record<string, number | null>; outputs: { probabilities: [number, number] } }[] }
  }
  return manifest.spec.goldenRows.map(({ inputs, outputs }) => ({ inputs, score: outputs.probabilities[1] }))
}
