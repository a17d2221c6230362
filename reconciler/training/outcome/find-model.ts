/** Whether a trainer left a model file, from what lies in its folders. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { OutputListing } from '../folder/list-output.ts'

export const modelName = 'model.onnx'

/** Null: there is one, with content. `elsewhere`: model files that it wrote beside its code. */
export function findModelProblem({ artifacts, others }: OutputListing, elsewhere: readonly string[]): MainwardError | null {
  const model = artifacts.find(({ path }) => path === modelName)
  if (model !== undefined && model.sizeBytes > 0) return null
  const hint = `write it to the folder that MAINWARD_OUTPUT names: os.path.join(os.environ["MAINWARD_OUTPUT"], "${modelName}")`
  const expected = `expected the trainer to write ${modelName} to MAINWARD_OUTPUT`
  if (model !== undefined) return new MainwardError('trainer-failed', `${expected}, found an empty file`, { hint })
  if (others.includes(modelName)) {
    return new MainwardError('trainer-failed', `${expected}, found a link or another thing that is no file`, { hint })
  }
  const left = artifacts.slice(0, 10).map(({ path }) => path)
  const found = left.length === 0 ? 'nothing' : left.join(', ')
  const beside = elsewhere.length === 0 ? '' : `; ${elsewhere.slice(0, 3).join(', ')} lies in its working folder`
  return new MainwardError('trainer-failed', `${expected}, found there ${found}${beside}`, { hint })
}
