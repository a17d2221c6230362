/** YAML at the head of a markdown file, between lines of three dashes, as Hugging Face and static sites read it. Pure. */
import { stringify } from 'yaml'

/** Members in their order; undefined ones are left out. No line is broken, no alias made: the same value gives the same bytes. */
export function writeFrontMatter(value: object): string {
  return `---\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, keepUndefined: false })}---\n`
}
