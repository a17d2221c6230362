/** Finds the route of a request's path: literal segments and `:parameters`. Knows no HTTP beyond paths and verbs. */
import type { ApiRoute } from './api-route.ts'

/** One path with everything that answers there. */
export interface RoutedPath {
  readonly byMethod: ReadonlyMap<string, ApiRoute>
  /** For the header `Allow`. */
  readonly allowed: string
}

export interface RouteMatch {
  readonly path: RoutedPath
  readonly params: Readonly<Record<string, string>>
}

/** Null: there is nothing at this address. Throws `URIError` for a path that is not valid percent-encoding. */
export type MatchPath = (path: string) => RouteMatch | null

interface Branch {
  readonly literals: Map<string, Branch>
  parameter: Branch | null
  end: { readonly path: RoutedPath; readonly names: readonly string[] } | null
}

/** A literal is preferred to a parameter. A slash at the end is ignored. */
export function compileRouter(routes: readonly ApiRoute[]): MatchPath {
  const root = emptyBranch()
  for (const pattern of new Set(routes.map(({ path }) => path))) addPath(root, pattern, routes)
  const recent = new Map<string, RouteMatch>()
  return (path) => {
    const known = recent.get(path)
    if (known !== undefined) return known
    const found = matchPath(root, path)
    if (found === null || path.length > longestKept) return found
    if (recent.size >= mostKept) recent.clear()
    recent.set(path, found)
    return found
  }
}

/** Clients ask for the same few paths again and again. */
const mostKept = 256
const longestKept = 256

function matchPath(root: Branch, path: string): RouteMatch | null {
  if (path.includes('%')) decodeURIComponent(path)
  const segments = path.split('/')
  if (segments.length > 2 && segments.at(-1) === '') segments.pop()
  return matchSegments(root, segments)
}

function emptyBranch(): Branch {
  return { literals: new Map(), parameter: null, end: null }
}

function addPath(root: Branch, pattern: string, routes: readonly ApiRoute[]): void {
  const names: string[] = []
  let branch = root
  for (const segment of pattern.split('/').slice(1)) branch = growBranch(branch, segment, names)
  const own = routes.filter(({ path }) => path === pattern)
  const methods = own.map(({ method }) => method as string)
  if (methods.includes('GET')) methods.push('HEAD')
  const byMethod = new Map(own.map((route) => [route.method as string, route]))
  const get = byMethod.get('GET')
  if (get !== undefined) byMethod.set('HEAD', get)
  branch.end = { path: { byMethod, allowed: methods.join(', ') }, names }
}

function growBranch(branch: Branch, segment: string, names: string[]): Branch {
  if (segment.startsWith(':')) {
    names.push(segment.slice(1))
    branch.parameter ??= emptyBranch()
    return branch.parameter
  }
  const known = branch.literals.get(segment) ?? emptyBranch()
  branch.literals.set(segment, known)
  return known
}

function matchSegments(root: Branch, segments: readonly string[]): RouteMatch | null {
  const values: string[] = []
  const end = findEnd(root, segments, 1, values)
  return end === null ? null : { path: end.path, params: nameParameters(end.names, values) }
}

/** Goes back to the parameter where a literal leads nowhere: a model may be called like a route. */
function findEnd(branch: Branch, segments: readonly string[], index: number, values: string[]): Branch['end'] {
  if (index === segments.length) return branch.end
  const segment = segments[index] ?? ''
  const literal = branch.literals.get(segment)
  const found = literal === undefined ? null : findEnd(literal, segments, index + 1, values)
  if (found !== null || branch.parameter === null || segment === '') return found
  values.push(segment)
  const end = findEnd(branch.parameter, segments, index + 1, values)
  if (end === null) values.pop()
  return end
}

function nameParameters(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  const params: Record<string, string> = {}
  for (let index = 0; index < names.length; index++) params[names[index] ?? ''] = decodeSegment(values[index] ?? '')
  return params
}

function decodeSegment(segment: string): string {
  return segment.includes('%') ? decodeURIComponent(segment) : segment
}
