/** Other people's YAML as a plain value: nothing of it is a manifest. */
import { parse } from 'yaml'

/** By YAML 1.2's core schema. Undefined for a text that is none, and for one with aliases, which could be very large. */
export function readYamlValue(text: string): unknown {
  try {
    return parse(text, { schema: 'core', maxAliasCount: 0, logLevel: 'silent', prettyErrors: false }) as unknown
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
