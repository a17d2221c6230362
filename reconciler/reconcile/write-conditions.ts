/** The stage that always runs last: it writes what every stage came to. */
import { canonicalJson } from '../core/digest.ts'
import { observe } from './observe.ts'
import { eventsOf, summarizeConditions } from './summarize-conditions.ts'
import type { Pass } from './stages.ts'

/** Nothing is written when nothing changed. */
export async function writeConditions(pass: Pass): Promise<void> {
  const { memory, ports, settings, wallMs } = pass
  const previous = memory.conditions ?? (await ports.journal.readConditions())
  const observed = await observe(pass)
  const next = summarizeConditions({ memory, observed, environment: settings.environment, wallMs }, previous)
  if (memory.conditions !== null && canonicalJson(next) === canonicalJson(previous)) return
  memory.conditions = null
  await ports.journal.writeConditions(memory.epoch, next, eventsOf(previous, next, wallMs))
  memory.conditions = next
}
