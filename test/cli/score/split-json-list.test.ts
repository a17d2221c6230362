/** The text of a JSON list, cut into its members while it arrives; JSON.parse of the whole is the reference. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitJsonList } from '../../../reconciler/cli/score/split-json-list.ts'

async function split(pieces: readonly string[]): Promise<readonly unknown[]> {
  const members: unknown[] = []
  for await (const text of splitJsonList(arrive(pieces), 'rows.json')) members.push(JSON.parse(text))
  return members
}

async function* arrive(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) yield await Promise.resolve(piece)
}

/** In pieces of the sizes, over and over. */
function cut(text: string, sizes: readonly number[]): readonly string[] {
  const pieces: string[] = []
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return pieces
}

describe('splitJsonList', () => {
  it('gives the members that JSON.parse gives, wherever the pieces end', async () => {
    const list = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 8 })
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(list, sizes, fc.constantFrom(undefined, 2), async (rows, pieces, indent) => {
        const text = ` ${JSON.stringify(rows, null, indent)}\n`
        expect(await split(cut(text, pieces))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('passes over quotes, brackets and escapes in texts', async () => {
    const rows = [{ 'a"]': '[{\\"' }, { b: '\\\\' }, { c: [1, { d: '}' }] }]
    expect(await split([JSON.stringify(rows)])).toEqual(rows)
  })

  it.each([
    ['{"a":1}', 'expected a list of rows in rows.json, found "{"'],
    ['"a"', 'expected a list of rows in rows.json, found "\\""'],
    ['[{"a":1}', "found its end before the list's"],
    ['', "found its end before the list's"],
    ['[] []', 'expected nothing behind the list in rows.json, found "["'],
    ['[] x', 'expected nothing behind the list in rows.json, found "x"'],
    [']', 'expected a list of rows in rows.json, found "]"'],
  ])('refuses %j', async (text, message) => {
    await expect(split([text])).rejects.toThrow(message)
  })
})
