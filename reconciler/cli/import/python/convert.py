"""Converts a scikit-learn model, pickled or as skops, to ONNX, and says what the original answers for the rows of a sample.

    python3 convert.py MODEL QUESTION OUT

QUESTION is JSON: `columns` and `rows` of the sample, and `unit`, a column that is no feature unless the model says so. Writes OUT/model.onnx
and OUT/answer.json. What a person can put right ends it with status 3 and one line. Reading a pickle runs what is in it.
"""

import importlib.metadata
import json
import platform
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

TARGET_OPSET = {"": 15, "ai.onnx.ml": 3}
# Libraries whose models skl2onnx does not know, and what writes those as ONNX.
EXPORTS = {
    "xgboost": "onnxmltools.convert_xgboost",
    "lightgbm": "onnxmltools.convert_lightgbm",
    "catboost": 'its own save_model(FILE, format="onnx")',
}
LIBRARIES = ["joblib", "numpy", "onnx", "scikit-learn", "scipy", "skl2onnx"]


class Wrong(Exception):
    """Its message is what a person reads, the hint what they can do."""

    def __init__(self, message, hint=None):
        super().__init__(message)
        self.hint = hint


OTHER_PACKAGES = "a pickle is read with the packages that it was made with: --requirements names a list of them, with skl2onnx"
COLUMNS = "--sample has a column for each input of the model; --unit names the one column that is none"


def load(file):
    """The model, and in which version of scikit-learn it was pickled where that is another one."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = load_skops(file) if file.endswith(".skops") else joblib.load(file)
        except Wrong:
            raise
        except ModuleNotFoundError as error:
            refuse_other_library(str(error.name))
            raise Wrong(f"the file needs the Python module {error.name}, which is not installed: a requirements list with its package is needed", OTHER_PACKAGES) from error
        except Exception as error:
            raise Wrong(f"the file can not be read with scikit-learn {version('scikit-learn')}: {type(error).__name__}: {error}", OTHER_PACKAGES) from error
    for step in [each for _, each in model.steps] if isinstance(model, Pipeline) else [model]:
        refuse_other_library(type(step).__module__)
    if not hasattr(model, "predict"):
        raise Wrong(f"expected a model with predict, found {type(model).__module__}.{type(model).__name__}")
    if not hasattr(model, "n_features_in_"):
        raise Wrong(f"expected a fitted scikit-learn model, found {type(model).__name__} without n_features_in_")
    found = [str(each.message.original_sklearn_version) for each in caught if hasattr(each.message, "original_sklearn_version")]
    return model, found[0] if found else None


def refuse_other_library(module):
    library = module.split(".")[0]
    if library in EXPORTS:
        way = f"write it as ONNX where it was trained, with {EXPORTS[library]}, and import that file with --onnx"
        raise Wrong(f"the file holds a model of {library}, which skl2onnx does not convert: {way}")


def load_skops(file):
    """MLflow's own form: it names the types that it holds, and only those of scikit-learn and NumPy are made."""
    import skops.io

    unknown = skops.io.get_untrusted_types(file=file)
    if unknown:
        raise Wrong(f"the file holds types that skops does not trust: {', '.join(unknown)}")
    return skops.io.load(file)


def version(library):
    return importlib.metadata.version(library)


def choose_columns(model, columns, unit):
    """The model's features in its order, as the sample names them."""
    if hasattr(model, "feature_names_in_"):
        names = [str(name) for name in model.feature_names_in_]
        missing = [name for name in names if name not in columns]
        if missing:
            raise Wrong(f"the model takes the columns {', '.join(names)}; the sample has no {', '.join(missing)}", COLUMNS)
        return names
    width = model.n_features_in_
    without_unit = [name for name in columns if name != unit]
    for chosen in (without_unit, columns):
        if len(chosen) == width:
            return chosen
    raise Wrong(f"the model takes {width} columns, the sample has {len(without_unit)}: {', '.join(without_unit)}", COLUMNS)


def transformers(model):
    """All column transformers of a pipeline."""
    if isinstance(model, ColumnTransformer):
        yield model
    if isinstance(model, Pipeline):
        for _, step in model.steps:
            yield from transformers(step)


def takes_names(model):
    """Whether some step asks for columns by name: then each is an input of its own."""
    asked = [columns for each in transformers(model) for _, _, columns in each.transformers]
    return any(isinstance(name, str) for columns in asked for name in ([columns] if isinstance(columns, str) else list(columns) if not callable(columns) else []))


def is_text(values):
    return any(isinstance(value, str) for value in values)


def build_frame(names, rows):
    """Texts as they are, everything else as 64-bit floats with NaN for null: the values as they were written."""
    columns = {}
    for at, name in enumerate(names):
        values = [row[at] for row in rows]
        columns[name] = values if is_text(values) else np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return pandas.DataFrame(columns)


def convert(model, names, rows):
    """The ONNX file, and what the original answers: a list of scores a row, and a label where it classifies."""
    frame = build_frame(names, rows)
    by_name = takes_names(model)
    texts = [name for at, name in enumerate(names) if is_text([row[at] for row in rows])]
    if texts and not by_name:
        raise Wrong(f"expected numbers for a model that takes its columns as one matrix, found texts in {', '.join(texts)}")
    if by_name:
        types = [(name, StringTensorType([None, 1]) if name in texts else FloatTensorType([None, 1])) for name in names]
    else:
        types = [("input", FloatTensorType([None, len(names)]))]
    given = frame if hasattr(model, "feature_names_in_") else frame.to_numpy()
    classifies = is_classifier(model)
    if classifies and not hasattr(model, "predict_proba"):
        raise Wrong(f"{type(model).__name__} has no predict_proba: expected a classifier with probabilities")
    scores = model.predict_proba(given) if classifies else model.predict(given)
    labels = model.predict(given).tolist() if classifies else None
    options = {id(model): {"zipmap": False}} if classifies else None
    try:
        made = to_onnx(model, initial_types=types, options=options, target_opset=TARGET_OPSET, name="model")
    except Exception as error:
        raise Wrong(f"skl2onnx {version('skl2onnx')} can not convert {type(model).__name__}: {' '.join(str(error).split())[:600]}") from error
    return made.SerializeToString(), np.asarray(scores, dtype=np.float64).reshape(len(rows), -1), labels


def number(value):
    return float(value) if np.isfinite(value) else None


def describe(model):
    """The name of the last step, and the parameters that can be written down and are not the library's default."""
    last = model[-1] if isinstance(model, Pipeline) else model
    steps = [type(step).__name__ for _, step in model.steps] if isinstance(model, Pipeline) else [type(model).__name__]
    try:
        defaults = type(last)().get_params()
    except TypeError:
        defaults = {}
    parameters = {
        name: value
        for name, value in sorted(last.get_params(deep=False).items())
        if isinstance(value, (bool, int, float, str)) and (name not in defaults or defaults[name] != value)
    }
    return {"estimator": type(last).__name__, "steps": steps, "parameters": parameters}


def main(file, question, out):
    asked = json.loads(Path(question).read_text())
    model, made_with = load(file)
    names = choose_columns(model, asked["columns"], asked["unit"])
    positions = [asked["columns"].index(name) for name in names]
    rows = [[row[position] for position in positions] for row in asked["rows"]]
    onnx, scores, labels = convert(model, names, rows)
    answer = {
        "columns": names,
        "scores": [[number(value) for value in row] for row in scores],
        "labels": labels,
        "model": describe(model),
        "madeWith": made_with,
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }
    Path(out, "answer.json").write_text(json.dumps(answer, default=str))
    Path(out, "model.onnx").write_bytes(onnx)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Wrong as wrong:
        print(f"\n{wrong}")
        if wrong.hint is not None:
            print(f"hint: {wrong.hint}")
        sys.exit(3)
