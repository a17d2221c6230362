/** Finds the place of an artifact store by its address. */
import { MainwardError } from '../core/error.ts'
import { folderPlace } from './folder-place.ts'
import type { ArtifactPlace } from './place.ts'

/** A new sort of store is one line. */
const places: Readonly<Record<string, (address: string) => ArtifactPlace>> = { folder: folderPlace }

/** Throws `unsupported` for another sort of store, and what the sort throws for an address that is none. */
export function openPlace(store: string): ArtifactPlace {
  const colon = store.indexOf(':')
  const open = Object.hasOwn(places, store.slice(0, colon)) ? places[store.slice(0, colon)] : undefined
  if (open !== undefined) return open(store.slice(colon + 1))
  const known = Object.keys(places).map((name) => `${name}:PLACE`)
  throw new MainwardError('unsupported', `expected an artifact store ${known.join(' or ')}, found ${JSON.stringify(store)}`)
}
