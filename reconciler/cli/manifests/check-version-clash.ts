/** Whether the versions of a change are those that the main branch has under the same numbers. Reads git. */
import { canonicalJson } from '../../core/digest.ts'
import type { Finding } from '../../core/finding.ts'
import type { CommitContents } from '../../manifests/assemble.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import { findingAt } from '../../manifests/local-finding.ts'
import { parseFile } from '../../manifests/parse-file.ts'
import type { ParsedDocument } from '../../manifests/parsed-file.ts'
import type { ManifestSource } from './manifest-source.ts'

/** What is compared is what a version says: comments and layout are nobody's model. `root` is the folder of the Project. */
export async function checkVersionClash(root: string, source: ManifestSource): Promise<readonly Finding[]> {
  const { contents } = source
  const files = contents.files.filter(({ parsed }) => parsed.documents.some(({ kind }) => kind === 'ModelVersion'))
  if (files.length === 0) return []
  // Loaded when it is needed, as in read-manifests.ts.
  const { openBase } = await import('../train/base-commit.ts')
  const base = await openBase(root, null)
  if (base === null) return []
  const findings: Finding[] = []
  for (const { path, parsed } of files) {
    if ((await base.compare(path, Buffer.from(await source.readText(path)))) !== 'other') continue
    const merged = parseFile((await base.read(path)) ?? new Uint8Array()).documents
    findings.push(
      ...clashes(parsed.documents, merged).map((document) => ({
        file: path,
        ...clashAt(document, { path, contents, base: base.name }),
      })),
    )
  }
  return findings
}

function clashes(own: readonly ParsedDocument[], merged: readonly ParsedDocument[]): readonly ParsedDocument[] {
  return own.filter((document) => {
    const other = merged.find(({ kind, name }) => kind === 'ModelVersion' && document.kind === kind && name === document.name)
    return other !== undefined && document.spec !== null && canonicalJson(other.spec) !== canonicalJson(document.spec)
  })
}

interface Place {
  readonly path: string
  readonly contents: CommitContents
  /** Name of the main branch. */
  readonly base: string
}

function clashAt(document: ParsedDocument, { path, contents: { files }, base }: Place): Omit<Finding, 'file'> {
  const { model, version } = document.spec as ModelVersionSpec
  const owner = files.flatMap(({ parsed }) => parsed.documents).find(({ kind, name }) => kind === 'Model' && name === model)
  const isTrained = (owner?.spec as ModelSpec | null | undefined)?.training?.trainer
  const next = isTrained ? `mainward train ${model} then gives this one` : 'import this one again, which gives it'
  const hint = `git checkout ${base} -- '${path.replace(/\.yaml$/, '.*')}' puts it back; ${next} the next number`
  return findingAt(document.positions['/spec/version'] ?? { line: document.line, column: 1 }, {
    rule: 'version-clash',
    message: `expected version ${version} of ${model} as ${base} has it, found another one`,
    hint,
  })
}
