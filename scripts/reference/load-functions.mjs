// The functions that cases may name: the tables of topics/, one file a topic, each `export const functions = { name: (input) => result }`.
import { readdirSync } from 'node:fs'

const folder = new URL('topics/', import.meta.url)

/** Every function by its name. Two topics with one name are a mistake. */
export async function loadFunctions() {
  const found = new Map()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs'))) {
    const { functions } = await import(new URL(file, folder).href)
    for (const [name, run] of Object.entries(functions)) {
      if (found.has(name)) throw new Error(`topics/${file}: another topic has a function ${name} already`)
      found.set(name, run)
    }
  }
  return found
}
