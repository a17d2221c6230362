/** The protocol's parsers under a million bodies each, for `npm run soak`. */
import { describe, it } from 'vitest'
import { protocolProperties } from '../serving/support/protocol-properties.ts'

describe('the parsers take or refuse, and nothing else', () => {
  it.each(Object.entries(protocolProperties))('%s', async (_name, property) => {
    await property(1_000_000)
  })
})
