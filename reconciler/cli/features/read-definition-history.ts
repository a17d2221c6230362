/** Reads from git how the definition of a view became what it is. What a change means is decided elsewhere. */
import type { Resource } from '../../core/resource.ts'
import { type CommitChanges, readLineChanges } from '../../git/first-parent-changes.ts'
import { openRepository, type Repository } from '../../git/open-repository.ts'
import { buildDefinitionHistory, type HistoryEntry, type ViewState } from '../../governance/catalogue/definition-history.ts'
import { closeView, type KnownResources } from '../../governance/catalogue/view-closure.ts'
import { listResources } from '../../manifests/assemble.ts'
import { parseFile } from '../../manifests/parse-file.ts'
import type { ParsedFile } from '../../manifests/parsed-file.ts'
import { projectOf, selectManifestPaths } from '../../manifests/select-files.ts'
import { isYamlName, projectFile } from '../../reconcile/source/read-contents.ts'
import { resolveRef } from '../manifests/read-commit-manifests.ts'

export interface DefinitionHistory {
  /** The newest first. */
  readonly entries: readonly HistoryEntry[]
  /** False: the clone is shallow, and the oldest entry may be older than it says. */
  readonly whole: boolean
}

/** Cheap: most manifests are no part of a view's definition. */
const featureKind = /\bkind\b["']?\s*:\s*["']?(?:Entity|DataSource|FeatureView|Project)\b/

/** Along the first-parent line to `ref`. Only commits that touched a file with an entity, a source, a view or the project are parsed. */
export async function readDefinitionHistory(folder: string, ref: string | null, view: string): Promise<DefinitionHistory> {
  const repository = openRepository(folder)
  const commit = await resolveRef(repository, ref ?? 'HEAD')
  const { commits, whole } = await readLineChanges(repository.objects, { commit, folder: repository.innerPath }, isYamlName)
  const states: ViewState[] = []
  const files = new FeatureFiles(repository)
  for (const each of commits) {
    if (await files.take(each)) states.push({ commit: describeCommit(each), closure: closeView(view, files.resources()) })
  }
  return { entries: buildDefinitionHistory(view, states), whole }
}

function describeCommit({ commit: { oid, author, committedAt, message } }: CommitChanges): ViewState['commit'] {
  return { commit: oid, author, date: committedAt, subject: message.split('\n')[0] ?? '' }
}

/** The files of one commit that can have a part in a view, kept from commit to commit. */
class FeatureFiles {
  readonly #repository: Repository
  readonly #files = new Map<string, ParsedFile>()

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** False when nothing of a feature was touched. */
  async take({ changes }: CommitChanges): Promise<boolean> {
    let touched = false
    for (const { path, after } of changes) {
      if (this.#files.delete(path)) touched = true
      const parsed = after === null ? null : await this.#parse(after)
      if (parsed === null) continue
      this.#files.set(path, parsed)
      touched = true
    }
    return touched
  }

  /** By `Kind/name`; of two with one name the first counts. */
  resources(): KnownResources {
    const project = this.#files.get(projectFile)
    const paths = selectManifestPaths(this.#files.keys(), project === undefined ? null : projectOf(project))
    const selected = paths.flatMap((path) => {
      const parsed = this.#files.get(path)
      return parsed === undefined ? [] : [{ path, parsed }]
    })
    const found = new Map<string, Resource | null>()
    for (const resource of listResources(selected)) {
      const id = `${resource.kind}/${resource.metadata.name}`
      if (!found.has(id)) found.set(id, resource)
    }
    for (const { kind, name } of selected.flatMap(({ parsed }) => parsed.documents)) {
      const id = `${kind}/${name ?? ''}`
      if (!found.has(id)) found.set(id, null)
    }
    return found
  }

  async #parse(oid: string): Promise<ParsedFile | null> {
    const bytes = await this.#repository.objects.readBlob(oid)
    return featureKind.test(Buffer.from(bytes).toString()) ? parseFile(bytes) : null
  }
}
