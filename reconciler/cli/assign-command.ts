/** `mainward assign`: which arm of a rollout a unit is on, and why. */
import { MainwardError } from '../core/error.ts'
import type { ServingState } from '../core/serving-state.ts'
import { didYouMean } from '../manifests/nearest-name.ts'
import { explainAssignment, type ExplainedAssignment, showHash, showRange } from './assign/explain-assignment.ts'
import { addressOptions, findControl } from './client/control-address.ts'
import { createControlClient } from './client/control-client.ts'
import { type CommandDefinition, flagOption } from './command.ts'
import { renderTable } from './table.ts'

export const assignCommand: CommandDefinition = {
  details:
    'A hash of seed and unit decides, so the answer is the same on every replica and at every time, until the rollout moves.\n' +
    'A request without a unit gets the default arm.',
  arguments: [
    { usage: '<rollout>', description: 'name of the rollout' },
    { usage: '<unit>', description: 'the unit, as the caller sends it' },
  ],
  options: [{ flags: '--json', description: 'for programs' }, ...addressOptions],
  examples: [
    { line: 'assign flight-delay U123', explains: 'canary or stable, and why' },
    { line: 'assign flight-delay U123 --json', explains: 'for programs' },
  ],
  async run({ configuration, terminal, fetch }, input) {
    const [rollout = '', unit = ''] = input.arguments
    if (unit === '') throw new MainwardError('usage', 'expected a unit, found an empty text')
    const client = createControlClient(await findControl(configuration, input), fetch)
    const state = await client.get<ServingState>('/api/v1/serving-state')
    const assignment = explainAssignment(state, rollout, unit)
    if (assignment === null) throw notServed(state, rollout)
    terminal.write(flagOption(input, 'json') ? `${JSON.stringify(assignment, null, 2)}\n` : renderAssignment(assignment))
    return 0
  },
}

function notServed({ routes, environment }: ServingState, rollout: string): MainwardError {
  const names = routes.map(({ model }) => model)
  const served = names.length === 0 ? 'nothing is served' : `served are ${names.join(', ')}`
  return new MainwardError('not-found', `the rollout ${rollout} has no route in ${environment}: no unit is answered`, {
    hint: didYouMean(rollout, names) ?? served,
  })
}

function renderAssignment({ rollout, unit, arm, version, why, arms, defaultArm, hash, seed }: ExplainedAssignment): string {
  const titles = ['ARM', 'VERSION', 'WEIGHT', 'RANGE'].map((title) => ({ title }))
  const rows = arms.map((other) => [
    other.name,
    `v${other.version}`,
    `${other.weight} %`,
    other.range !== null ? showRange(other.range) : other.name === defaultArm ? 'the rest' : 'nothing yet',
  ])
  return `${unit} is on ${arm} of ${rollout}, version ${version}: ${why}\n\nhash ${showHash(hash)} of seed ${seed} and unit ${unit}\n\n${renderTable(titles, rows)}`
}
