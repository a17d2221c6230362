"""Writes small ONNX models of which some rows go wrong. Usage: models.py FOLDER — writes FOLDER/NAME.onnx."""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = Path(sys.argv[1])


def write(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, folder / f"{name}.onnx")


def tensor(name, shape, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


# Not a number where x is 0, else 1.
write("nan", [helper.make_node("Div", ["x", "x"], ["y"])], [tensor("x", [None, 1])], [tensor("y", [None, 1])])

# The score as it is sent.
write("same", [helper.make_node("Identity", ["x"], ["y"])], [tensor("x", [None, 1])], [tensor("y", [None, 1])])

# Four rows at a time: x + 1.
one = numpy_helper.from_array(np.array([1], dtype=np.float32), "one")
write("fixed", [helper.make_node("Add", ["x", "one"], ["y"])], [tensor("x", [4, 1])], [tensor("y", [4, 1])], [one])

# The place of a row in a table of three: a run with a fourth fails as a whole.
table = numpy_helper.from_array(np.array([0.25, 0.5, 0.75], dtype=np.float32), "table")
write(
    "table",
    [helper.make_node("Gather", ["table", "x"], ["y"])],
    [tensor("x", [None, 1], TensorProto.INT64)],
    [tensor("y", [None, 1])],
    [table],
)

# Three values a row: a score of each of three classes.
write("three", [helper.make_node("Identity", ["x"], ["y"])], [tensor("x", [None, 3])], [tensor("y", [None, 3])])
