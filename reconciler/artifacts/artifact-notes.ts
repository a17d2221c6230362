/** Small notes beside the artifacts of a store, by topic: what whoever has the store alone can know of them. */
import { MainwardError } from '../core/error.ts'
import { openPlace } from './open-place.ts'

export interface ArtifactNotes {
  /**
   * Resolves when the note is durable. Of one name every writer writes the same text, so it does not matter who is last. Throws
   * `environment` when the place is full or can not be written, `invalid-input` for a topic or name that is no path.
   */
  add(store: string, topic: string, note: ArtifactNote): Promise<void>
  /**
   * Puts a note in the place of one of this name: of several writers the last counts. Readers see the old one or the new one, whole.
   * Durable, and throws, as `add`.
   */
  replace(store: string, topic: string, note: ArtifactNote): Promise<void>
  /** Resolves when no reader finds it any more; does nothing when it is not there. Throws `environment`, `invalid-input`. */
  remove(store: string, topic: string, name: string): Promise<void>
  /** By name. Empty when nothing was ever written. Throws `unavailable`. */
  list(store: string, topic: string): Promise<readonly ArtifactNote[]>
}

export interface ArtifactNote {
  readonly name: string
  readonly text: string
}

/** A topic has one or more names, with `/` in between. */
export function openArtifactNotes(): ArtifactNotes {
  const write: ArtifactNotes['add'] = async (store, topic, { name, text }) =>
    openPlace(store).writeNote(checkTopic(topic), checkName(name), Buffer.from(text))
  return {
    add: write,
    replace: write,
    remove: async (store, topic, name) => openPlace(store).removeNote(checkTopic(topic), checkName(name)),
    list: async (store, topic) => openPlace(store).readNotes(checkTopic(topic)),
  }
}

function checkTopic(topic: string): readonly string[] {
  return topic.split('/').map(checkName)
}

/** A name becomes part of a path: nothing may lead elsewhere, and half-written files begin with a dot. */
function checkName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(name)) return name
  throw new MainwardError('invalid-input', `expected a name of letters, digits, ".", "_" and "-", found ${JSON.stringify(name)}`)
}
