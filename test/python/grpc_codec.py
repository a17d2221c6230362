"""Writes and reads messages of the Open Inference Protocol by protobuf's own Python code: the reference for ours.

Usage: grpc_codec.py CASES.json — {"tensors": [{datatype, shape, values as text}], "responses": [hex]}. Prints
{"requests": [{"typed": hex or null, "raw": hex}], "responses": [the outputs of each]}; a number is its text.
"""

import json
import sys

import numpy
import tritonclient.grpc as triton
from google.protobuf.json_format import MessageToDict
from tritonclient.grpc import service_pb2
from tritonclient.utils import triton_to_np_dtype

CONTENTS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}


def read_value(datatype: str, text: str):
    if datatype == "BYTES":
        return text.encode()
    if datatype == "BOOL":
        return text == "1"
    return float(text) if datatype.startswith("FP") else int(text)


def write_value(value) -> str:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, bool | numpy.bool_):
        return "1" if value else "0"
    return str(value)


def make_request(tensor: dict) -> dict:
    datatype, shape = tensor["datatype"], tensor["shape"]
    values = [read_value(datatype, text) for text in tensor["values"]]
    raw = service_pb2.ModelInferRequest(model_name="m", model_version="3", id="ä")
    raw.parameters["unit"].int64_param = -(2**63)
    raw.parameters["large"].uint64_param = 2**64 - 1
    raw.parameters["half"].double_param = 0.5
    raw.parameters["yes"].bool_param = True
    raw.outputs.add(name="y").parameters["classification"].int64_param = 0
    array = triton.InferInput("x", shape, datatype)
    array.set_data_from_numpy(numpy.array(values, dtype=triton_to_np_dtype(datatype)).reshape(shape))
    raw.inputs.add(name="x", datatype=datatype, shape=shape)
    raw.raw_input_contents.append(array._get_content())
    if datatype not in CONTENTS:
        return {"typed": None, "raw": raw.SerializeToString().hex()}
    typed = service_pb2.ModelInferRequest(model_name="m")
    contents = typed.inputs.add(name="x", datatype=datatype, shape=shape).contents
    getattr(contents, CONTENTS[datatype]).extend(values)
    return {"typed": typed.SerializeToString().hex(), "raw": raw.SerializeToString().hex()}


def read_response(text: str) -> dict:
    response = service_pb2.ModelInferResponse.FromString(bytes.fromhex(text))
    outputs = []
    for output in response.outputs:
        if len(response.raw_output_contents) > 0:
            values = triton.InferResult(response).as_numpy(output.name).flatten().tolist()
        else:
            values = getattr(output.contents, CONTENTS[output.datatype])
        outputs.append(
            {
                "name": output.name,
                "datatype": output.datatype,
                "shape": list(output.shape),
                "values": [write_value(value) for value in values],
            }
        )
    parameters = {name: MessageToDict(value) for name, value in response.parameters.items()}
    head = {"model": response.model_name, "version": response.model_version, "id": response.id}
    return {**head, "parameters": parameters, "outputs": outputs, "raw": len(response.raw_output_contents)}


with open(sys.argv[1]) as file:
    cases = json.load(file)
requests = [make_request(tensor) for tensor in cases["tensors"]]
print(json.dumps({"requests": requests, "responses": [read_response(text) for text in cases["responses"]]}))
