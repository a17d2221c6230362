/** Finds views, features and on-demand features by words: ranked, and always in the same order. Pure. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { compareText } from '../../core/finding.ts'
import { nearestName } from '../../manifests/nearest-name.ts'
import type { FeatureCatalogue, FeatureEntry, ViewEntry } from './feature-catalogue.ts'
import type { OnDemandEntry } from './on-demand-entries.ts'

/** What was found: all that a list of hits says of it. */
export interface SearchHit {
  readonly type: 'view' | 'feature' | 'on-demand'
  /** `VIEW`, `VIEW:FEATURE`, or `MODEL:FEATURE` of an on-demand feature. */
  readonly id: string
  /** Greater is nearer; only to be compared within one search. */
  readonly score: number
  /** Of the view, or of the model. */
  readonly owner: string | null
  /** Of the view; on-demand features have none. */
  readonly tags: readonly string[]
  readonly description: string | null
  /** Null for a view. */
  readonly dtype: FeatureDtype | null
  readonly unit: string | null
}

export interface SearchResult {
  /** The best first; of equal ones by id. */
  readonly hits: readonly SearchHit[]
  /** When there are no hits: for each word that nothing has, the nearest name, tag, owner or unit, where one is near. */
  readonly nearest: readonly string[]
}

/** Something that words are looked for in; `weight` is what a word counts that is the whole text, or one word of it. */
interface SearchedText {
  readonly text: string
  readonly weight: number
}

interface Candidate {
  readonly hit: Omit<SearchHit, 'score'>
  readonly own: readonly SearchedText[]
  /** Of the view or model of a feature: one of the words must be the feature's own. */
  readonly inherited: readonly SearchedText[]
}

const weights = { name: 10, tag: 4, owner: 3, unit: 3, description: 1 } as const
/** Times a weight: the text is the word, has it as a word, has a word that begins with it, has it anywhere. */
const shares = { whole: 10, word: 5, start: 3, part: 1 } as const
/** How much more a word counts that is a candidate's own than one of its view's. */
const ownFactor = 10

/** Hits have every word. Upper and lower case do not count. */
export function searchCatalogue({ views, onDemand }: FeatureCatalogue, words: readonly string[]): SearchResult {
  const wanted = words.flatMap((word) => word.toLowerCase().split(/\s+/)).filter((word) => word !== '')
  const candidates = [...views.flatMap(listCandidates), ...onDemand.map(candidateOf)]
  const hits = candidates.flatMap((candidate) => {
    const score = scoreCandidate(candidate, wanted)
    return score === 0 ? [] : [{ ...candidate.hit, score }]
  })
  if (hits.length > 0) return { hits: hits.sort((a, b) => b.score - a.score || compareText(a.id, b.id)), nearest: [] }
  return { hits, nearest: findNearest(candidates, wanted) }
}

function listCandidates(view: ViewEntry): readonly Candidate[] {
  const own = [
    { text: view.name, weight: weights.name },
    ...view.tags.map((text) => ({ text, weight: weights.tag })),
    ...textOf(view.owner, weights.owner),
    ...textOf(view.description, weights.description),
  ]
  const { name, owner, tags, description } = view
  const features = view.features.map((feature): Candidate => ({
    hit: { type: 'feature', id: feature.id, owner, tags, ...descriptionOf(feature) },
    own: ownTexts(feature),
    inherited: own,
  }))
  return [{ hit: { type: 'view', id: name, owner, tags, description, dtype: null, unit: null }, own, inherited: [] }, ...features]
}

function candidateOf(entry: OnDemandEntry): Candidate {
  return {
    hit: { type: 'on-demand', id: entry.id, owner: entry.owner, tags: [], ...descriptionOf(entry) },
    own: ownTexts(entry),
    inherited: [{ text: entry.model, weight: weights.name }, ...textOf(entry.owner, weights.owner)],
  }
}

type Described = Pick<FeatureEntry | OnDemandEntry, 'name' | 'description' | 'dtype' | 'unit'>

function descriptionOf({ description, dtype, unit }: Described): Pick<SearchHit, 'description' | 'dtype' | 'unit'> {
  return { description, dtype, unit }
}

function ownTexts({ name, unit, description }: Described): readonly SearchedText[] {
  return [{ text: name, weight: weights.name }, ...textOf(unit, weights.unit), ...textOf(description, weights.description)]
}

function textOf(text: string | null, weight: number): readonly SearchedText[] {
  return text === null ? [] : [{ text, weight }]
}

/** 0: some word is nowhere, or every word is only the view's or the model's. */
function scoreCandidate({ own, inherited, hit }: Candidate, words: readonly string[]): number {
  const scores = words.map((word) => {
    const whole = hit.id.toLowerCase() === word ? weights.name * shares.whole : 0
    return { own: Math.max(whole, scoreWord(own, word)) * ownFactor, inherited: scoreWord(inherited, word) }
  })
  if (scores.every((score) => score.own === 0)) return 0
  const totals = scores.map((score) => Math.max(score.own, score.inherited))
  return totals.includes(0) ? 0 : totals.reduce((sum, total) => sum + total, 0)
}

function scoreWord(texts: readonly SearchedText[], word: string): number {
  return Math.max(0, ...texts.map(({ text, weight }) => weight * shareOf(text.toLowerCase(), word)))
}

function shareOf(text: string, word: string): number {
  if (text === word) return shares.whole
  const words = splitWords(text)
  if (words.includes(word)) return shares.word
  if (words.some((each) => each.startsWith(word))) return shares.start
  return text.includes(word) ? shares.part : 0
}

function splitWords(text: string): readonly string[] {
  return text.split(/[^\p{L}\p{N}]+/u)
}

function findNearest(candidates: readonly Candidate[], words: readonly string[]): readonly string[] {
  const names = candidates.flatMap(({ own }) => own.filter(({ weight }) => weight > weights.description).map(({ text }) => text))
  const known = [...new Set([...names, ...names.flatMap(splitWords)])].filter((name) => name !== '').sort(compareText)
  const nearest = words.flatMap((word) => {
    if (known.some((name) => name.toLowerCase().includes(word))) return []
    return nearestName(word, known) ?? []
  })
  return [...new Set(nearest)]
}
