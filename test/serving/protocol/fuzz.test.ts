/** The protocol's parsers under bytes that nobody would send by mistake: a bounded run; `npm run soak` has a long one. */
import { describe, it } from 'vitest'
import { protocolProperties } from '../support/protocol-properties.ts'

describe('the parsers take or refuse, and nothing else', () => {
  it.each(Object.entries(protocolProperties))('%s', async (_name, property) => {
    await property(1000)
  })
})
