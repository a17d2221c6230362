/** The options of `mainward train`. */
import type { OptionDefinition } from '../command.ts'
import { engineOptions } from '../features/engine-options.ts'
import { environmentOption } from '../process-options.ts'

export const trainOptions: readonly OptionDefinition[] = [
  { flags: '--all', description: 'all models that have a trainer; needed for --force without names' },
  { flags: '--force', description: 'train and read data again, although nothing changed' },
  { flags: '--dry-run', description: 'say what would be done, and why; nothing is trained or written' },
  { flags: '--path <folder>', description: 'folder of mainward.yaml', default: '.' },
  { flags: '--state <folder>', description: 'state folder of the reconciler (default: .mainward in the repository)' },
  {
    flags: '--base <ref>',
    description: 'commit whose rollouts say what production serves (default: origin/main, else main, else HEAD)',
  },
  { ...environmentOption, description: 'environment whose pushed rows count' },
  ...engineOptions,
  {
    flags: '--records <source>',
    description:
      'recorded requests, a file of mainward records, or live for those of the running reconciler: whose decisions would change',
  },
  { flags: '--report <file>', description: 'the report as FILE.md, FILE.html, FILE.txt or FILE.json' },
  { flags: '--json', description: 'the report as JSON, in place of what is said meanwhile' },
]
