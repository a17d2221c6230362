"""Trains the models of this repository: reads what Mainward gives, writes model.onnx and metrics.json.

`spec.training.params` of a Model decides what is trained:

    estimator: hist_gradient_boosting     # or logistic_regression
    columns: [temp, precip]               # optional: the model looks at these alone; it takes all features all the same
    drop_null: [pressure]                 # optional: rows of the training part without a value here are left out
    learning_rate: 0.08                   # every other parameter is one of the estimator in scikit-learn, by its name there

Mainward runs it with

    MAINWARD_TRAIN                        Parquet: the features in the order of the model's signature, the label last
    MAINWARD_VALIDATION                   the same of the rows after them; not there where the Model has no such part
    MAINWARD_PARAMS                       JSON: the parameters above
    MAINWARD_SEED                         the one source of chance
    MAINWARD_OUTPUT                       the folder for model.onnx and metrics.json
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

TARGET_OPSET = {"": 15, "ai.onnx.ml": 1}


class Wrong(Exception):
    """Something that a person can put right: its message is the last line of the log."""


@dataclass(frozen=True)
class Part:
    """Rows in the order of their file: 32-bit inputs with NaN for null, and labels 0 or 1. `names` are the inputs' columns."""

    names: list
    inputs: np.ndarray
    labels: np.ndarray


def read_part(file):
    """The rows of a Parquet file whose last column is the label."""
    # file_row_number: DuckDB promises no order without it, and another order of rows is another model.
    rows = duckdb.sql(f"select * from read_parquet('{file}', file_row_number = true) order by file_row_number").fetchnumpy()
    *names, label = [name for name in rows if name != "file_row_number"]
    if np.ma.is_masked(rows[label]):
        raise Wrong(f"expected a label in every row of {file}, found null in column {label}")
    return Part(names, np.column_stack([to_floats(name, rows[name]) for name in names]), np.asarray(rows[label], dtype=np.int64))


def to_floats(name, column):
    """A column as 32-bit floats, as the model is given it when it serves. Booleans are 0 and 1, null is NaN."""
    values = np.ma.asarray(column)
    if values.dtype.kind not in "biuf":
        raise Wrong(f"expected columns of numbers, found {values.dtype} in column {name}: this trainer encodes no categories")
    return np.ma.filled(values.astype(np.float32), np.nan)


def make_estimator(params, names, seed):
    """The untrained estimator that the parameters ask for, for inputs of the given names."""
    own = {name: value for name, value in params.items() if name not in ("estimator", "columns", "drop_null")}
    kind = params.get("estimator")
    if kind not in ESTIMATORS:
        raise Wrong(f"parameter estimator: expected {' or '.join(ESTIMATORS)}, found {kind!r}")
    try:
        steps = ESTIMATORS[kind](own, seed)
    except TypeError as error:
        raise Wrong(f"parameters of {kind}: {error}") from error
    return make_pipeline(choose_columns(params["columns"], names), *steps) if "columns" in params else make_pipeline(*steps)


def make_logistic_regression(own, seed):
    """A null is the median of the training rows; all columns are scaled."""
    return [SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(**{"max_iter": 1000, **own}, random_state=seed)]


def make_trees(own, seed):
    """Trees have a branch for null. No early stopping unless the parameters ask for it: it would hold rows back."""
    return [HistGradientBoostingClassifier(**{"early_stopping": False, **own}, random_state=seed)]


ESTIMATORS = {"logistic_regression": make_logistic_regression, "hist_gradient_boosting": make_trees}


def choose_columns(columns, names):
    unknown = [name for name in columns if name not in names]
    if unknown:
        raise Wrong(f"parameter columns: expected features of the model ({', '.join(names)}), found {', '.join(unknown)}")
    return ColumnTransformer([("columns", "passthrough", [names.index(name) for name in columns])])


def drop_null(part, columns):
    """The rows that have a value in each of the columns."""
    unknown = [name for name in columns if name not in part.names]
    if unknown:
        raise Wrong(f"parameter drop_null: expected features of the model ({', '.join(part.names)}), found {', '.join(unknown)}")
    kept = ~np.isnan(part.inputs[:, [part.names.index(name) for name in columns]]).any(axis=1)
    return Part(part.names, part.inputs[kept], part.labels[kept])


def train(estimator, part):
    if len(np.unique(part.labels)) != 2:
        raise Wrong(f"expected two classes, found {np.unique(part.labels).tolist()} in {len(part.labels)} rows of training")
    # One thread: the order of a sum is part of the model, and with more threads than idle cores they wait for each other.
    with threadpool_limits(1):
        return estimator.fit(part.inputs, part.labels)


def measure(estimator, part):
    """What a person would like to see in the log. Mainward trusts none of it: it measures model.onnx itself, on rows it kept back."""
    scores = estimator.predict_proba(part.inputs)[:, 1]
    return {
        "validation_roc_auc": float(roc_auc_score(part.labels, scores)),
        "validation_log_loss": float(log_loss(part.labels, scores)),
        "validation_brier": float(brier_score_loss(part.labels, scores)),
    }


def to_model_file(estimator, width):
    """The bytes of an ONNX file: one float32 tensor `input` in; tensors `label` and `probabilities`, one column a class, out."""
    inputs = [("input", FloatTensorType([None, width]))]
    model = to_onnx(estimator, initial_types=inputs, options={"zipmap": False}, target_opset=TARGET_OPSET, name="model")
    return model.SerializeToString()


def main(environment):
    params = json.loads(Path(environment["MAINWARD_PARAMS"]).read_text())
    part = drop_null(read_part(environment["MAINWARD_TRAIN"]), params.get("drop_null", []))
    print(f"{len(part.labels)} rows, {len(part.names)} features, {part.labels.mean():.4f} of them positive")
    estimator = train(make_estimator(params, part.names, int(environment["MAINWARD_SEED"])), part)
    output = Path(environment["MAINWARD_OUTPUT"])
    if "MAINWARD_VALIDATION" in environment:
        metrics = measure(estimator, read_part(environment["MAINWARD_VALIDATION"]))
        print(", ".join(f"{name} {value:.4f}" for name, value in metrics.items()))
        output.joinpath("metrics.json").write_text(json.dumps(metrics))
    output.joinpath("model.onnx").write_bytes(to_model_file(estimator, len(part.names)))


if __name__ == "__main__":
    try:
        main(os.environ)
    except Wrong as wrong:
        sys.exit(str(wrong))
