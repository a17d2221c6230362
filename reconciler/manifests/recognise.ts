/** Tells manifests of ours from other YAML, by text before parsing and by value after it. */
import { apiVersion } from '../core/resource.ts'
import { editDistance } from './nearest-name.ts'

const group = 'mainward.dev'
const ourKind =
  /^["']?kind["']?[ \t]*:[ \t]*["']?(?:Project|Entity|DataSource|FeatureView|Model|ModelVersion|Rollout)["']?[ \t]*(?:#.*)?\r?$/m
const anyApiVersion = /\bapiversion["']?\s*:\s*["']?([^\s"',}#]+)/gi

/** Whether a text may be a manifest of ours, also a misspelt one. Cheap: most YAML of a repository is not. */
export function mayBeManifest(text: string): boolean {
  if (text.includes(group)) return true
  const versions = [...text.matchAll(anyApiVersion)].map((match) => match[1] ?? '')
  if (versions.length === 0) return ourKind.test(text) && /^["']?spec["']?[ \t]*:/m.test(text)
  // An escape in double quotes may stand for any letter.
  return versions.some((version) => version.includes('\\') || isNearApiVersion(version))
}

/** Whether a text that cannot be parsed is meant as a manifest of ours: its own top level says so. */
export function isMeantAsManifest(text: string): boolean {
  const own = /^(?:---)?[ \t]*\{?[ \t]*["']?apiversion["']?[ \t]*:[ \t]*["']?([^\s"',}#]+)/im.exec(text)
  return own === null ? ourKind.test(text) : isNearApiVersion(own[1] ?? '')
}

/** Whether a parsed value is a manifest of ours, right or misspelt. */
export function isManifest(value: unknown): value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const members = value as Readonly<Record<string, unknown>>
  const key = Object.keys(members).find((candidate) => candidate.toLowerCase() === apiVersionKey)
  if (key !== undefined) return typeof members[key] === 'string' && isNearApiVersion(members[key])
  const misspelt = Object.values(members).some((member) => typeof member === 'string' && member === apiVersion)
  return misspelt || (typeof members.kind === 'string' && ourKind.test(`kind: ${members.kind}`) && 'spec' in members)
}

const apiVersionKey = 'apiversion'

function isNearApiVersion(text: string): boolean {
  const found = (text.split('/')[0] ?? '').toLowerCase()
  return found.includes('mainward') || editDistance(found.slice(0, 40), group) <= 2
}
