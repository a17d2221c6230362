import { describe, expect, it } from 'vitest'
import { isLoopback } from '../../reconciler/core/loopback.ts'

describe('loopback', () => {
  it.each(['localhost', '::1', '127.0.0.1', '127.255.255.254'])('is %s', (host) => expect(isLoopback(host)).toBe(true))

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', '127.0.0', '127.0.0.256', 'example.org', ''])(
    'is not %s',
    (host) => expect(isLoopback(host)).toBe(false),
  )
})
