// The floor of the serving benchmark: a Node server that parses a JSON body and answers JSON of a model's size. It computes nothing.
import { listen, readBody, writeJson } from './floor-http.mjs'

const probability = 0.42467302083969116

listen(async (request, response) => {
  const [rows] = JSON.parse((await readBody(request)).toString()).inputs[0].shape
  writeJson(response, {
    model_name: 'bench',
    outputs: [
      { name: 'label', datatype: 'INT64', shape: [rows], data: new Array(rows).fill(1) },
      { name: 'probabilities', datatype: 'FP32', shape: [rows, 2], data: new Array(rows * 2).fill(probability) },
    ],
  })
})
