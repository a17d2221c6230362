// Stores artifacts from dist/ until it is killed or done: argument { dist, store, sizeBytes, times }. Prints one line a stored artifact.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { dist, store, sizeBytes, times } = JSON.parse(process.argv[2])
const { openArtifactStore } = await import(pathToFileURL(join(dist, 'artifacts/artifact-store.js')).href)
const artifacts = openArtifactStore()
for (let index = 0; index < times; index++) {
  const bytes = Buffer.alloc(sizeBytes, index)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await artifacts.put(store, sha256, bytes)
  process.stdout.write(`${sha256}\n`)
}
