/** Which training set files and definitions gave, by their digest: a set that did not change is not made again. */
import type { Digest } from '../../core/digest.ts'
import { keepEntries, readKeptEntries } from './kept-entries.ts'

export interface DatasetDigests {
  find(sources: Digest): Digest | null
  keep(sources: Digest, dataset: Digest): Promise<void>
}

const fileName = 'dataset-digests.json'

/** `folder` is the one of `train` in the state folder. */
export async function openDatasetDigests(folder: string): Promise<DatasetDigests> {
  const known = await readKeptEntries<Digest>(folder, fileName)
  return {
    find: (sources) => known.get(sources) ?? null,
    keep: (sources, dataset) => keepEntries(folder, fileName, known.set(sources, dataset)),
  }
}
