/** The real program as a real process: start-up, broken pipes, colours, exit codes. */
import { spawn, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { builtFile, packageRoot } from '../../reconciler/core/package-root.ts'

const program = builtFile('main.js')

function run(args: readonly string[], environment: Record<string, string> = {}) {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env: { ...process.env, ...environment } })
}

describe('the program', () => {
  it('starts fast: light commands add at most 100 ms to an empty Node', () => {
    const time = (args: readonly string[]): number => {
      const durations = Array.from({ length: 7 }, () => {
        const startedMs = performance.now()
        spawnSync(process.execPath, args)
        return performance.now() - startedMs
      })
      return Math.min(...durations)
    }
    const empty = time(['-e', '0'])
    // An empty Node takes 40 ms where nothing else runs: a slower machine is slower with both.
    const allowedMs = Math.max(100, 2.5 * empty)
    expect(time([program, '--help']) - empty).toBeLessThan(allowedMs)
    expect(time([program, 'explain', 'weights-sum']) - empty).toBeLessThan(allowedMs)
  })

  it('ends quietly when its reader goes away', async () => {
    const child = spawn('sh', ['-c', `"$0" "$1" explain; echo "code $?" >&2`, process.execPath, program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let errors = ''
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
    await new Promise((resolve) => child.once('close', resolve))
    expect(errors).toBe('code 0\n')
  })

  it('writes no colours where there is no terminal', () => {
    const { stderr, status } = run(['explain', 'no-such-rule'])
    expect([stderr.split('\n')[0], status]).toEqual(['error: no rule no-such-rule', 2])
  })

  it('writes colours on a terminal, unless NO_COLOR is set', () => {
    const onTerminal = (environment: Record<string, string>): string => {
      const line = `${process.execPath} ${program} explain no-such-rule`
      return spawnSync('script', ['-qec', line, '/dev/null'], {
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', TERM: 'xterm', ...environment },
      }).stdout
    }
    expect(onTerminal({})).toContain('\u001b[31merror:')
    expect(onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b')
  })

  it('never reads the folder of the checkout to know itself', () => {
    expect(spawnSync(process.execPath, [program, '--version'], { cwd: '/', encoding: 'utf8' }).stdout).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    )
    expect(packageRoot).not.toBe('/')
  })
})
