/** Text of other people, read by a parser of GitHub flavoured markdown that knows nothing of ours: it must come out as it went in. */
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { describe, expect, it } from 'vitest'
import { code, type Block, type Document, type Run } from '../../../reconciler/reports/document/document.ts'
import { renderMarkdown } from '../../../reconciler/reports/markdown/render-markdown.ts'

const toHtml = (markdown: string): string => {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

const page = (...blocks: readonly Block[]): Document => {
  return { title: '', sections: [{ kind: 'x', title: 'T', level: 1, isFolded: false, blocks }] }
}

const render = (...blocks: readonly Block[]): string => toHtml(renderMarkdown(page(...blocks), { pictureAddress: () => null }))

const named: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' }

/** The words of a page without its tags. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|lt|gt|quot|amp);/g, (entity, number?: string) => {
      return number === undefined ? (named[entity] ?? '') : String.fromCodePoint(Number(number))
    })
    .replaceAll('\u200b', '')
    .replace(/\s+/g, ' ')
    .trim()
}

const hostile = [
  '[click](https://evil.example)',
  'https://evil.example/x',
  'www.evil.example',
  'someone@evil.example',
  'mailto:someone@evil.example',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</td></tr></table><h1>approved</h1>',
  '</details>',
  'a | b | c',
  'a \\| b',
  '`code` ``more`` \\`',
  '**bold** _italic_ ~~gone~~ snake_case',
  '![x](https://evil.example/x.png)',
  '&lt;b&gt; &#64;admin',
  '# heading',
  '- item',
  '12. item',
  '> quote',
  '==='.repeat(3),
  '---',
  '| a | b |',
  '[^1]: note',
  '[x]: https://evil.example',
  '\\',
  '$x$',
]

describe('text of other people', () => {
  it.each(hostile)('stays text in a line, a list, a table and a heading: %s', (text) => {
    const html = render(
      { type: 'paragraph', text },
      { type: 'list', items: [text] },
      { type: 'table', columns: [{ title: text }, { title: 'b' }], rows: [[text, 'next']] },
      { type: 'details', summary: text, blocks: [{ type: 'paragraph', text }] },
    )
    const tags = [...html.matchAll(/<(\/?[a-z0-9]+)[^>]*>/g)].map(([, tag]) => tag ?? '')
    const ours = /^\/?(h2|p|ul|li|table|thead|tbody|tr|th|td|details|summary)$/
    expect(tags.filter((tag) => !ours.test(tag))).toEqual([])
    expect(tags.filter((tag) => tag === 'td')).toHaveLength(2)
    expect(textOf(html)).toBe(`T ${[text, text, text, 'b', text, 'next', text, text].map((part) => part.trim()).join(' ')}`)
  })

  it.each(hostile)('stays text as code: %s', (text) => {
    const html = render({ type: 'table', columns: [{ title: 'a' }, { title: 'b' }], rows: [[code(text), 'next']] })
    expect([...html.matchAll(/<td>/g)]).toHaveLength(2)
    expect(html).not.toMatch(/<(a|img|script|h1|em|strong|del)\b/)
    expect(textOf(html)).toBe(`T a b ${text} next`)
  })

  it('mentions nobody, and no issue', () => {
    const markdown = renderMarkdown(page({ type: 'paragraph', text: '@octocat fixes #12, GH-12, a/b#3, team@org' }), {
      pictureAddress: () => null,
    })
    // GitHub looks for these in the text of the finished page: nothing of them may stand together there.
    expect(toHtml(markdown)).not.toMatch(/@\w|#\d|GH-\d/i)
  })

  it('shows what would move a cursor or turn the order of letters', () => {
    expect(textOf(render({ type: 'paragraph', text: 'a\u202eb\u001b[31mc\u0000' }))).toBe('T a\\u202eb\\u001b[31mc\\u0000')
  })

  it('stays in its block of code', () => {
    const text = 'a\n```\n# not a heading\n````\n'
    expect(render({ type: 'code', text })).toContain('<pre><code>a\n```\n# not a heading\n````\n\n</code></pre>')
  })

  it('comes out as it went in, whatever it is', () => {
    const signs = fc.constantFrom(...'\\`*_[]()<>#+-.!|~&$@:/=^{}"\'1aw \n'.split(''))
    const text = fc.array(signs, { minLength: 1, maxLength: 30 }).map((parts) => parts.join(''))
    const runs = fc.tuple(text, fc.constantFrom<Run['style']>('code', undefined))
    fc.assert(
      fc.property(runs, ([written, style]) => {
        fc.pre(written.trim() !== '')
        const run: Run = style === undefined ? { text: written } : { text: written, style }
        const html = render({ type: 'table', columns: [{ title: 'a' }, { title: 'b' }], rows: [[run, 'next']] })
        expect(textOf(html)).toBe(`T a b ${written.replace(/\s+/g, ' ').trim()} next`.replace(/\s+/g, ' '))
        const line = render({ type: 'paragraph', text: run })
        expect(line).not.toMatch(/<(a|img|h1|em|strong|del|ul|ol|blockquote|hr|pre)\b/)
        expect(textOf(line)).toBe(`T ${written.replace(/\s+/g, ' ').trim()}`)
      }),
      { numRuns: 500 },
    )
  })
})
