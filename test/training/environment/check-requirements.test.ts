/** Which lines of a requirements.txt are refused, and which are warned of. */
import { describe, expect, it } from 'vitest'
import { checkRequirements } from '../../../reconciler/training/environment/check-requirements.ts'

describe('requirements', () => {
  it.each([
    ['an exact version', 'numpy==2.1.0'],
    ['an exact version with extras and a marker', 'uvicorn[standard]==0.30.1 ; python_version >= "3.9"'],
    ['a hash', 'numpy==2.1.0 --hash=sha256:abc'],
    ['a hash on the next line', 'numpy==2.1.0 \\\n    --hash=sha256:abc'],
    ['a package by address', 'tool @ git+https://example.org/tool@abc'],
    ['options of the index', '--index-url https://example.org/simple\n--only-binary :all:\n--find-links /opt/wheels'],
    ['comments and nothing', '# numpy\n\n   # more'],
  ])('with %s are fine', (_, text) => {
    expect(checkRequirements(text, 'requirements.txt')).toEqual([])
  })

  it.each([
    ['another file', 'numpy==2.1.0\n-r base.txt', 'r.txt:2 reads another file: -r base.txt'],
    ['constraints', '--constraint=limits.txt', 'r.txt:1 reads another file'],
    ['a folder', '\n\n-e .', 'r.txt:3 installs a folder: -e .'],
    ['a path', './wheels/a-1.0-py3-none-any.whl', 'r.txt:1 installs a file'],
    ['a file', 'tool @ file:///opt/tool.whl', 'r.txt:1 installs a file'],
    ['a folder of wheels beside it', '--find-links wheels', 'r.txt:1 looks into a folder beside it'],
  ])('that name %s are refused with the line', (_, text, message) => {
    expect(() => checkRequirements(text, 'r.txt')).toThrow(message)
  })

  it('name all other files at once', () => {
    expect(() => checkRequirements('-r a.txt\n-r b.txt', 'r.txt')).toThrow(/r\.txt:1 .*; r\.txt:2/)
  })

  it('without exact versions are warned of, all in one sentence', () => {
    expect(checkRequirements('numpy>=2\npandas\nscipy==1.*\nonnx==1.17.0', 'r.txt')).toEqual([
      'r.txt gives no exact version (==) of numpy>=2, pandas, scipy==1.*: another machine may install another one',
    ])
  })
})
