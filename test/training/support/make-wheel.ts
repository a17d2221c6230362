/** Writes a small real wheel (PEP 427), so that pip installs without a network. */
import { execFileSync } from 'node:child_process'

const script = `
import sys, zipfile
folder, name, version, source = sys.argv[1:]
info = f'{name}-{version}.dist-info'
files = {
    f'{name}.py': source,
    f'{info}/METADATA': f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n',
    f'{info}/WHEEL': 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
    f'{info}/entry_points.txt': f'[console_scripts]\\n{name}-program = {name}:main\\n',
}
files[f'{info}/RECORD'] = ''.join(f'{path},,\\n' for path in [*files, f'{info}/RECORD'])
with zipfile.ZipFile(f'{folder}/{name}-{version}-py3-none-any.whl', 'w') as wheel:
    for path, content in files.items():
        wheel.writestr(path, content)
`

/** A package with one module; `main` of it becomes the program `NAME-program`. */
export function makeWheel(folder: string, name: string, version: string, source: string): void {
  execFileSync('python3', ['-c', script, folder, name, version, source])
}
