"""Writes small ONNX models whose behaviour under load is known, and what Python's onnxruntime computes with them.

Usage: models.py FOLDER — writes FOLDER/NAME.onnx and prints one JSON document: by name the inputs and outputs of a run, as
{datatype, shape, base64 | text}; null for a model that is too slow to be asked twice.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, STRING, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING, TensorProto.BOOL
STEPS = 60
DATATYPES = {"float32": "FP32", "int64": "INT64", "object": "BYTES"}


def value(name, onnx_type, shape):
    return helper.make_tensor_value_info(name, onnx_type, shape)


def constant(name, array):
    return numpy_helper.from_array(array, name)


def model(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    made.ir_version = 8
    return made


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs, outputs, **attributes)


def doubled(rows, width=3):
    nodes = [node("Mul", ["x", "two"], ["y"]), node("Neg", ["x"], ["z"])]
    outputs = [value("y", FLOAT, [rows, width]), value("z", FLOAT, [rows, width])]
    return model(nodes, [value("x", FLOAT, [rows, width])], outputs, [constant("two", np.float32(2))])


def centred(onnx_type):
    """Every row's answer depends on all rows: x minus the mean of the batch."""
    nodes = [
        node("Cast", ["x"], ["number"], to=FLOAT),
        node("ReduceMean", ["number"], ["mean"], axes=[0]),
        node("Sub", ["number", "mean"], ["y"]),
    ]
    return model(nodes, [value("x", onnx_type, ["N", 2])], [value("y", FLOAT, ["N", 2])])


def counted():
    """The answer of a row is the number of rows."""
    nodes = [
        node("Shape", ["x"], ["shape"]),
        node("Slice", ["shape", "zero", "one"], ["rows"]),
        node("Expand", ["rows", "rows"], ["y"]),
    ]
    limits = [constant("zero", np.array([0])), constant("one", np.array([1]))]
    return model(nodes, [value("x", FLOAT, ["N", 2])], [value("y", INT64, ["N"])], limits)


def total():
    """Its dimensions have no names, and its answer no rows."""
    nodes = [node("ReduceSum", ["x"], ["y"], keepdims=1)]
    return model(nodes, [value("x", FLOAT, [None, 2])], [value("y", FLOAT, [None, None])])


def lookup():
    """Refuses an index that is out of range when it runs."""
    table = constant("table", np.arange(10, dtype=np.float32) * 1.5)
    nodes = [node("Gather", ["table", "x"], ["y"])]
    return model(nodes, [value("x", INT64, ["N", 1])], [value("y", FLOAT, ["N", 1])], [table])


def texts():
    return model([node("Identity", ["x"], ["y"])], [value("x", STRING, ["N", 2])], [value("y", STRING, ["N", 2])])


def spun(trips, apart):
    """
    Multiplies by a matrix again and again; `trips` times, or as often as the input "trips" says. The matrix turns a row by a
    small angle, so the answer has its length. Not `apart`: the mean of all rows is taken off each, so they know of each other.
    """
    size = 64
    angle = np.float32(0.001)
    turn = np.eye(size, dtype=np.float32)
    for at in range(0, size, 2):
        turn[at : at + 2, at : at + 2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    body = helper.make_graph(
        [node("MatMul", ["before", "turn"], ["after"]), node("Identity", ["go"], ["on"])],
        "turning",
        [value("at", INT64, []), value("go", BOOL, []), value("before", FLOAT, ["N", size])],
        [value("on", BOOL, []), value("after", FLOAT, ["N", size])],
    )
    loop = node("Loop", ["times", "yes", "x"], ["turned"], body=body)
    shift = [node("Identity", ["turned"], ["y"])]
    constants = [constant("turn", turn), constant("yes", np.array(True))]
    if not apart:
        shift = [node("ReduceMean", ["turned"], ["mean"], axes=[0]), node("Sub", ["turned", "mean"], ["y"])]
    inputs = [value("x", FLOAT, ["N", size])]
    if trips is None:
        inputs.append(value("trips", INT64, ["N", 1]))
        constants.append(constant("scalar", np.array([], dtype=np.int64)))
        begin = [node("ReduceMax", ["trips"], ["most"], keepdims=0), node("Reshape", ["most", "scalar"], ["times"])]
    else:
        begin = []
        constants.append(constant("times", np.array(trips)))
    return model([*begin, loop, *shift], inputs, [value("y", FLOAT, ["N", size])], constants)


def unrolled():
    """Slow without a loop: a row times a large matrix, again and again."""
    size = 2048
    matrix = node("Expand", ["small", "shape"], ["matrix"])
    steps = [node("MatMul", [f"x{at}" if at else "wide", "matrix"], [f"x{at + 1}"]) for at in range(STEPS)]
    nodes = [
        matrix,
        node("Expand", ["x", "width"], ["wide"]),
        *steps,
        node("ReduceMean", [f"x{STEPS}"], ["y"], axes=[1], keepdims=1),
    ]
    constants = [
        constant("small", np.float32(1 / size).reshape(1, 1)),
        constant("shape", np.array([size, size])),
        constant("width", np.array([1, size])),
    ]
    return model(nodes, [value("x", FLOAT, ["N", 1])], [value("y", FLOAT, ["N", 1])], constants)


def large():
    """Weights of 20 MB that the answer needs: their sum, once a row."""
    weights = constant("weights", np.ones((5_000, 1_000), dtype=np.float32))
    nodes = [
        node("ReduceSum", ["weights"], ["sum"], keepdims=0),
        node("Add", ["x", "sum"], ["y"]),
    ]
    return model(nodes, [value("x", FLOAT, ["N", 1])], [value("y", FLOAT, ["N", 1])], [weights])


def rows(count, width):
    return (np.arange(count * width, dtype=np.float32).reshape(count, width) - 3) / 7


MODELS = {
    "doubled": (doubled("N"), {"x": rows(5, 3)}),
    "fixed": (doubled(4), {"x": rows(4, 3)}),
    "unnamed": (doubled(None), {"x": rows(5, 3)}),
    "wide": (doubled("N", "M"), {"x": rows(5, 4)}),
    "centred": (centred(FLOAT), {"x": rows(5, 2)}),
    "centred-numbers": (centred(INT64), {"x": np.arange(10).reshape(5, 2)}),
    "counted": (counted(), {"x": rows(5, 2)}),
    "total": (total(), {"x": rows(5, 2)}),
    "lookup": (lookup(), {"x": np.array([[0], [3], [9]])}),
    "texts": (texts(), {"x": np.array([["", "a"], ["Zürich", "数据"]], dtype=object)}),
    "slow": (spun(SLOW_TRIPS := 20_000, apart=False), None),
    "slow-apart": (spun(SLOW_TRIPS, apart=True), None),
    "turning": (spun(None, apart=True), {"x": rows(2, 64), "trips": np.array([[7], [7]])}),
    "slow-unrolled": (unrolled(), {"x": rows(3, 1)}),
    "large": (large(), {"x": rows(3, 1)}),
}


def encode(array):
    described = {"datatype": DATATYPES[array.dtype.name], "shape": list(array.shape)}
    if array.dtype == object:
        return {**described, "text": [str(element) for element in array.reshape(-1)]}
    return {**described, "base64": base64.b64encode(array.tobytes()).decode()}


def answer(path, inputs):
    if inputs is None:
        return None
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, inputs)))
    return {part: {name: encode(array) for name, array in found.items()} for part, found in (("inputs", inputs), ("outputs", outputs))}


def main():
    folder = Path(sys.argv[1])
    answers = {}
    for name, (made, inputs) in MODELS.items():
        path = folder / f"{name}.onnx"
        onnx.save(made, path)
        answers[name] = answer(path, inputs)
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
