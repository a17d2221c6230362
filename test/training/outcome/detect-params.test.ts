/** Parameters found on command lines and in params files, and what is said of differences. */
import { describe, expect, it } from 'vitest'
import { detectParams } from '../../../reconciler/training/outcome/detect-params.ts'

describe('a command line', () => {
  it.each([
    ['--depth 4', { depth: 4 }],
    ['--depth=4', { depth: 4 }],
    ['--learning-rate 1e-3', { learning_rate: 0.001 }],
    ['--shift -0.5', { shift: -0.5 }],
    ['--verbose', { verbose: true }],
    ['--verbose --depth 4', { verbose: true, depth: 4 }],
    ['--use-gpu=false', { use_gpu: false }],
    ['--name=', { name: '' }],
    ['--name 2024-01-01', { name: '2024-01-01' }],
    ['model.depth=4 solver=sgd', { 'model.depth': 4, solver: 'sgd' }],
    ['data/train.csv -v 4 --', {}],
    ['--a.b=1=2', { 'a.b': '1=2' }],
  ])('%s', (line, expected) => {
    const command = ['python3', 'train.py', ...line.split(' ')]
    expect(detectParams({ declared: {}, command, left: {} })).toEqual({ params: expected, warnings: [] })
  })
})

describe('what the trainer left', () => {
  const declared = { depth: 6, rate: 0.1, layers: [4, 2] }
  const command = ['python3', 'train.py']

  it('counts before the command line, and may have more names', () => {
    const found = detectParams({ declared: {}, command: [...command, '--depth', '4'], left: { depth: 5, trees: 10 } })
    expect(found).toEqual({ params: { depth: 5, trees: 10 }, warnings: [] })
  })

  it('is no difference where only order and writing differ', () => {
    expect(detectParams({ declared: { a: { x: 1, y: 2.0 } }, command, left: { a: { y: 2, x: 1 } } }).warnings).toEqual([])
  })

  it('is warned of where it differs, or lacks a name', () => {
    expect(detectParams({ declared, command, left: { depth: 6, layers: [4, 3] } }).warnings).toEqual([
      'the parameter rate is declared as 0.1, and the trainer left in its params file nothing',
      'the parameter layers is declared as [4,2], and the trainer left in its params file [4,3]',
    ])
  })

  it('is warned of where it is no JSON object', () => {
    expect(detectParams({ declared, command, left: null })).toEqual({
      params: {},
      warnings: ['the trainer left a params file that is no JSON object: what it used is not known'],
    })
  })
})
