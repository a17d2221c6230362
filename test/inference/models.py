"""Writes small ONNX models and what Python's onnxruntime computes with them: the reference for the runtime in Node.

Usage: models.py FOLDER — writes FOLDER/NAME.onnx, and prints one JSON document: by name the inputs and outputs, or null for
a model that can not be loaded. Tensors are {datatype, shape, base64 | text}.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

OPSET = 15
DATATYPES = {
    "BOOL": (TensorProto.BOOL, np.bool_, [[True, False], [False, True]]),
    "UINT8": (TensorProto.UINT8, np.uint8, [[0, 255], [1, 2]]),
    "UINT16": (TensorProto.UINT16, np.uint16, [[0, 65535], [1, 2]]),
    "UINT32": (TensorProto.UINT32, np.uint32, [[0, 4294967295], [1, 2]]),
    "UINT64": (TensorProto.UINT64, np.uint64, [[0, 18446744073709551615], [9007199254740993, 2]]),
    "INT8": (TensorProto.INT8, np.int8, [[-128, 127], [1, 2]]),
    "INT16": (TensorProto.INT16, np.int16, [[-32768, 32767], [1, 2]]),
    "INT32": (TensorProto.INT32, np.int32, [[-2147483648, 2147483647], [1, 2]]),
    "INT64": (TensorProto.INT64, np.int64, [[-9223372036854775808, 9223372036854775807], [9007199254740993, 2]]),
    "FP16": (TensorProto.FLOAT16, np.float16, [[1.5, -65504], [np.nan, 6e-8]]),
    "FP32": (TensorProto.FLOAT, np.float32, [[0.1, -3.4e38], [np.nan, 1e-45]]),
    "FP64": (TensorProto.DOUBLE, np.float64, [[0.1, -1.7e308], [np.inf, 5e-324]]),
    "BYTES": (TensorProto.STRING, object, [["", "a"], ["Zürich", "数据"]]),
}
NAMES = {np.dtype(numpy_type): name for name, (_, numpy_type, _) in DATATYPES.items() if name != "BYTES"}


def tensor(name, onnx_type, shape):
    return helper.make_tensor_value_info(name, onnx_type, shape)


def model(nodes, inputs, outputs, opset=OPSET, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 8
    return made


def identity(onnx_type):
    node = helper.make_node("Identity", ["x"], ["y"])
    return model([node], [tensor("x", onnx_type, [None, 2])], [tensor("y", onnx_type, [None, 2])])


def arithmetic(onnx_type):
    node = helper.make_node("Add", ["x", "x"], ["y"])
    return model([node], [tensor("x", onnx_type, [None, 2])], [tensor("y", onnx_type, [None, 2])])


def two_outputs():
    """A fixed number of rows, two inputs, an output a row and an output for all."""
    nodes = [
        helper.make_node("Add", ["a", "b"], ["sum"]),
        helper.make_node("ReduceSum", ["sum"], ["total"], keepdims=0),
    ]
    inputs = [tensor(name, TensorProto.FLOAT, [2, 3]) for name in ("a", "b")]
    return model(nodes, inputs, [tensor("sum", TensorProto.FLOAT, [2, 3]), tensor("total", TensorProto.FLOAT, [])])


def gather():
    """Refuses an index that is out of range only when it runs."""
    table = helper.make_tensor("table", TensorProto.FLOAT, [3], [10, 20, 30])
    node = helper.make_node("Gather", ["table", "index"], ["y"])
    inputs = [tensor("index", TensorProto.INT64, [None])]
    return model([node], inputs, [tensor("y", TensorProto.FLOAT, [None])], initializers=[table])


def wrong_label_shape():
    """Declares [n, 1] and answers [n]: onnxruntime warns of that at every run."""
    node = helper.make_node("ArgMax", ["x"], ["label"], axis=1, keepdims=0)
    return model([node], [tensor("x", TensorProto.FLOAT, [None, 2])], [tensor("label", TensorProto.INT64, [None, 1])])


def external_data(folder):
    """Weights in a file beside the model: no digest of the model covers them."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2], np.array([1, 2], np.float32).tobytes(), raw=True)
    node = helper.make_node("Mul", ["x", "w"], ["y"])
    made = model([node], [tensor("x", TensorProto.FLOAT, [None, 2])], [tensor("y", TensorProto.FLOAT, [None, 2])], initializers=[weights])
    path = folder / "external.onnx"
    onnx.save(made, path, save_as_external_data=True, location="external.weights", size_threshold=0)
    return path.read_bytes()


def classifier():
    """Probabilities as a sequence of maps: what skl2onnx writes unless it is told not to."""
    x = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], np.float32)
    return to_onnx(LogisticRegression().fit(x, [0, 1, 1, 0]), x[:1], target_opset=OPSET)


def encode(array):
    if array.dtype == object or array.dtype.kind in "US":
        return {"datatype": "BYTES", "shape": list(array.shape), "text": array.ravel().tolist()}
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"datatype": NAMES[array.dtype], "shape": list(array.shape), "base64": data}


def run(data, feeds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs() if output.type.startswith("tensor")]
    outputs = dict(zip(names, session.run(names, feeds)))
    return {
        "inputs": {name: encode(array) for name, array in feeds.items()},
        "outputs": {name: encode(np.asarray(array)) for name, array in outputs.items()},
    }


def main():
    folder = Path(sys.argv[1])
    floats = np.array([[0.25, 2], [-1, 1e-3]], np.float32)
    models = {
        f"identity-{name}": (identity(onnx_type), {"x": np.array(values, numpy_type)})
        for name, (onnx_type, numpy_type, values) in DATATYPES.items()
    }
    for name in ("FP16", "INT64", "FP64"):
        onnx_type, numpy_type, _ = DATATYPES[name]
        models[f"arithmetic-{name}"] = (arithmetic(onnx_type), {"x": floats.astype(numpy_type)})
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    models["two-outputs"] = (two_outputs(), {"a": rows, "b": rows * 10})
    models["gather"] = (gather(), {"index": np.array([2, 0], np.int64)})
    models["wrong-label-shape"] = (wrong_label_shape(), {"x": floats})
    models["classifier"] = (classifier(), {"X": floats})
    expected = {name: run(made.SerializeToString(), feeds) for name, (made, feeds) in models.items()}
    models["bfloat16"] = (identity(TensorProto.BFLOAT16), None)
    models["opset-99"] = (model([helper.make_node("Identity", ["x"], ["y"])], [tensor("x", 1, [1])], [tensor("y", 1, [1])], 99), None)
    models["unknown-operator"] = (model([helper.make_node("Nope", ["x"], ["y"])], [tensor("x", 1, [1])], [tensor("y", 1, [1])]), None)
    for name, (made, _) in models.items():
        (folder / f"{name}.onnx").write_bytes(made.SerializeToString())
        expected.setdefault(name, None)
    external_data(folder)
    print(json.dumps(expected))


main()
