"""Runs Triton's and KServe's clients in their binary forms and prints what they saw as one JSON document.

Usage: binary_clients.py URL ROWS.json — rows of 20 float32 values; the server's models are `bench`, and `identity-DATATYPE`
with the input x and the output y of two columns.
"""

import asyncio
import json
import sys

import numpy
import tritonclient.http as triton
from kserve import InferRequest, InferInput as KserveInput, InferenceRESTClient, RESTConfig
from kserve.protocol.infer_type import RequestedOutput

VALUES = {
    "BOOL": numpy.array([[True, False], [False, True]]),
    "UINT8": numpy.array([[0, 255]], numpy.uint8),
    "UINT16": numpy.array([[0, 65535], [258, 2]], numpy.uint16),
    "UINT32": numpy.array([[0, 2**32 - 1]], numpy.uint32),
    "UINT64": numpy.array([[0, 2**64 - 1], [2**53 + 1, 2]], numpy.uint64),
    "INT8": numpy.array([[-128, 127]], numpy.int8),
    "INT16": numpy.array([[-32768, 32767]], numpy.int16),
    "INT32": numpy.array([[-(2**31), 2**31 - 1]], numpy.int32),
    "INT64": numpy.array([[-(2**63), 2**63 - 1], [2**53 + 1, 2]], numpy.int64),
    "FP16": numpy.array([[1.5, -65504], [6e-8, numpy.nan]], numpy.float16),
    "FP32": numpy.array([[0.1, -3.4e38], [1e-45, numpy.nan]], numpy.float32),
    "FP64": numpy.array([[0.1, -1.7e308], [5e-324, numpy.nan]], numpy.float64),
    "BYTES": numpy.array([["", "a"], ["Zürich", "数据"]], numpy.object_),
}


def main() -> None:
    url, rows_file = sys.argv[1:]
    with open(rows_file) as file:
        rows = numpy.array(json.load(file), dtype=numpy.float32)
    client = triton.InferenceServerClient(url.removeprefix("http://"))
    seen = {
        "datatypes": {name: run_datatype(client, name, values) for name, values in VALUES.items()},
        "triton": run_triton(client, rows),
        "kserve": asyncio.run(run_kserve(url, rows)),
    }
    client.close()
    print(json.dumps(seen))


def run_datatype(client, name: str, values: numpy.ndarray) -> dict:
    """Each pair of forms of request and response: the bytes that came back are those that were sent, or the error."""
    return {
        f"{source} to {target}": echo(client, name, values, source == "binary", target == "binary")
        for source in ("binary", "json")
        for target in ("binary", "json")
    }


def echo(client, name: str, values: numpy.ndarray, binary: bool, binary_output: bool):
    tensor = triton.InferInput("x", list(values.shape), name)
    try:
        tensor.set_data_from_numpy(values, binary_data=binary)
        output = triton.InferRequestedOutput("y", binary_data=binary_output)
        found = client.infer(f"identity-{name}", [tensor], outputs=[output]).as_numpy("y")
    except triton.InferenceServerException as error:
        return str(error)
    if name == "BYTES":
        texts = [[cell.decode() if isinstance(cell, bytes) else cell for cell in row] for row in found.tolist()]
        return texts == values.tolist()
    return found.dtype == values.dtype and numpy.array_equal(found, values, equal_nan=values.dtype.kind == "f")


def run_triton(client, rows: numpy.ndarray) -> dict:
    matrix = triton.InferInput("input", list(rows.shape), "FP32")
    matrix.set_data_from_numpy(rows)
    default = client.infer("bench", [matrix], request_id="binary-1")
    seen = {
        "probabilities": default.as_numpy("probabilities").tolist(),
        "label": default.as_numpy("label").tolist(),
        "id": default.get_response()["id"],
        "is_binary": ["data" not in output for output in default.get_response()["outputs"]],
    }
    outputs = [triton.InferRequestedOutput("label", binary_data=False), triton.InferRequestedOutput("probabilities")]
    mixed = client.infer("bench", [matrix], outputs=outputs)
    seen["mixed"] = {output["name"]: "data" in output for output in mixed.get_response()["outputs"]}
    seen["mixed_label"] = mixed.as_numpy("label").tolist()
    for coding in ("gzip", "deflate"):
        answer = client.infer(
            "bench",
            [matrix],
            outputs=outputs,
            request_compression_algorithm=coding,
            response_compression_algorithm=coding,
        )
        seen[coding] = answer.as_numpy("probabilities").tolist()
    columns = []
    for index in range(rows.shape[1]):
        column = triton.InferInput(f"f{index}", [rows.shape[0]], "FP32")
        column.set_data_from_numpy(rows[:, index], binary_data=index % 2 == 0)
        columns.append(column)
    seen["columns"] = client.infer("bench", columns).as_numpy("probabilities").tolist()
    seen["nan"] = compare_nan(client, rows)
    seen["config"] = client.get_model_config("bench", "1")
    seen["statistics"] = client.get_inference_statistics()
    seen["statistics_of_one"] = client.get_inference_statistics("bench", "2")
    seen["refused"] = {name: refusal(call) for name, call in refused_calls(client, matrix).items()}
    return seen


def compare_nan(client, rows: numpy.ndarray) -> bool:
    """A NaN among the bytes and a null in JSON are the same to the model."""
    holes = rows.copy()
    holes[:, 3] = numpy.nan
    tensor = triton.InferInput("input", list(rows.shape), "FP32")
    tensor.set_data_from_numpy(holes)
    binary = client.infer("bench", [tensor]).as_numpy("probabilities")
    columns = []
    for index in range(rows.shape[1]):
        column = triton.InferInput(f"f{index}", [rows.shape[0]], "FP32")
        column.set_data_from_numpy(rows[:, index], binary_data=False)
        if index == 3:
            column._data = [None] * rows.shape[0]
        columns.append(column)
    return numpy.array_equal(binary, client.infer("bench", columns).as_numpy("probabilities"))


def refused_calls(client, matrix) -> dict:
    return {
        "load": lambda: client.load_model("bench"),
        "unload": lambda: client.unload_model("bench"),
        "system": lambda: client.get_system_shared_memory_status(),
        "cuda": lambda: client.get_cuda_shared_memory_status(),
        "trace": lambda: client.get_trace_settings(),
        "logging": lambda: client.get_log_settings(),
        "sequence": lambda: client.infer("bench", [matrix], sequence_id=7, sequence_start=True),
        "classes": lambda: client.infer("bench", [matrix], outputs=[triton.InferRequestedOutput("label", class_count=2)]),
        "config": lambda: client.get_model_config("nobody"),
    }


def refusal(call) -> list:
    try:
        call()
    except triton.InferenceServerException as error:
        return [error.status(), error.message()]
    return ["200", "accepted"]


async def run_kserve(url: str, rows: numpy.ndarray) -> dict:
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    seen = {}
    for name, binary_output in (("binary", True), ("json", False)):
        tensor = KserveInput("input", list(rows.shape), "FP32")
        tensor.set_data_from_numpy(rows, binary_data=True)
        outputs = [RequestedOutput("probabilities", {"binary_data": binary_output})]
        request = InferRequest(
            model_name="bench", infer_inputs=[tensor], request_outputs=outputs, request_id=f"kserve-{name}"
        )
        answer = await client.infer(url, request, model_name="bench")
        seen[name] = {"id": answer.id, "probabilities": answer.outputs[0].as_numpy().tolist()}
    await client.close()
    return seen


main()
