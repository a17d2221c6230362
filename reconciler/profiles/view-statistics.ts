/** What is known of the values of a view's features, and of which data: the document that is kept, and its JSON form. */
import type { Digest, Json } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import { jsonList, jsonNumber, jsonRecord, jsonText } from './json-fields.ts'
import { readProfile, writeProfile } from './profile-json.ts'
import type { Profile } from './profile.ts'

export interface ViewStatistics {
  readonly view: string
  /** Of the definition that the values were made by. */
  readonly digest: Digest
  /** Only what was known then counts: ISO 8601. */
  readonly asOf: string
  /** By the clock of the machine, ISO 8601. */
  readonly computedAt: string
  /** The definitions and files; null: a working tree. */
  readonly commit: string | null
  /** The data sources behind the view, by name. */
  readonly sources: readonly SourceState[]
  readonly features: readonly FeatureStatistics[]
}

/** What lay in a source. */
export interface SourceState {
  readonly name: string
  readonly rows: number
  /** Time of the newest row, ISO 8601; null without event times. */
  readonly lastEvent: string | null
  /** Equal for the same rows, in any order. */
  readonly fingerprint: Digest
}

export interface FeatureStatistics {
  readonly name: string
  /** `rows`: a value for each row of the view. `keys`: of a window, the value of each entity key as of `asOf`. */
  readonly of: 'rows' | 'keys'
  readonly profile: Profile
}

export const statisticsVersion = 1

export function writeViewStatistics({ features, sources, ...others }: ViewStatistics): Json {
  return {
    version: statisticsVersion,
    ...others,
    sources: sources.map((source) => ({ ...source })),
    features: features.map(({ profile, ...feature }) => ({ ...feature, profile: writeProfile(profile) })),
  }
}

/** Throws `unsupported` for another version, and `invalid-input` for what is no such document. */
export function readViewStatistics(written: Json): ViewStatistics {
  const document = jsonRecord(written, 'statistics')
  const { version, commit = null } = document
  if (version !== statisticsVersion) {
    throw new MainwardError(
      'unsupported',
      `expected statistics of version ${statisticsVersion}, found ${JSON.stringify(version)}`,
    )
  }
  return {
    view: jsonText(document, 'view'),
    digest: asDigest(jsonText(document, 'digest')),
    asOf: jsonText(document, 'asOf'),
    computedAt: jsonText(document, 'computedAt'),
    commit: commit === null ? null : jsonText(document, 'commit'),
    sources: jsonList(document, 'sources').map(readSource),
    features: jsonList(document, 'features').map(readFeature),
  }
}

function readSource(written: Json): SourceState {
  const source = jsonRecord(written, 'a source')
  return {
    name: jsonText(source, 'name'),
    rows: jsonNumber(source, 'rows'),
    lastEvent: source['lastEvent'] === null ? null : jsonText(source, 'lastEvent'),
    fingerprint: asDigest(jsonText(source, 'fingerprint')),
  }
}

function readFeature(written: Json): FeatureStatistics {
  const feature = jsonRecord(written, 'a feature')
  const of = jsonText(feature, 'of')
  if (of !== 'rows' && of !== 'keys') throw new MainwardError('invalid-input', `of: expected rows or keys, found ${of}`)
  return { name: jsonText(feature, 'name'), of, profile: readProfile(feature['profile'] ?? null) }
}

function asDigest(text: string): Digest {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text as Digest
  throw new MainwardError('invalid-input', `expected sha256: and 64 hex digits, found ${JSON.stringify(text.slice(0, 80))}`)
}
