/** `mainward gate`: the rules of a working tree or commit, applied again to what the evidence of a version measured. */
import { resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import type { Evidence } from '../core/evidence.ts'
import type { Loosening } from '../core/loosening.ts'
import { isLooser } from '../core/loosening.ts'
import type { Resource } from '../core/resource.ts'
import { assessLoosening } from '../gates/loosening/assess-loosening.ts'
import { chooseJudges } from '../gates/choose-judges.ts'
import { judgeVersion } from '../gates/judge-version.ts'
import { readEvidence } from '../gates/read-evidence.ts'
import { refuseVersion } from '../gates/refuse-version.ts'
import type { ModelSpec } from '../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../manifests/kinds/model-version.ts'
import { didYouMean, listNames } from '../manifests/nearest-name.ts'
import { ruleSetsOf, waiversOf } from '../manifests/rule-sets.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import { engineOptions } from './features/engine-options.ts'
import { requireResources } from './features/read-resources.ts'
import { type GateReport, renderGateText } from './gate/render-gate.ts'
import { repositoryOptions } from './manifests/manifest-options.ts'
import { environmentOption } from './process-options.ts'
import { readManifests } from './manifests/read-manifests.ts'

export const gateCommand: CommandDefinition = {
  details:
    'Reads the intervals that the file of the version has as evidence, and judges them by the gates and fairness policies that the model\n' +
    'names here: nothing is measured again, and no data are read. With --base it says which rules the working tree (or --ref) loosens;\n' +
    'then those of the base judge. With --recompute data are read, and the model file is evaluated again. Exit code 1 when the version may not\n' +
    'go on, or when its evidence says something else than data and model file do.',
  arguments: [
    { usage: '<model>', description: 'name of the model' },
    { usage: '<version>', description: 'number of the version' },
  ],
  options: [
    ...repositoryOptions,
    { flags: '--base <ref>', description: 'the commit that a change starts from: its rules judge when the change loosens one' },
    { flags: '--recompute', description: 'evaluate again from data and model file, and say what differs from what is stored' },
    {
      flags: '--state <folder>',
      description: 'with --recompute: state folder of the reconciler (default: .mainward in the repository)',
    },
    { ...environmentOption, description: 'with --recompute: environment whose pushed rows count' },
    ...engineOptions,
    { flags: '--json', description: 'as JSON' },
  ],
  examples: [
    { line: 'gate flight-delay 3', explains: 'what the rules here say of version 3' },
    { line: 'gate flight-delay 3 --ref v1.2 --json', explains: 'what those of a tag said, for a program' },
    {
      line: 'gate flight-delay 3 --base main',
      explains: 'of a branch: is a rule loosened, and which versions would that have let pass?',
    },
    { line: 'gate flight-delay 3 --recompute', explains: 'does its evidence say what data and model file say?' },
  ],
  async run(context, input) {
    const report = await buildReport(context, input)
    context.terminal.write(input.options['json'] === true ? `${JSON.stringify(report, null, 2)}\n` : renderGateText(report))
    const differs = report.recomputed !== null && report.recomputed.differences.length > 0
    return report.verdict.blocks || report.problem !== null || differs ? 1 : 0
  },
}

async function buildReport(context: CliContext, input: CommandInput): Promise<GateReport> {
  const folder = resolve(context.configuration.folder, textOption(input, 'path') ?? '.')
  const source = await readManifests(folder, textOption(input, 'ref'))
  const resources = requireResources(source)
  const [name = '', number = ''] = input.arguments
  const version = findVersion(resources, name, number)
  const base = await compareWith(folder, textOption(input, 'base'), { resources, commit: source.commit?.id ?? null })
  const isJudgedByBase = base !== null && base.loosening.changes.some(isLooser)
  const rules = rulesOf(resources, base, name)
  const reading = readEvidence(version.evidence)
  const evidence = reading.type === 'evidence' ? reading.evidence : null
  const again = flagOption(input, 'recompute') ? await recompute(context, input, version, evidence) : null
  const judged = {
    evaluation: again?.evaluation ?? evidence?.evaluation ?? null,
    artifact: version.artifact,
    dataset: evidence?.dataset ?? null,
  }
  const nowMicros = BigInt(context.clock.now()) * 1000n
  const refusal = refuseVersion({ spec: version, ...rules })
  return {
    model: name,
    version: version.version,
    source: version.source,
    origin: isJudgedByBase ? base.origin : source.origin,
    hasEvidence: evidence !== null,
    problem: refusal === null || refusal.reason === 'GateFailed' ? null : refusal.message,
    verdict: judgeVersion({ ...rules, judged, model: name, version: version.version, nowMicros }),
    loosening: base?.loosening ?? null,
    recomputed: again?.compared ?? null,
  }
}

/** Only this needs what reads data and runs models. */
async function recompute(context: CliContext, input: CommandInput, version: ModelVersionSpec, evidence: Evidence | null) {
  if (evidence === null) {
    throw new MainwardError('usage', `version ${version.version} of ${version.model} has no evidence to compare with`, {
      hint: 'only versions that mainward train wrote can be evaluated again',
    })
  }
  const { recomputeVersion } = await import('./train/recompute-version.ts')
  return recomputeVersion(context, input, version, evidence)
}

interface ComparedSide {
  readonly resources: readonly Resource[]
  readonly commit: string | null
}

interface Base {
  readonly resources: readonly Resource[]
  readonly origin: string
  readonly loosening: Loosening
}

async function compareWith(folder: string, ref: string | null, { resources: after, commit }: ComparedSide): Promise<Base | null> {
  if (ref === null) return null
  const source = await readManifests(folder, ref)
  const resources = requireResources(source)
  const commits = { before: source.commit?.id ?? ref, after: commit }
  return { resources, origin: source.origin, loosening: assessLoosening({ before: resources, after, commits }) }
}

/** Those of the change, or of its base where it loosens any. */
function rulesOf(after: readonly Resource[], base: Base | null, name: string) {
  const model = after.find(({ kind, metadata }) => kind === 'Model' && metadata.name === name)
  if (model === undefined) throw new Error(`a valid commit has the model ${name}`)
  const rules = { after, base: base && { before: base.resources, loosening: base.loosening } }
  const judges = chooseJudges(rules, name, model.spec as ModelSpec)
  return { ruleSets: ruleSetsOf(judges.spec, judges.resources), waivers: waiversOf(judges.resources) }
}

function findVersion(resources: readonly Resource[], model: string, number: string): ModelVersionSpec {
  const models = resources.filter(({ kind }) => kind === 'Model').map(({ metadata }) => metadata.name)
  if (!models.includes(model)) {
    throw new MainwardError('usage', `no model ${model}`, { hint: didYouMean(model, models) ?? `there are ${listNames(models)}` })
  }
  const versions = resources
    .filter(({ kind }) => kind === 'ModelVersion')
    .map(({ spec }) => spec as ModelVersionSpec)
    .filter((version) => version.model === model)
  const found = versions.find(({ version }) => String(version) === number)
  if (found !== undefined) return found
  const numbers = versions.map(({ version }) => version).sort((a, b) => a - b)
  const hint = numbers.length === 0 ? 'it has none' : `there are ${listNames(numbers)}`
  throw new MainwardError('usage', `${model} has no version ${number}`, { hint })
}
