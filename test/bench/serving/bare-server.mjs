// What a careful afternoon gives: node:http with onnxruntime-node, one inference a request; nothing is checked, recorded or counted.
// Argument: the model file.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { listen, readBody, writeJson } from './floor-http.mjs'

const session = await InferenceSession.create(process.argv[2], {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
})

listen(async (request, response) => {
  const { data, shape } = JSON.parse((await readBody(request)).toString()).inputs[0]
  const { label, probabilities } = await session.run({ input: new Tensor('float32', Float32Array.from(data), shape) })
  writeJson(response, {
    model_name: 'bench',
    outputs: [
      { name: 'label', datatype: 'INT64', shape: label.dims, data: Array.from(label.data, Number) },
      { name: 'probabilities', datatype: 'FP32', shape: probabilities.dims, data: Array.from(probabilities.data) },
    ],
  })
})
