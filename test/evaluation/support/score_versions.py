"""Scores the test part of a dataset with model files, by Python's onnxruntime, and measures them with scikit-learn.

Usage: score_versions.py DATASET < {NAME: {"file": …, "features": […]}} — prints one JSON document: metrics by name, by name and carrier,
and of the differences to the first how they spread when days are drawn.
"""

import json
import sys
from pathlib import Path

import duckdb
import numpy as np
import onnxruntime
from sklearn import metrics as sk

folder = Path(sys.argv[1])
versions = json.load(sys.stdin)
rows = duckdb.sql(f"select * from '{folder}/test.parquet'").fetchnumpy()
side = duckdb.sql(f"select __day::varchar as day, carrier from '{folder}/side/test.parquet'").fetchnumpy()
truth = np.asarray(rows["arr_delayed"]).astype(int)
carrier, day = np.asarray(side["carrier"]), np.asarray(side["day"])


def column(name):
    values = np.ma.asarray(rows[name])
    return np.where(np.ma.getmaskarray(values), np.nan, np.ma.getdata(values)).astype(np.float32)


def score(version):
    session = onnxruntime.InferenceSession(version["file"], providers=["CPUExecutionProvider"])
    matrix = np.stack([column(name) for name in version["features"]], axis=1)
    return session.run(["probabilities"], {session.get_inputs()[0].name: matrix})[0][:, 1].astype(np.float64)


def ece(truth, scores):
    bins = np.minimum((scores * 10).astype(int), 9)
    return sum(abs(truth[bins == b].mean() - scores[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))


def measure(rows, scores):
    return {
        "roc_auc": sk.roc_auc_score(truth[rows], scores[rows]),
        "log_loss": sk.log_loss(truth[rows], scores[rows]),
        "brier": sk.brier_score_loss(truth[rows], scores[rows]),
        "ece": ece(truth[rows], scores[rows]),
        "f1": sk.f1_score(truth[rows], scores[rows] >= 0.5),
    }


def losses(scores):
    return -np.log(np.where(truth == 1, scores, 1 - scores))


scores = {name: score(version) for name, version in versions.items()}
everything = np.ones(len(truth), bool)
first = losses(next(iter(scores.values())))
days = np.unique(day)
rng = np.random.default_rng(1)
draws = [rng.integers(len(days), size=len(days)) for _ in range(6000)]
counts = np.array([(day == each).sum() for each in days])
errors = {}
for name, found in scores.items():
    sums = np.array([(losses(found) - first)[day == each].sum() for each in days])
    errors[name] = np.std([sums[d].sum() / counts[d].sum() for d in draws], ddof=1) * np.sqrt(len(days) / (len(days) - 1))
print(
    json.dumps(
        {
            "rows": len(truth),
            "days": len(days),
            "versions": {name: measure(everything, found) for name, found in scores.items()},
            "carriers": {name: {c: measure(carrier == c, found) for c in ["UA", "B6", "WN"]} for name, found in scores.items()},
            "logLossErrors": errors,
        },
        default=float,
    )
)
