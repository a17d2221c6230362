/** Rules on the behaviour tests of a Model, and a model that obeys them. */
import { trainingExample } from './examples.ts'
import type { Rule } from './rule.ts'

export const behaviourExample = trainingExample.replace(
  '  label: {',
  `  tests:
    - name: a short flight in a breeze is on time
      golden:
        row: { dest_weather__wind_speed: 3, dest_weather__wind_max_6h: 5, distance: 200, wind_speed: 4 }
        decision: false
    - name: more wind delays
      directional: { feature: wind_speed, add: 20, score: not-down, mostly: 0.95 }
    - name: the wind there hardly matters
      invariance: { feature: dest_weather__wind_speed, tolerance: 0.2 }
    - name: small enough for git
      size: { atMost: 1Mi }
  label: {`,
)

export const behaviourRules = {
  'behaviour-test': {
    severity: 'error',
    summary: 'a behaviour test has a name of its own, is of one type, and expects what the task predicts',
    why: 'A test that says two things, or what the model never predicts, has no outcome; rules of gates name tests by their names.',
    example: behaviourExample,
  },
  'test-feature': {
    severity: 'error',
    summary: 'a behaviour test names features that are sent or read from views, with values of their dtype',
    why: 'A change of a misspelt feature would change nothing, and the test pass.',
    example: behaviourExample,
  },
  'test-cannot-fail': {
    severity: 'error',
    summary: 'the outcome of a behaviour test depends on the model',
    why: 'A test that passes whatever the model predicts proves nothing, and looks as if it did.',
    example: behaviourExample,
  },
} as const satisfies Record<string, Rule>
