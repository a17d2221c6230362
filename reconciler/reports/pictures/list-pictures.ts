/** Which pictures there are of a model. Pure. */
import type { Evidence } from '../../core/evidence.ts'
import { buildCalibrationPicture } from './calibration-picture.ts'
import { buildComparisonPicture } from './comparison-picture.ts'
import type { PictureSpec } from './picture-spec.ts'
import { buildRocPicture } from './roc-picture.ts'

/** Names begin with the model's, and are safe as names of files. */
export function listPictures(model: string, evidence: Evidence): readonly PictureSpec[] {
  const pictures = [
    buildComparisonPicture(model, evidence),
    buildRocPicture(model, evidence.evaluation),
    buildCalibrationPicture(model, evidence.evaluation),
  ]
  return pictures.flatMap((picture) => (picture === null ? [] : [{ ...picture, name: `${safeName(model)}-${picture.name}` }]))
}

function safeName(model: string): string {
  return model.replace(/[^A-Za-z0-9-]/g, '_')
}
