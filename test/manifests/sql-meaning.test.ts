/** Layout and comments of SQL do not count; every token does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sqlMeaning } from '../../reconciler/manifests/sql-meaning.ts'

describe('the meaning of SQL', () => {
  it.each([
    ['SELECT  a,\n\tb FROM t\n', 'SELECT a, b FROM t'],
    ['SELECT a -- the first\nFROM t', 'SELECT a FROM t'],
    ['-- before\nSELECT 1 -- after', 'SELECT 1'],
    ['SELECT/* one /* two */ */1', 'SELECT 1'],
    ['SELECT \'a  --  b\', "c  /* d */"', 'SELECT \'a  --  b\', "c  /* d */"'],
    ["SELECT 'it''s  here'  , 1", "SELECT 'it''s  here' , 1"],
    ["SELECT E'it\\'s  --  here'  , 1", "SELECT E'it\\'s  --  here' , 1"],
    ["SELECT e'a\\\\'  , 'b  c'", "SELECT e'a\\\\' , 'b  c'"],
    ["SELECT name'a  b'", "SELECT name'a  b'"],
    ['SELECT $$ a  -- b $$  , $x$ c  $$ d  $x$  , $1', 'SELECT $$ a  -- b $$ , $x$ c  $$ d  $x$ , $1'],
    ['SELECT a - -1, b--c', 'SELECT a - -1, b'],
    ['SELECT 1 / 2 * 3', 'SELECT 1 / 2 * 3'],
    ['SELECT größe  FROM  {{ source }}', 'SELECT größe FROM {{ source }}'],
    ['', ''],
  ])('of %j is %j', (sql, expected) => {
    expect(sqlMeaning(sql)).toBe(expected)
    expect(sqlMeaning(expected)).toBe(expected)
  })

  it.each(["SELECT  'a", 'SELECT  "a', 'SELECT  /* a', 'SELECT  /* /* a */'])(
    'of what never ends is the text itself: %j',
    (sql) => {
      expect(sqlMeaning(sql)).toBe(sql)
    },
  )

  it('keeps every token, and all letters of literals, in their order', () => {
    const literal = fc.constantFrom("'a  b'", "'--'", "'/*'", '"c  d"', '$$ e  -- f $$', "E'\\'  '", '$t$ $$ $t$')
    const token = fc.oneof(literal, fc.constantFrom('SELECT', 'x', '1.5', ',', '(', ')', '<=', '+', '{{ source }}'))
    const gap = fc.constantFrom(' ', '\n', '\t  ', ' -- note \n', '/* note */', ' /* a /* b */ c */ ')
    fc.assert(
      fc.property(fc.array(fc.tuple(token, gap), { maxLength: 20 }), (parts) => {
        const written = parts.map(([text, space]) => text + space).join('')
        const expected = parts.map(([text]) => text).join(' ')
        expect(sqlMeaning(written)).toBe(expected)
      }),
    )
  })
})
