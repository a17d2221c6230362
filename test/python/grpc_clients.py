"""Runs a real gRPC client against a server of the Open Inference Protocol and prints what it saw as one JSON document.

Usage: grpc_clients.py triton|kserve HOST:PORT ROWS.json — rows of 20 float32 values; the server's model is called `bench`.
Both clients define the package `inference` for themselves, so that a process can load one of them only.
"""

import asyncio
import json
import sys

import grpc
import numpy
from google.protobuf.json_format import MessageToDict

if sys.argv[1] == "triton":
    import tritonclient.grpc as triton
    from tritonclient.grpc import service_pb2 as messages, service_pb2_grpc as stubs
    from tritonclient.utils import InferenceServerException
else:
    from kserve import InferenceGRPCClient, InferInput as KserveInput, InferRequest
    from kserve.protocol.grpc import grpc_predict_v2_pb2 as messages, grpc_predict_v2_pb2_grpc as stubs


def main() -> None:
    client, address, rows_file = sys.argv[1:]
    with open(rows_file) as file:
        rows = numpy.array(json.load(file), dtype=numpy.float32)
    seen = run_triton(address, rows) if client == "triton" else asyncio.run(run_kserve(address, rows))
    print(json.dumps({"client": seen, "stub": run_stub(address, rows)}))


def run_triton(address: str, rows: numpy.ndarray) -> dict:
    client = triton.InferenceServerClient(address)
    seen = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model_ready": client.is_model_ready("bench"),
        "version_ready": client.is_model_ready("bench", "1"),
        "unknown_ready": client.is_model_ready("nobody"),
        "server": client.get_server_metadata(as_json=True),
        "model": client.get_model_metadata("bench", as_json=True),
        "index": client.get_model_repository_index(as_json=True),
        "config": client.get_model_config("bench", as_json=True),
        "statistics": client.get_inference_statistics("bench", as_json=True),
        "all_statistics": client.get_inference_statistics(as_json=True),
    }
    matrix = triton.InferInput("input", list(rows.shape), "FP32")
    matrix.set_data_from_numpy(rows)
    answer = client.infer("bench", [matrix], request_id="triton-1", headers={"mainward-request-id": "from-triton"})
    seen["probabilities"] = answer.as_numpy("probabilities").tolist()
    seen["label"] = answer.as_numpy("label").tolist()
    seen["label_dtype"] = str(answer.as_numpy("label").dtype)
    response = answer.get_response()
    seen["id"] = response.id
    seen["parameters"] = {name: MessageToDict(value) for name, value in response.parameters.items()}
    for coding in ("gzip", "deflate"):
        seen[coding] = client.infer("bench", [matrix], compression_algorithm=coding).as_numpy("probabilities").tolist()

    columns = []
    for index in range(rows.shape[1]):
        column = triton.InferInput(f"f{index}", [rows.shape[0]], "FP32")
        column.set_data_from_numpy(rows[:, index])
        columns.append(column)
    outputs = [triton.InferRequestedOutput("probabilities")]
    named = client.infer("bench", columns, outputs=outputs)
    seen["columns"] = named.as_numpy("probabilities").tolist()
    seen["outputs"] = [output.name for output in named.get_response().outputs]
    unit = client.infer("bench", [matrix], parameters={"unit": "U1"}).get_response()
    seen["unit_assigned"] = unit.parameters["unit_assigned"].bool_param
    seen["version"] = client.infer("bench", [matrix], model_version="2").get_response().model_version
    many = [client.async_infer("bench", [matrix], callback=lambda *_, **__: None) for _ in range(50)]
    seen["async"] = len([call for call in many if call is not None])
    seen["errors"] = read_errors(client, matrix)
    client.close()
    return seen


def read_errors(client, matrix) -> dict:
    wrong = triton.InferInput("input", [1, 3], "FP32")
    wrong.set_data_from_numpy(numpy.zeros((1, 3), numpy.float32))
    calls = {
        "shape": lambda: client.infer("bench", [wrong]),
        "model": lambda: client.infer("nobody", [matrix]),
        "sequence": lambda: client.infer("bench", [matrix], sequence_id=7, sequence_start=True),
        "load": lambda: client.load_model("bench"),
        "unload": lambda: client.unload_model("bench"),
        "shared_memory": lambda: client.get_system_shared_memory_status(),
        "cuda": lambda: client.get_cuda_shared_memory_status(),
        "trace": lambda: client.get_trace_settings(),
        "log": lambda: client.get_log_settings(),
    }
    return {name: read_error(call) for name, call in calls.items()}


def read_error(call) -> list:
    try:
        call()
    except InferenceServerException as error:
        return [error.status(), error.message()]
    return []


async def run_kserve(address: str, rows: numpy.ndarray) -> dict:
    client = InferenceGRPCClient(address)
    seen = {
        "live": await client.is_server_live(),
        "ready": await client.is_server_ready(),
        "model_ready": await client.is_model_ready("bench"),
        "unknown_ready": await client.is_model_ready("nobody"),
    }
    raw = KserveInput("input", list(rows.shape), "FP32")
    raw.set_data_from_numpy(rows)
    typed = KserveInput("input", list(rows.shape), "FP32")
    typed.set_data_from_numpy(rows, binary_data=False)
    for name, tensor in (("raw", raw), ("typed", typed)):
        answer = await client.infer(InferRequest(model_name="bench", infer_inputs=[tensor], request_id="kserve-1"))
        seen[f"{name}_id"] = answer.id
        seen[f"{name}_probabilities"] = next(o for o in answer.outputs if o.name == "probabilities").as_numpy().tolist()
        seen[f"{name}_label"] = next(o for o in answer.outputs if o.name == "label").as_numpy().tolist()
    try:
        await client.infer(InferRequest(model_name="nobody", infer_inputs=[raw]))
    except grpc.RpcError as error:
        seen["error"] = [error.code().name, error.details()]
    await client.close()
    return seen


def run_stub(address: str, rows: numpy.ndarray) -> dict:
    """Typed contents, by the bare messages of the client's protocol."""
    with grpc.insecure_channel(address) as channel:
        stub = stubs.GRPCInferenceServiceStub(channel)
        request = messages.ModelInferRequest(model_name="bench")
        tensor = request.inputs.add(name="input", datatype="FP32", shape=rows.shape)
        tensor.contents.fp32_contents.extend(rows.flatten().tolist())
        answer = stub.ModelInfer(request)
        probabilities = next(o for o in answer.outputs if o.name == "probabilities")
        label = next(o for o in answer.outputs if o.name == "label")
        values = numpy.array(probabilities.contents.fp32_contents).reshape(tuple(probabilities.shape))
        return {
            "probabilities": values.tolist(),
            "label": list(label.contents.int64_contents),
            "raw": len(answer.raw_output_contents),
            "model": MessageToDict(stub.ModelMetadata(messages.ModelMetadataRequest(name="bench"))),
        }


main()
