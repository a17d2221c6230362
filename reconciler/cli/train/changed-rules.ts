/** What a working tree does to the rules of its base, found out once: who loosens a rule is judged by the rules as they were. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Loosening } from '../../core/loosening.ts'
import { MainwardError } from '../../core/error.ts'
import type { Resource } from '../../core/resource.ts'
import { assessLoosening } from '../../gates/loosening/assess-loosening.ts'
import { chooseJudges, type ChangedRules, type Judges } from '../../gates/choose-judges.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { assumeNewestValid, type ObservedSide } from '../plan/observed-side.ts'
import type { BaseCommit } from './base-commit.ts'

export interface RuleReader {
  /** Null: there is nothing to compare with, or no rule is another. */
  findLoosening(): Promise<Loosening | null>
  judgesOf(model: string, spec: ModelSpec): Promise<Judges>
  /** The base, or the newest valid commit before it, as if all of it had been rolled out; null: there is none. */
  observeBase(): Promise<ObservedSide | null>
}

export interface RuleSource {
  readonly base: BaseCommit | null
  readonly project: string
  readonly resources: readonly Resource[]
  /** Null: a working tree. */
  readonly commit: string | null
  readonly environment: string
}

/** Of a base that nobody changed rules of, no manifest is read. */
export function openRuleReader(source: RuleSource): RuleReader {
  const known: { rules?: Promise<ChangedRules>; side?: Promise<ObservedSide | null> } = {}
  const observeBase = (): Promise<ObservedSide | null> => (known.side ??= observe(source))
  const read = (): Promise<ChangedRules> => (known.rules ??= readRules(source, observeBase))
  return {
    findLoosening: async () => {
      const loosening = (await read()).base?.loosening ?? null
      return loosening === null || loosening.changes.length === 0 ? null : loosening
    },
    judgesOf: async (model, spec) => chooseJudges(await read(), model, spec),
    observeBase,
  }
}

async function readRules(source: RuleSource, observeBase: () => Promise<ObservedSide | null>): Promise<ChangedRules> {
  const { resources: after, commit } = source
  if (source.base === null || (await areSame(source, source.base))) return { after, base: null }
  const side = await observeBase()
  if (side === null || side.resources === null) return { after, base: null }
  const before = side.resources
  const commits = { before: side.side.commit ?? source.base.id, after: commit }
  return { after, base: { before, loosening: assessLoosening({ before, after, commits }) } }
}

async function observe({ base, environment }: RuleSource): Promise<ObservedSide | null> {
  if (base === null) return null
  try {
    return await assumeNewestValid(base.repository, { name: base.name, commit: base.id }, environment)
  } catch (thrown) {
    // A repository that begins with commits that are not valid has no rules before them.
    if (thrown instanceof MainwardError && thrown.code === 'invalid-input') return null
    throw thrown
  }
}

const ruleKinds = ['Model', 'Gate', 'FairnessPolicy', 'Waiver', 'DataSource', 'FeatureView']

/**
 * Whether all files with rules, or with what decides how a model is judged, are those of the base. A file that is gone takes rules away only from models that named them, and so changed,
 * or ends a waiver, which then does not count any more.
 */
async function areSame({ resources, project, commit }: RuleSource, base: BaseCommit): Promise<boolean> {
  if (commit !== null) return commit === base.id
  const files = new Set(resources.filter(({ kind }) => ruleKinds.includes(kind)).map(({ file }) => file))
  for (const file of files) if ((await base.compare(file, await readFile(join(project, file)))) !== 'same') return false
  return true
}
