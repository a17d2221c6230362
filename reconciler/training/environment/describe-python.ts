/** Asks a Python what it is and what is installed for it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { MainwardError } from '../../core/error.ts'
import type { InstalledPackage } from '../../core/training-run.ts'

export interface PythonDescription {
  /** Such as `3.11.7`. */
  readonly version: string
  /** `cpython`. */
  readonly implementation: string
  /** Where its standard library is: tells two installations of one version apart. */
  readonly base: string
  /** The program itself, also where `python3` is a script that chooses one. */
  readonly executable: string
  /** The pip that comes with it as one file, where it can make environments; null: it can not. */
  readonly pipWheel: string | null
  /** The folder of installed packages. */
  readonly sitePackages: string
  /** By normalised name (PyPA, name normalisation); of a name that is there twice, what an import finds. */
  readonly packages: readonly InstalledPackage[]
}

/** `-I` leaves out what is installed for one user: a trainer, whose HOME is empty, does not see it either. */
const script = `
import glob, json, os, platform, re, sys, sysconfig
from importlib import metadata
try:
    import ensurepip, venv
    bundled = os.path.join(os.path.dirname(ensurepip.__file__), '_bundled')
    folders = [bundled, sysconfig.get_config_var('WHEEL_PKG_DIR'), '/usr/share/python-wheels']
    wheels = [wheel for folder in folders if folder for wheel in sorted(glob.glob(os.path.join(folder, 'pip-*.whl')))]
except ImportError:
    wheels = []
found = {}
for each in metadata.distributions():
    name = each.metadata['Name']
    if name:
        found.setdefault(re.sub('[-_.]+', '-', name).lower(), each.version)
print(json.dumps({
    'version': platform.python_version(),
    'implementation': sys.implementation.name,
    'base': sys.base_prefix,
    'executable': sys.executable,
    'pipWheel': wheels[0] if wheels else None,
    'sitePackages': sysconfig.get_path('purelib'),
    'packages': [{'name': name, 'version': found[name]} for name in sorted(found)],
}))
`

const timeoutMs = 60_000

/** Null: there is no such program. Throws `environment` when it is there and can not say what it is. */
export async function describePython(
  program: string,
  environment: Readonly<Record<string, string>>,
): Promise<PythonDescription | null> {
  try {
    const options = { env: environment, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 }
    const { stdout } = await promisify(execFile)(program, ['-I', '-c', script], options)
    return JSON.parse(stdout) as PythonDescription
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    const last = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr).trim().split('\n').at(-1) : undefined
    throw new MainwardError(
      'environment',
      `${program} does not run: ${last === undefined || last === '' ? String(thrown) : last}`,
      {
        hint: 'trainers need Python 3.8 or newer as python3',
        cause: thrown,
      },
    )
  }
}
