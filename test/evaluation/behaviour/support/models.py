"""Writes the small ONNX models of the tests of behaviour tests and replays. Their scores can be computed by hand.

Usage: models.py FOLDER — writes FOLDER/NAME.onnx and prints {} (nothing is computed with them here).
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper


def tensor(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, values, shape):
    return helper.make_tensor(name, TensorProto.FLOAT, shape, values)


def save(name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    made.ir_version = 8
    onnx.save(made, Path(sys.argv[1]) / f"{name}.onnx")


def linear(name, weights, bias, rows=None):
    """score = weights . input + bias, as a matrix of two columns: 1 - score, score."""
    width = len(weights)
    nodes = [
        helper.make_node("MatMul", ["input", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["both"]),
    ]
    both = [value for weight in weights for value in (-weight, weight)]
    constants = [constant("weights", both, [width, 2]), constant("bias", [1 - bias, bias], [2])]
    save(name, nodes, [tensor("input", [rows, width])], [tensor("both", [rows, 2])], constants)


def three_classes():
    """Probabilities x / 10, y / 10 and what is left."""
    nodes = [
        helper.make_node("MatMul", ["input", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["probabilities"]),
    ]
    constants = [constant("weights", [0.1, 0, -0.1, 0, 0.1, -0.1], [2, 3]), constant("bias", [0, 0, 1], [3])]
    save("classes", nodes, [tensor("input", [None, 2])], [tensor("probabilities", [None, 3])], constants)


linear("wind", [0.01, 0.25], 0.1)
linear("wind-other", [0.02, 0.25], 0.1)
linear("wind-distance", [0.01, 0.25, -0.0001], 0.1)
linear("one-row", [0.01, 0.25], 0.1, rows=1)
three_classes()
print("{}")
