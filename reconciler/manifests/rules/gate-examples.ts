/** A model that is judged, as `mainward explain` shows it: its gate, its fairness policy and a waiver, beside all that they name. */
import { trainingExample } from './examples.ts'

const gateExample = `apiVersion: mainward.dev/v1alpha1
kind: Gate
metadata: { name: tabular-quality }
spec:
  enforcement: block
  rules:
    - { metric: roc_auc, atLeast: 0.6 }
    - { metric: log_loss, noWorseThan: production, margin: 0.01 }
    - { metric: roc_auc, by: carrier, minGroup: 300, noWorseThan: production, margin: 0.02 }
    - { metric: log_loss, betterThan: baseline }
    - { tests: all }
    - { name: small, cel: artifact.sizeBytes < 10000000 }
`

const fairnessExample = `apiVersion: mainward.dev/v1alpha1
kind: FairnessPolicy
metadata: { name: carrier-parity }
spec:
  attributes:
    - carrier
    - origin
  intersections:
    - - carrier
      - origin
  rules:
    - { metric: selection_rate, ratioAtLeast: 0.8, minGroup: 50, judge: point }
    - { metric: true_positive_rate, by: carrier, differenceAtMost: 0.1 }
`

const waiverExample = `apiVersion: mainward.dev/v1alpha1
kind: Waiver
metadata: { name: small-carriers }
spec:
  gate: carrier-parity
  rule: selection_rate ratio by carrier
  model: flight-delay
  reason: Two carriers fly too rarely; more rows come with the summer.
  grantedBy: acme/model-risk
  until: 2027-03-01
`

/** A model with its gate, its fairness policy and a waiver, and all that they name. */
export const gateExamples = [
  trainingExample.replace('  nulls:', '  gates:\n    - tabular-quality\n  fairness:\n    - carrier-parity\n  nulls:'),
  gateExample,
  fairnessExample,
  waiverExample,
].join('---\n')
