/** Which commit a run was made from, and whether the tree differs from it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openBase, readHeadCommit } from './base-commit.ts'
import type { OpenTraining } from './open-training.ts'
import type { TrainerFiles } from './trainer-files.ts'

/** Looks at what decides a run: the trainer's files and the manifests. Data files have digests of their own. */
export async function describeSource(
  { project, resources, commit }: OpenTraining,
  { files }: TrainerFiles,
): Promise<{ readonly commit: string | null; readonly dirty: boolean }> {
  if (commit !== null) return { commit, dirty: false }
  const head = await readHeadCommit(project)
  if (head === null) return { commit: null, dirty: true }
  const tree = await openBase(project, head)
  const manifests = resources.filter(({ kind }) => kind !== 'ModelVersion' && kind !== 'Rollout').map(({ file }) => file)
  for (const path of new Set([...files.map((file) => file.path), ...manifests])) {
    if ((await tree?.compare(path, await readFile(join(project, path)))) !== 'same') return { commit: head, dirty: true }
  }
  return { commit: head, dirty: false }
}
