import { describe, expect, it } from 'vitest'
import { renderTable } from '../../reconciler/cli/table.ts'

describe('a table', () => {
  it('aligns columns and leaves no blanks at line ends', () => {
    const text = renderTable(
      [{ title: 'MODEL' }, { title: 'SHARE', align: 'right' }, { title: 'WHY' }],
      [
        ['flight-delay', '5 %', ''],
        ['loan', '100 %', 'serves'],
      ],
    )
    expect(text).toBe('MODEL         SHARE  WHY\nflight-delay    5 %\nloan          100 %  serves\n')
  })

  it('counts letters, not bytes or colours', () => {
    const red = '\u001b[31mé𝛼\u001b[39m'
    expect(
      renderTable(
        [{ title: 'A' }, { title: 'B' }],
        [
          [red, 'x'],
          ['abc', 'y'],
        ],
      ),
    ).toBe(`A    B\n${red}   x\nabc  y\n`)
  })

  it('has only titles when there are no rows', () => {
    expect(renderTable([{ title: 'A' }, { title: 'B' }], [])).toBe('A  B\n')
  })
})
