"""Writes two parts of a dataset as Parquet, and what pandas, numpy, scikit-learn and scipy say of them, as one JSON document.

Usage: reference_facts.py FOLDER
"""

import json
import sys
from pathlib import Path

import duckdb
import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

FOLDER = Path(sys.argv[1])
FEATURES = ["even", "leak", "missing", "steps", "carrier", "unique", "constant", "nothing", "flag", "whole"]


def make(rows, seed, shift, carriers):
    random = np.random.default_rng(seed)
    label = (random.random(rows) < 0.3).astype(int)
    even = random.normal(shift, 1, rows).astype(np.float32)
    even[random.random(rows) < 0.1] = np.nan
    return {
        "even": even,
        "leak": label + random.normal(0, 0.2, rows),
        "missing": [None if late else float(value) for late, value in zip(label, random.normal(0, 1, rows))],
        "steps": random.integers(0, 4, rows).astype(np.int32),
        "carrier": [None if value == "null" else str(value) for value in random.choice(carriers, rows)],
        "unique": [f"{seed}-{index}" for index in range(rows)],
        "constant": np.full(rows, 7, np.int64),
        "nothing": [None] * rows,
        "flag": random.random(rows) < 0.2 + 0.6 * label,
        "whole": random.integers(0, 1000, rows).astype(np.int64),
        "label": label.astype(np.int32),
        "classes": random.choice(["a", "b", "c"], rows) if seed == 1 else random.choice(["a", "b", "d"], rows),
        "value": even.astype(np.float64) * 2 + random.normal(0, 1, rows),
    }


TYPES = {
    "even": "FLOAT", "leak": "DOUBLE", "missing": "DOUBLE", "steps": "INTEGER", "carrier": "VARCHAR", "unique": "VARCHAR",
    "constant": "BIGINT", "nothing": "DOUBLE", "flag": "BOOLEAN", "whole": "BIGINT", "label": "INTEGER", "classes": "VARCHAR",
    "value": "DOUBLE",
}  # fmt: skip


def literal(value):
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def write(name, part):
    session = duckdb.connect()
    columns = ", ".join(f'"{column}" {kind}' for column, kind in TYPES.items())
    session.execute(f"create table t ({columns})")
    rows = list(zip(*[[literal(value) for value in part[column]] for column in TYPES]))
    session.executemany(f"insert into t values ({', '.join('?' for _ in TYPES)})", rows)
    session.execute(f"copy t to '{FOLDER / name}.parquet' (format parquet)")


def numbers(part, column):
    return np.array([np.nan if value is None else float(value) for value in part[column]])


def both_ways(label, score):
    area = roc_auc_score(label, score)
    return max(area, 1 - area)


def area(train, judged, column, label, target):
    """Nulls as the least value, and rows with a value; texts by the mean label of the training part, others by that of all."""
    if column in ("carrier", "unique"):
        means = {}
        for key, value in zip(train[column], target(train)):
            means.setdefault(key, []).append(value)
        score = np.array([np.mean(means[key] if key in means else target(train)) for key in judged[column]])
        label = target(judged)
    else:
        score = numbers(train, column)
    known = ~np.isnan(score)
    areas = [both_ways(label, np.where(known, score, -1e300))]
    if min(np.sum(label[known] == 1), np.sum(label[known] == 0)) >= 50:
        areas.append(both_ways(label[known], score[known]))
    return max(areas)


def stability(train, judged, column):
    """Bins that end at deciles of the training part; texts by value (there are fewer than twenty); nulls apart."""
    if column == "carrier":
        keys = sorted({key for key in train[column] if key is not None})
        place = lambda key: len(keys) + 1 if key is None else keys.index(key) if key in keys else len(keys)
        counts = [np.bincount([place(key) for key in part[column]], minlength=len(keys) + 2) for part in (train, judged)]
    else:
        ours, theirs = numbers(train, column), numbers(judged, column)
        known = np.sort(ours[~np.isnan(ours)])
        edges = np.unique([known[(tenth * len(known) + 9) // 10 - 1] for tenth in range(1, 10)])
        counts = [
            np.append(np.bincount(np.searchsorted(edges, x[~np.isnan(x)], side="left"), minlength=len(edges) + 1), np.isnan(x).sum())
            for x in (ours, theirs)
        ]
    p, q = [np.maximum(count / count.sum(), 1e-4) for count in (counts[1], counts[0])]
    used = int(np.sum(counts[0] + counts[1] > 0))
    index = float(np.sum((p - q) * np.log(p / q)))
    return max(0.0, index - (used - 1) * (1 / counts[0].sum() + 1 / counts[1].sum()))


train = make(4000, 1, 0.0, ["UA", "AA", "null"])
judged = make(1500, 2, 1.0, ["UA", "AA", "null", "VX", "ZZ"])
for column in TYPES:
    for index in range(120):
        judged[column][index] = train[column][index * 3]
write("train", train)
write("test", judged)

unseen = [key for key in judged["carrier"] if key not in set(train["carrier"])]
regression = {}
for column in ("even", "leak", "whole"):
    x, y = numbers(train, column), numbers(train, "value")
    known = ~np.isnan(x) & ~np.isnan(y)
    regression[column] = abs(float(spearmanr(x[known], y[known])[0]))
areas = [
    area(train, judged, "leak", (np.array(train["classes"]) == name).astype(int), None) for name in ("a", "b", "c")
]
print(
    json.dumps(
        {
            "areas": {
                column: area(train, judged, column, np.array(train["label"]), lambda part: np.array(part["label"]))
                for column in FEATURES
                if column not in ("constant", "nothing")
            },
            "classArea": float(np.mean(areas)),
            "correlations": regression,
            "stability": {column: stability(train, judged, column) for column in ("even", "leak", "steps", "carrier", "flag", "whole")},
            "newCarrierRows": len(unseen),
            "labels": {str(value): [int(np.sum(np.array(part["label"]) == value)) for part in (train, judged)] for value in (0, 1)},
        }
    )
)
