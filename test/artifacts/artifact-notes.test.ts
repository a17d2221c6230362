/** Notes beside the artifacts, in a real folder. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openArtifactNotes } from '../../reconciler/artifacts/artifact-notes.ts'

const notes = openArtifactNotes()
let folder: string
let store: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-notes-'))
  store = `folder:${join(folder, 'store')}`
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('are listed by topic and name, and none before the first', async () => {
  expect(await notes.list(store, 'pushed/production/ab')).toEqual([])
  await notes.add(store, 'pushed/production/ab', { name: '2.json', text: 'ü\n' })
  await notes.add(store, 'pushed/production/ab', { name: '1.json', text: 'one' })
  await notes.add(store, 'pushed/staging/ab', { name: '3.json', text: 'three' })
  await notes.add(store, 'pushed/production/ab', { name: '1.json', text: 'one' })
  // Of a writer that is gone.
  writeFileSync(join(folder, 'store/pushed/production/ab/.3.json.half'), 'th')
  expect(await notes.list(store, 'pushed/production/ab')).toEqual([{ name: '1.json', text: 'one' }, { name: '2.json', text: 'ü\n' }]) // prettier-ignore
  expect(readdirSync(join(folder, 'store/pushed')).toSorted()).toEqual(['production', 'staging'])
})

it('are gone when they were removed, also twice, and the others stay', async () => {
  for (const name of ['1.json', '2.json']) await notes.add(store, 'pushed/production/ab', { name, text: name })
  await notes.remove(store, 'pushed/production/ab', '1.json')
  await notes.remove(store, 'pushed/production/ab', '1.json')
  await notes.remove(store, 'pushed/none', '1.json')
  expect(await notes.list(store, 'pushed/production/ab')).toEqual([{ name: '2.json', text: '2.json' }])
  await expect(notes.remove(store, 'pushed', '../1.json')).rejects.toMatchObject({ code: 'invalid-input' })
})

it('are listed without those that are removed meanwhile', async () => {
  const many = Array.from({ length: 300 }, (_, at) => `${at + 100}.json`)
  for (const name of ['099.json', ...many]) await notes.add(store, 'topic', { name, text: name })
  const listing = notes.list(store, 'topic')
  await Promise.all(many.map((name) => notes.remove(store, 'topic', name)))
  expect((await listing)[0]).toEqual({ name: '099.json', text: '099.json' })
})

it.each([['..', 'a'], ['a/../../b', 'a'], ['a//b', 'a'], ['/a', 'a'], ['a', '.hidden'], ['a', 'b/c'], ['a', '']])('never leave their topic: %j, %j', async (topic, name) => {
  await expect(notes.add(store, topic, { name, text: '' })).rejects.toMatchObject({ code: 'invalid-input' })
}) // prettier-ignore

it('say when the place can not be written, and when it is none', async () => {
  writeFileSync(join(folder, 'store'), 'a file')
  await expect(notes.add(store, 'a', { name: 'b', text: '' })).rejects.toMatchObject({ code: 'environment' })
  await expect(notes.list(store, 'a')).rejects.toMatchObject({ code: 'unavailable' })
  await expect(notes.list('s3:bucket', 'a')).rejects.toMatchObject({ code: 'unsupported' })
})
