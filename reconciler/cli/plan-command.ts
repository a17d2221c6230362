/** `mainward plan`: what would change, before anything moves. */
import { resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import type { Resource } from '../core/resource.ts'
import { assessFeatureImpact } from '../manifests/features/feature-impact.ts'
import { buildPlan } from '../reconcile/build-plan.ts'
import { countOnlineRows } from '../reconcile/count-online-rows.ts'
import { changesAnything, type PlanReport, reportChanges } from '../reconcile/plan-report.ts'
import { renderPlanMarkdown, renderPlanText } from '../reconcile/render-plan.ts'
import { addressOptions, findControl, findControlIfAny } from './client/control-address.ts'
import { createControlClient } from './client/control-client.ts'
import { type CommandDefinition, type CommandInput, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import { repositoryOptions } from './manifests/manifest-options.ts'
import { readManifests } from './manifests/read-manifests.ts'
import { assembleSide } from './plan/desired-side.ts'
import { assumeCommit, observeRunning, type ObservedSide } from './plan/observed-side.ts'
import { renderTable } from './table.ts'

const defaultEnvironment = 'production'

export const planCommand: CommandDefinition = {
  details:
    'Compares the working tree, or --ref, with what the reconciler near here observes; without one (or with --against)\n' +
    'with a commit, as if all of its rollouts had succeeded. Nothing is changed. Exit code 1 when there are errors, or\n' +
    'when a part would be refused.',
  arguments: [],
  options: [
    ...repositoryOptions,
    { flags: '--against <ref>', description: 'a commit, branch or tag, in place of a running reconciler' },
    { flags: '--environment <name>', description: `default: the running reconciler's, else ${defaultEnvironment}` },
    {
      flags: '--format <format>',
      description: 'text, json, or markdown for a pull request',
      default: 'text',
      choices: ['text', 'json', 'markdown'],
    },
    ...addressOptions,
  ],
  examples: [
    { line: 'plan', explains: 'what committing the working tree here would do' },
    { line: 'plan --ref HEAD --against main --format markdown', explains: 'of a pull request, as a comment' },
    { line: 'plan --ref v1.2 --server http://127.0.0.1:8090', explains: 'of a tag, against a running reconciler' },
  ],
  async run(context, input) {
    const report = await buildReport(context, input)
    context.terminal.write(renderReport(report, textOption(input, 'format')))
    return report.valid && report.rollouts.every(({ type }) => type !== 'refuse') ? 0 : 1
  },
}

async function buildReport(context: CliContext, input: CommandInput): Promise<PlanReport> {
  const folder = resolve(context.configuration.folder, textOption(input, 'path') ?? '.')
  const source = await readManifests(folder, textOption(input, 'ref'))
  const { side: against, environment, observed, stored, wallMs, resources: before } = await observeSide(context, input, folder)
  const { side, findings, desired, pending, resources } = await assembleSide(source, environment)
  const common = { environment, desired: side, against, findings }
  if (desired === null) return { ...common, valid: false, changes: false, rollouts: [], features: [], onlineRows: [] }
  const names = new Set(pending.map(({ rollout }) => rollout))
  // A rollout that waits for its version is not gone.
  const known = { ...observed, states: observed.states.filter(({ rollout }) => !names.has(rollout)) }
  const plan = buildPlan(desired, known, wallMs ?? context.clock.now())
  return {
    ...common,
    valid: true,
    changes: changesAnything(plan),
    rollouts: reportChanges({ plan, desired, observed, pending }),
    features: assessFeatures(before, resources),
    onlineRows: before && countOnlineRows({ before, after: resources, environment, pending: names, stored }),
  }
}

/** Where what was applied is not known, and nothing is asked for, there is nothing to tell. */
function assessFeatures(before: readonly Resource[] | null, after: readonly Resource[]): PlanReport['features'] {
  if (before !== null) return assessFeatureImpact(before, after)
  return after.some(({ kind }) => kind === 'FeatureView') ? null : []
}

/** What was named; else the reconciler near the folder; else HEAD. */
async function observeSide(context: CliContext, input: CommandInput, folder: string): Promise<ObservedSide> {
  const environment = textOption(input, 'environment')
  const against = textOption(input, 'against')
  const isNamed = textOption(input, 'server') !== null || textOption(input, 'state') !== null
  if (against !== null && isNamed) {
    throw new MainwardError('usage', '--against is a commit, --server and --state name a reconciler: expected one of them')
  }
  if (isNamed) {
    const address = await findControl(context.configuration, input)
    return observeRunning(createControlClient(address, context.fetch), environment, folder)
  }
  const near = against === null ? await observeNearest(context, input, folder) : null
  return near ?? assumeCommit(folder, against, environment ?? defaultEnvironment)
}

/** Null when no reconciler is near; one that does not answer is told and passed over, since nobody asked for it by name. */
async function observeNearest(context: CliContext, input: CommandInput, folder: string): Promise<ObservedSide | null> {
  try {
    const address = await findControlIfAny({ ...context.configuration, folder }, input)
    if (address === null) return null
    return await observeRunning(createControlClient(address, context.fetch), textOption(input, 'environment'), folder)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'unavailable') throw thrown
    context.terminal.writeError(`${thrown.message}: planning against a commit\n`)
    return null
  }
}

function renderReport(report: PlanReport, format: string | null): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`
  if (format === 'markdown') return renderPlanMarkdown(report)
  return renderPlanText(report, (titles, rows) =>
    renderTable(
      titles.map((title) => ({ title })),
      rows,
    ),
  )
}
