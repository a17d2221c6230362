"""Runs the real clients against a server of the Open Inference Protocol and prints what they saw as one JSON document.

Usage: clients.py URL ROWS.json — rows of 20 float32 values; the server's model is called `bench`.
"""

import asyncio
import json
import sys

import numpy
import tritonclient.http as triton
from kserve import InferRequest, InferInput as KserveInput, InferenceRESTClient, RESTConfig


def main() -> None:
    url, rows_file = sys.argv[1:]
    with open(rows_file) as file:
        rows = numpy.array(json.load(file), dtype=numpy.float32)
    print(json.dumps({"triton": run_triton(url, rows), "kserve": asyncio.run(run_kserve(url, rows))}))


def run_triton(url: str, rows: numpy.ndarray) -> dict:
    client = triton.InferenceServerClient(url.removeprefix("http://"))
    seen = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model_ready": client.is_model_ready("bench"),
        "version_ready": client.is_model_ready("bench", "1"),
        "unknown_ready": client.is_model_ready("nobody"),
        "server": client.get_server_metadata(),
        "model": client.get_model_metadata("bench"),
        "index": client.get_model_repository_index(),
    }
    matrix = triton.InferInput("input", list(rows.shape), "FP32")
    matrix.set_data_from_numpy(rows, binary_data=False)
    outputs = [triton.InferRequestedOutput(name, binary_data=False) for name in ("label", "probabilities")]
    answer = client.infer("bench", [matrix], outputs=outputs, request_id="triton-1")
    seen["probabilities"] = answer.as_numpy("probabilities").tolist()
    seen["label"] = answer.as_numpy("label").tolist()
    seen["label_dtype"] = str(answer.as_numpy("label").dtype)
    seen["id"] = answer.get_response()["id"]
    seen["variant"] = answer.get_response()["parameters"]["variant"]

    columns = []
    for index in range(rows.shape[1]):
        column = triton.InferInput(f"f{index}", [rows.shape[0]], "FP32")
        column.set_data_from_numpy(rows[:, index], binary_data=False)
        columns.append(column)
    seen["columns"] = client.infer("bench", columns).as_numpy("probabilities").tolist()
    unit = client.infer("bench", [matrix], parameters={"unit": "U1"})
    seen["unit_assigned"] = unit.get_response()["parameters"]["unit_assigned"]
    seen["version"] = client.infer("bench", [matrix], model_version="2").get_response()["model_version"]

    seen["errors"] = {}
    wrong = triton.InferInput("input", [1, 3], "FP32")
    wrong.set_data_from_numpy(numpy.zeros((1, 3), numpy.float32), binary_data=False)
    for name, model, tensor in (("shape", "bench", wrong), ("model", "nobody", matrix)):
        try:
            client.infer(model, [tensor])
        except triton.InferenceServerException as error:
            seen["errors"][name] = [error.status(), error.message()]
    client.close()
    return seen


async def run_kserve(url: str, rows: numpy.ndarray) -> dict:
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    seen = {
        "live": await client.is_server_live(url),
        "ready": await client.is_server_ready(url),
        "model_ready": await client.is_model_ready(url, "bench"),
        "unknown_ready": await client.is_model_ready(url, "nobody"),
    }
    tensor = KserveInput("input", list(rows.shape), "FP32")
    tensor.set_data_from_numpy(rows, binary_data=False)
    request = InferRequest(model_name="bench", infer_inputs=[tensor], request_id="kserve-1")
    answer = await client.infer(url, request, model_name="bench")
    seen["id"] = answer.id
    seen["probabilities"] = next(o for o in answer.outputs if o.name == "probabilities").as_numpy().tolist()
    try:
        await client.infer(url, request, model_name="nobody")
    except Exception as error:  # noqa: BLE001: whatever the client raises is what its user sees
        seen["error"] = str(error)
    await client.close()
    return seen


main()
