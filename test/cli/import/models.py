"""Writes small ONNX models of many shapes, sample rows for each, and what Python's onnxruntime answers: the reference for import.

Usage: models.py FOLDER writes FOLDER/NAME.onnx and FOLDER/NAME.json, and prints by name the outputs of every row.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression, LogisticRegression

OPSET = 15
RANDOM = np.random.default_rng(7)


def tensor(name, onnx_type, shape):
    return helper.make_tensor_value_info(name, onnx_type, shape)


def graph(nodes, inputs, outputs, initializers=()):
    made = helper.make_model(
        helper.make_graph(nodes, "g", inputs, outputs, list(initializers)), opset_imports=[helper.make_opsetid("", OPSET)]
    )
    made.ir_version = 8
    return made


def columns(count=3):
    return RANDOM.normal(size=(40, count)).astype(np.float32)


def rows_of(matrix, names):
    return [dict(zip(names, [round(float(value), 4) for value in row])) for row in matrix[:5]]


def matrix_feed(name, rows):
    return {name: np.array([list(row.values()) for row in rows], np.float32)}


def regression():
    x = columns()
    rows = rows_of(x, ["a", "b", "c"])
    return to_onnx(LinearRegression().fit(x, x @ [1, 2, 3]), x[:1], target_opset=OPSET), rows, matrix_feed("X", rows)


def multiclass(zipmap=False):
    x = columns()
    fitted = LogisticRegression().fit(x, (x[:, 0] > 0).astype(int) + (x[:, 1] > 0))
    rows = rows_of(x, ["a", "b", "c"])
    return to_onnx(fitted, x[:1], target_opset=OPSET, options={"zipmap": zipmap}), rows, matrix_feed("X", rows)


def mixed_columns():
    """An input a column: a text, a whole number, a float. Answers a label and one probability."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, [3, 1], [1.0, 0.5, -0.25])
    half = helper.make_tensor("half", TensorProto.FLOAT, [], [0.5])
    nodes = [
        helper.make_node(
            "LabelEncoder",
            ["city"],
            ["city_number"],
            domain="ai.onnx.ml",
            keys_strings=["Bern", "Basel"],
            values_floats=[1.0, -1.0],
            default_float=0.0,
        ),
        helper.make_node("Cast", ["age"], ["age_number"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["city_number", "age_number", "income"], ["all"], axis=1),
        helper.make_node("MatMul", ["all", "w"], ["z"]),
        helper.make_node("Sigmoid", ["z"], ["probability"]),
        helper.make_node("Greater", ["probability", "half"], ["above"]),
        helper.make_node("Cast", ["above"], ["label"], to=TensorProto.INT64),
    ]
    inputs = [tensor("city", TensorProto.STRING, ["n", 1]), tensor("age", TensorProto.INT64, ["n", 1]), tensor("income", 1, ["n", 1])]
    outputs = [tensor("label", TensorProto.INT64, ["n", 1]), tensor("probability", 1, ["n", 1])]
    made = graph(nodes, inputs, outputs, [weights, half])
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 2))
    rows = [{"customer": f"c{at}", "city": city, "age": at, "income": 2.5 * at} for at, city in enumerate(["Bern", "Basel", "Ulm"])]
    feeds = {
        "city": np.array([[row["city"]] for row in rows], object),
        "age": np.array([[row["age"]] for row in rows], np.int64),
        "income": np.array([[row["income"]] for row in rows], np.float32),
    }
    return made, rows, feeds


def sigmoid():
    """One probability a row, as a network writes it."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [1.0, -1.0])
    nodes = [helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Sigmoid", ["z"], ["p"])]
    made = graph(nodes, [tensor("x", 1, ["n", 2])], [tensor("p", 1, ["n", 1])], [weights])
    rows = [{"left": 1.0, "right": 0.25}, {"left": -2.0, "right": 1.0}]
    return made, rows, matrix_feed("x", rows)


def sequence():
    """A matrix a row, of as many steps as it has."""
    nodes = [helper.make_node("ReduceMean", ["steps"], ["mean"], axes=[1, 2], keepdims=0)]
    made = graph(nodes, [tensor("steps", 1, ["n", "t", 2])], [tensor("mean", 1, ["n"])])
    rows = [{"steps": [[1, 2], [3, 4], [5, 6]]}, {"steps": [[0, 1], [1, 0], [1, 1]]}]
    return made, rows, {"steps": np.array([row["steps"] for row in rows], np.float32)}


def several_scores():
    nodes = [helper.make_node("Identity", ["x"], ["first"]), helper.make_node("Neg", ["x"], ["second"])]
    made = graph(nodes, [tensor("x", 1, ["n", 3])], [tensor("first", 1, ["n", 3]), tensor("second", 1, ["n", 3])])
    rows = [{"a": 1.0, "b": 2.0, "c": 3.0}]
    return made, rows, matrix_feed("x", rows)


def fixed_batch():
    """Answers exactly one row at a time."""
    made = graph([helper.make_node("ReduceSum", ["x"], ["y"], keepdims=0)], [tensor("x", 1, [1, 2])], [tensor("y", 1, [])])
    return made, [{"a": 1.0, "b": 2.0}], matrix_feed("x", [{"a": 1.0, "b": 2.0}])


def fixed_pair():
    """Answers exactly two rows at a time."""
    made = graph([helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=0)], [tensor("x", 1, [2, 2])], [tensor("y", 1, [2])], [helper.make_tensor("axes", TensorProto.INT64, [1], [1])])
    rows = [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": -1.0}]
    return made, rows, matrix_feed("x", rows)


def centred():
    """Takes the mean of all rows from each: a row alone is 0."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1), helper.make_node("Sub", ["x", "mean"], ["y"])]
    made = graph(nodes, [tensor("x", 1, ["n", 1])], [tensor("y", 1, ["n", 1])])
    rows = [{"a": 1.0}, {"a": 3.0}]
    return made, rows, matrix_feed("x", rows)


def large():
    """Beyond what git takes."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 200_000], RANDOM.normal(size=400_000).astype(np.float32))
    nodes = [helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("ReduceMean", ["z"], ["y"], axes=[1], keepdims=1)]
    made = graph(nodes, [tensor("x", 1, ["n", 2])], [tensor("y", 1, ["n", 1])], [weights])
    rows = [{"a": 1.0, "b": 2.0}, {"a": 0.5, "b": -1.0}]
    return made, rows, matrix_feed("x", rows)


def run(made, feeds):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs() if output.type.startswith("tensor")]
    return {name: np.asarray(found).tolist() for name, found in zip(names, session.run(names, feeds))}


def main():
    folder = Path(sys.argv[1])
    made = {
        "regression": regression(),
        "multiclass": multiclass(),
        "zipmap": multiclass(zipmap=True),
        "mixed-columns": mixed_columns(),
        "sigmoid": sigmoid(),
        "sequence": sequence(),
        "several-scores": several_scores(),
        "fixed-batch": fixed_batch(),
        "fixed-pair": fixed_pair(),
        "centred": centred(),
        "large": large(),
    }
    answers = {}
    for name, (model, rows, feeds) in made.items():
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
        (folder / f"{name}.json").write_text(json.dumps(rows))
        answers[name] = run(model, feeds)
    print(json.dumps(answers))


main()
