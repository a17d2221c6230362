"""Writes model files as a trainer may write them by mistake, each of two columns and a score of the positive class.

    python unservable_models.py FOLDER      writes FOLDER/NAME.onnx
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

OPSET = 15
INPUTS = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 2])]


def model(nodes, score_columns=1, opset=OPSET, initializers=()):
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, score_columns])
    graph = helper.make_graph(nodes, "g", INPUTS, [score], list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 8
    return made


def weights(values):
    return helper.make_tensor("w", TensorProto.FLOAT, [2, 1], np.array(values, np.float32).tobytes(), raw=True)


def linear(values, **options):
    nodes = [helper.make_node("MatMul", ["input", "w"], ["sum"]), helper.make_node("Sigmoid", ["sum"], ["score"])]
    return model(nodes, initializers=[weights(values)], **options)


def logarithm():
    """The logarithm of a negative sum is NaN."""
    nodes = [helper.make_node("MatMul", ["input", "w"], ["sum"]), helper.make_node("Log", ["sum"], ["score"])]
    return model(nodes, initializers=[weights([1, 0])])


def main(folder):
    models = {
        "good": linear([1, -2]),
        "constant": linear([0, 0]),
        "nan": logarithm(),
        "opset-99": linear([1, -2], opset=99),
        "unknown-operator": model([helper.make_node("Nope", ["input"], ["score"])], score_columns=2),
    }
    for name, made in models.items():
        folder.joinpath(f"{name}.onnx").write_bytes(made.SerializeToString())
    file = folder / "external-data.onnx"
    onnx.save(linear([1, -2]), file, save_as_external_data=True, location="external.weights", size_threshold=0)


main(Path(sys.argv[1]))
