/** Makes an empty repository, as `git init` does (gitrepository-layout). Needs no git program. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a file system can do is left to git's own defaults. */
const config = '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tlogallrefupdates = true\n'

/** The folder must exist, without `.git`. Its first branch is `main`. HEAD comes last: only then it is a repository. */
export function createRepository(folder: string): void {
  const gitdir = join(folder, '.git')
  for (const inner of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info']) {
    mkdirSync(join(gitdir, inner), { recursive: true })
  }
  writeFileSync(join(gitdir, 'config'), config)
  writeFileSync(join(gitdir, 'HEAD'), 'ref: refs/heads/main\n')
}
