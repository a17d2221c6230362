/** The house rules that a compiler does not check: who may import whom, where effects may stand, how files are named. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../reconciler/core/package-root.ts'
import { findCycles, parseSourceFile, readSourceTree, type SourceFile } from './support/source-tree.ts'

interface Room {
  /** Folders of ours that it may import, besides itself. */
  readonly imports: readonly string[]
  /** Packages and node modules that it may import; `*` is any. */
  readonly packages: readonly string[]
  /** A pure folder: no clock, no chance, no environment, no network, no files. */
  readonly pure?: true
}

const shared = ['core', 'statistics', 'bucketing', 'inference', 'profiles', 'expressions']

/** The only table: a folder that is not here may not exist, an edge that is not here may not be drawn. */
const rooms: Readonly<Record<string, Room>> = {
  core: { imports: [], packages: ['node:crypto'], pure: true },
  statistics: { imports: [], packages: [], pure: true },
  profiles: { imports: ['core'], packages: [], pure: true },
  bucketing: { imports: ['core'], packages: [], pure: true },
  inference: { imports: ['core'], packages: ['onnxruntime-node'], pure: true },
  // Validation, training, serving and comparisons evaluate on-demand features by the same code.
  expressions: { imports: ['core'], packages: ['@marcbachmann/cel-js'], pure: true },
  // Judging measurements and applying the verdicts are apart: the one knows no manifests.
  rules: { imports: ['core', 'statistics', 'expressions'], packages: [], pure: true },
  gates: { imports: ['core', 'expressions', 'rules', 'manifests'], packages: [], pure: true },
  manifests: { imports: ['core', 'expressions'], packages: ['yaml', 'ajv', 'ajv-formats'], pure: true },
  // The engine and the evaluation each have a process that is asked and ended in the same way.
  processes: { imports: ['core'], packages: ['node:child_process'] },
  git: { imports: ['core'], packages: ['*'] },
  database: { imports: ['core'], packages: ['*'] },
  artifacts: { imports: ['core'], packages: ['*'] },
  rollout: { imports: [...shared, 'manifests'], packages: [], pure: true },
  // Model cards are written with the sections of reports: reports know no domain.
  governance: { imports: [...shared, 'manifests', 'reports'], packages: [], pure: true },
  reports: { imports: ['core'], packages: ['vega', 'vega-lite', 'handlebars'], pure: true },
  features: { imports: [...shared, 'manifests', 'processes'], packages: ['*'] },
  // What a model file is worth: rows come through a port, into a process of its own.
  evaluation: { imports: [...shared, 'processes'], packages: ['*'] },
  serving: { imports: shared, packages: ['*'] },
  reconcile: {
    imports: [...shared, 'manifests', 'rules', 'gates', 'git', 'database', 'artifacts', 'rollout', 'governance'],
    packages: ['*'],
  },
  supervisor: { imports: ['core', 'database'], packages: ['*'] },
  // A trainer is a child process: what it learns from, and what becomes of its model, is others' matter.
  training: { imports: ['core'], packages: ['*'] },
  cli: {
    imports: [
      ...shared,
      'manifests',
      'rules',
      'gates',
      'git',
      'database',
      'artifacts',
      'rollout',
      'governance',
      'reports',
      'features',
      'evaluation',
      'serving',
      'reconcile',
      'supervisor',
      'training',
    ],
    packages: ['*'],
  },
  'main.ts': { imports: ['core', 'cli'], packages: [] },
}

/** Each with its reason: an exception is a decision, not an accident. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // Finds package.json beside the program: what lies on disk around the code is known here alone.
  'core/package-root.ts': ['node:fs', 'node:path', 'node:url'],
}

/** Packages that only one folder may know. */
const owners: Readonly<Record<string, readonly string[]>> = {
  pg: ['database'],
  'pg-copy-streams': ['database'],
  'isomorphic-git': ['git'],
  'onnxruntime-node': ['inference'],
  yaml: ['manifests'],
  commander: ['cli'],
  '@duckdb/node-api': ['features'],
  '@marcbachmann/cel-js': ['expressions'],
  vega: ['reports'],
  'vega-lite': ['reports'],
  handlebars: ['reports'],
}

const root = join(packageRoot, 'reconciler')
const files = readSourceTree(root)

function wrongEdges({ path, folder, imports }: SourceFile): readonly string[] {
  return imports
    .map((imported) => ({ imported, to: imported.split('/')[0] ?? imported }))
    .filter(({ to }) => to !== folder && !(rooms[folder]?.imports ?? []).includes(to))
    .map(({ imported }) => `${path} must not import ${imported}`)
}

function wrongPackages({ path, folder, packages }: SourceFile): readonly string[] {
  const allowed = [...(rooms[folder]?.packages ?? []), ...(exceptions[path] ?? [])]
  return packages
    .filter(
      (name) => (!allowed.includes('*') && !allowed.includes(name)) || (owners[name] ?? [folder]).includes(folder) === false,
    )
    .map((name) => `${path} must not import ${name}`)
}

function wrongEffects({ path, folder, effects }: SourceFile): readonly string[] {
  if (path === 'main.ts') return []
  const pure = rooms[folder]?.pure === true
  return effects.filter((effect) => pure || effect === 'process.env').map((effect) => `${path} must not use ${effect}`)
}

function wrongName({ path }: SourceFile): readonly string[] {
  const name = path.split('/').at(-1) ?? path
  const vague =
    /^(utils?|helpers?|types?|misc|common|.*-?manager)\.ts$/.test(name) || (name === 'index.ts' && path !== 'core/index.ts')
  const kebab = path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*((\.d)?\.ts)?$/.test(part))
  return vague || !kebab ? [`${path}: a file is named after its main export, in kebab case`] : []
}

function wrongStart({ path, text }: SourceFile): readonly string[] {
  return /^(#!.*\n)?\/\*\*/.test(text) ? [] : [`${path} must start with a doc comment: what it is responsible for`]
}

function wrongTopLevel({ path, topLevel }: SourceFile): readonly string[] {
  return topLevel
    .filter((found) => found !== 'export star' || path !== 'core/index.ts')
    .map((found) => `${path} has a ${found} at its top level`)
}

const written = files.filter(({ path }) => !path.includes('/generated/'))

describe('the source tree', () => {
  it('is not empty', () => {
    expect(files.length).toBeGreaterThan(50)
  })

  it('has only folders that the table knows', () => {
    expect([...new Set(files.map(({ folder }) => folder))].filter((folder) => rooms[folder] === undefined)).toEqual([])
  })

  it('imports only along the edges of the table', () => {
    expect(files.flatMap(wrongEdges)).toEqual([])
  })

  it('uses each package only where it belongs', () => {
    expect(files.flatMap(wrongPackages)).toEqual([])
  })

  it('has no import cycle', () => {
    expect(findCycles(files)).toEqual([])
  })

  it('imports only files that exist', () => {
    // What the build makes has its types in a file beside it.
    const known = new Set(files.flatMap(({ path }) => [path, path.replace(/\.d\.ts$/, '.js')]))
    expect(
      files.flatMap(({ path, imports }) =>
        imports.filter((imported) => !known.has(imported)).map((imported) => `${path}: ${imported}`),
      ),
    ).toEqual([])
  })

  it('has effects only outside of pure folders, and reads the environment in main.ts alone', () => {
    expect(files.flatMap(wrongEffects)).toEqual([])
  })

  it('names files after what they hold', () => {
    expect(files.flatMap(wrongName)).toEqual([])
  })

  it('starts each file with what it is responsible for', () => {
    expect(written.flatMap(wrongStart)).toEqual([])
  })

  it('has no module-level mutable state, default exports or barrels', () => {
    expect(written.flatMap(wrongTopLevel)).toEqual([])
  })
})

describe('the table', () => {
  it('has no cycle between folders itself', () => {
    const asFiles = Object.entries(rooms).map(([path, { imports }]) => ({ ...parseSourceFile(path, ''), imports }))
    expect(findCycles(asFiles)).toEqual([])
  })
})

describe('the checks can fail', () => {
  const bad = parseSourceFile(
    'rollout/rollout-manager.ts',
    `import { a } from '../serving/b.ts'\nimport fs from 'node:fs'\nlet state = 0\nexport default () => [Date.now(), new Date(), process.env.X, fetch('x'), Math.random()]\nexport * from './c.ts'\nawait import('../git/d.ts')\n`,
  )

  it('finds a wrong direction, also of a dynamic import', () => {
    expect(wrongEdges(bad)).toEqual([
      'rollout/rollout-manager.ts must not import serving/b.ts',
      'rollout/rollout-manager.ts must not import git/d.ts',
    ])
  })

  it('finds a package in a pure folder', () => {
    expect(wrongPackages(bad)).toEqual(['rollout/rollout-manager.ts must not import node:fs'])
  })

  it('finds a package outside of its owner', () => {
    expect(wrongPackages(parseSourceFile('reconcile/loop.ts', `import pg from 'pg'`))).toEqual([
      'reconcile/loop.ts must not import pg',
    ])
  })

  it('finds effects', () => {
    expect(bad.effects).toEqual(['Date.now', 'new Date()', 'process.env', 'fetch', 'Math.random'])
    expect(wrongEffects(bad)).toHaveLength(5)
  })

  it('leaves alone what only looks like an effect', () => {
    expect(parseSourceFile('core/x.ts', `// Date.now()\nconst a = 'process.env'; new Date(5); source.fetch()`).effects).toEqual(
      [],
    )
  })

  it('finds vague names, missing first comments and state', () => {
    expect(wrongName(bad)).toHaveLength(1)
    expect(wrongStart(bad)).toHaveLength(1)
    expect(bad.topLevel).toEqual(['mutable variable', 'default export', 'export star'])
  })

  it('finds a cycle', () => {
    const a = parseSourceFile('core/a.ts', `import './b.ts'`)
    const b = parseSourceFile('core/b.ts', `import type { A } from './a.ts'`)
    expect(findCycles([a, b])).toEqual(['core/a.ts -> core/b.ts -> core/a.ts'])
  })
})
