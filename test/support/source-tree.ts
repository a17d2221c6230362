/** Reads the source tree as imports and effects, for the architecture test. Knows no rule about them. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import ts from 'typescript'

export interface SourceFile {
  /** Below reconciler/, with forward slashes: `manifests/kinds/model.ts`. */
  readonly path: string
  /** The first folder, or the file's own name at the top: `manifests`, `main.ts`. */
  readonly folder: string
  readonly text: string
  /** Files of the tree that it imports, types and dynamic imports included. */
  readonly imports: readonly string[]
  /** Packages and node modules that it imports: `node:fs`, `pg`. */
  readonly packages: readonly string[]
  /** Uses of the outside world without an import: `Date.now`, `process.env`, `fetch`, … */
  readonly effects: readonly string[]
  /** Things that house rules forbid at the top level of a module. */
  readonly topLevel: readonly ('mutable variable' | 'default export' | 'export star')[]
}

export function readSourceTree(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.split(sep).join('/'))
    .sort()
    .map((path) => parseSourceFile(path, readFileSync(join(root, path), 'utf8')))
}

export function parseSourceFile(path: string, text: string): SourceFile {
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
  const relatives = specifiers.filter((specifier) => specifier.startsWith('.'))
  return {
    path,
    folder: path.split('/')[0] ?? path,
    text,
    imports: relatives.map((specifier) => posix.join(dirname(path), specifier)),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')).map(packageName),
    effects: findEffects(parsed),
    topLevel: parsed.statements.flatMap(classifyStatement),
  }
}

/** Groups of files that import each other in a circle, each as the circle's path. */
export function findCycles(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, above: readonly string[]): void => {
    const start = above.indexOf(path)
    if (start >= 0) cycles.push([...above.slice(start), path].join(' -> '))
    if (start >= 0 || done.has(path)) return
    for (const next of byPath.get(path)?.imports ?? []) visit(next, [...above, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return cycles
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier.split('/')[0] ?? specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

const watchedMembers = new Set([
  'Date.now',
  'Math.random',
  'process.env',
  'performance.now',
  'crypto.randomUUID',
  'crypto.getRandomValues',
])

function findEffects(parsed: ts.SourceFile): readonly string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      const name = `${node.expression.getText(parsed)}.${node.name.text}`.replace(/^globalThis\./, '')
      if (watchedMembers.has(name)) found.push(name)
    }
    if (ts.isNewExpression(node) && node.expression.getText(parsed) === 'Date' && (node.arguments ?? []).length === 0)
      found.push('new Date()')
    if (ts.isCallExpression(node) && ['fetch', 'globalThis.fetch'].includes(node.expression.getText(parsed))) found.push('fetch')
    ts.forEachChild(node, visit)
  }
  visit(parsed)
  return found
}

function classifyStatement(statement: ts.Statement): SourceFile['topLevel'] {
  if (ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Const) === 0)
    return ['mutable variable']
  if (ts.isExportAssignment(statement)) return ['default export']
  if (ts.isExportDeclaration(statement) && statement.exportClause === undefined && !statement.isTypeOnly) return ['export star']
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ? ['default export'] : []
}
