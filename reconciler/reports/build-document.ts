/** A report as a document: which sections there are, and in which order they are read. Pure; knows no format. */
import type { ModelReport, Report } from '../core/report.ts'
import type { Document, Section } from './document/document.ts'
import { buildEnvironment } from './sections/environment-section.ts'
import { buildFairness } from './sections/fairness-section.ts'
import { buildGates } from './sections/gates-section.ts'
import { buildLoosening } from './sections/loosening-section.ts'
import { buildMetrics } from './sections/metrics-section.ts'
import { buildModelSection } from './sections/model-section.ts'
import { buildPictures } from './sections/pictures-section.ts'
import { buildPlanSection } from './sections/plan-section.ts'
import { buildReplay } from './sections/replay-section.ts'
import { buildSlices } from './sections/slices-section.ts'
import { buildBehaviourTests, buildDataChecks, buildFeatureTests } from './sections/tests-section.ts'
import { buildHeadline, buildSummary, buildWarnings } from './sections/verdict-section.ts'

/** The verdict first, then what the change does, then each model. */
export function buildDocument(report: Report): Document {
  return {
    title: `${report.project}: ${report.verdict}`,
    sections: [
      buildHeadline(report),
      ...buildSummary(report),
      ...buildLoosening(report.loosening),
      ...buildWarnings(report),
      ...buildPlanSection(report),
      ...report.models.flatMap(buildModel),
      ...buildFeatureTests(report),
    ],
  }
}

function buildModel(model: ModelReport): readonly Section[] {
  const { evidence, version } = model
  if (evidence === null) return [buildModelSection(model)]
  const { evaluation, verdict } = evidence
  return [
    buildModelSection(model),
    ...buildMetrics(evaluation, version),
    ...buildGates(verdict),
    ...buildBehaviourTests(evaluation),
    ...buildSlices(evaluation, verdict),
    ...buildFairness(evaluation, verdict),
    ...buildDataChecks(evaluation),
    ...buildReplay(evaluation),
    ...buildPictures(model.model, evidence),
    ...buildEnvironment(model),
  ]
}
