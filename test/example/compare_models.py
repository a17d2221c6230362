"""Compares model files with what was made of the same inputs before, on the rows that judge them. Apart from Mainward: Python's onnxruntime and scikit-learn.

Reads JSON from standard input: a list of {model, test, before, again, features, goldenRows}. `test` is a Parquet file whose last
column is the label. Prints JSON by model: rows, spread of the scores before, share of rows that differ, the greatest difference
of `before` to the golden rows, and metrics of `again`.
"""

import json
import sys

import duckdb
import numpy as np
import onnxruntime
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

TOLERANCE = 1e-5


def read_rows(file, features):
    """32-bit inputs with NaN for null, and the labels."""
    relation = duckdb.sql(f"select * from read_parquet('{file}', file_row_number = true) order by file_row_number")
    label = [name for name in relation.columns if name != "file_row_number"][-1]
    columns = relation.fetchnumpy()
    inputs = [np.ma.filled(np.ma.asarray(columns[name]).astype(np.float32), np.nan) for name in features]
    return np.column_stack(inputs), np.asarray(columns[label], dtype=np.int64)


def score(file, inputs):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"input": inputs})[0].astype(float)


def golden_difference(file, features, rows):
    inputs = [[np.nan if row["inputs"][name] is None else row["inputs"][name] for name in features] for row in rows]
    expected = np.array([row["outputs"]["probabilities"] for row in rows])
    return float(np.abs(score(file, np.array(inputs, dtype=np.float32)) - expected).max())


def compare(question):
    inputs, labels = read_rows(question["test"], question["features"])
    before, again = (score(question[name], inputs)[:, 1] for name in ("before", "again"))
    return {
        "rows": len(labels),
        "spread": float(before.std()),
        "shareAbove": float((np.abs(before - again) > TOLERANCE).mean()),
        "golden": golden_difference(question["before"], question["features"], question["goldenRows"]),
        "metrics": {
            "roc_auc": float(roc_auc_score(labels, again)),
            "log_loss": float(log_loss(labels, again)),
            "brier": float(brier_score_loss(labels, again)),
        },
    }


print(json.dumps({question["model"]: compare(question) for question in json.load(sys.stdin)}))
