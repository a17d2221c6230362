"""Trains the versions of the example again on data sets, and compares them with the committed files. Prints JSON by version.

    PYTHONPATH=example-repo/tools python rebuild.py SETS VERSIONS

SETS is what tools/datasets.py wrote. VERSIONS is a JSON file: by name, the path of the model file, and its golden rows.
"""

import json
import sys
from pathlib import Path

import numpy as np
from datasets import MODELS, REPOSITORY, connect, read_dataset
from scores import measure, run_model
from train import RECIPES, export, train

# A float64 threshold that is rounded to float32 can jump over a value exactly at it: a few rows may differ much.
TOLERANCE = 1e-5
RESAMPLES = 500


def compare(found, expected):
    differences = np.abs(found.astype(float) - expected.astype(float))
    return {"shareAbove": float((differences > TOLERANCE).mean()), "largest": float(differences.max())}


def score(model_bytes, inputs):
    return run_model(model_bytes, inputs)[1][:, 1]


def check_golden_rows(model_bytes, names, golden_rows):
    """The greatest difference to Python's runtime over all golden rows."""
    value = lambda row, name: np.nan if row["inputs"][name] is None else row["inputs"][name]
    inputs = np.array([[value(row, name) for name in names] for row in golden_rows], dtype=np.float32)
    expected = np.array([row["outputs"]["probabilities"] for row in golden_rows])
    return float(np.abs(run_model(model_bytes, inputs)[1] - expected).max())


def rebuild(recipe, dataset, golden_rows):
    estimator = train(recipe, dataset)
    rebuilt = export(estimator, recipe, len(dataset.names))
    committed = (REPOSITORY / "models" / recipe.model / "versions" / f"{recipe.version}.onnx").read_bytes()
    test = dataset.parts["test"]
    by_rebuilt, by_committed = score(rebuilt, test.inputs), score(committed, test.inputs)
    return {
        "rows": len(test.labels),
        "digest": dataset.report["digest"],
        "goldenRows": {"rows": len(golden_rows), "largest": check_golden_rows(committed, dataset.names, golden_rows)},
        "libraryToOnnx": compare(estimator.predict_proba(test.inputs)[:, 1], by_rebuilt),
        "rebuiltToCommitted": compare(by_rebuilt, by_committed),
        "metrics": {name: measure(part.labels, score(committed, part.inputs)) for name, part in dataset.parts.items()},
        "spread": float(by_committed.std()),
        "scores": by_committed,
    }


def gain_over_days(sets, labels, worse, better):
    """Bounds of the middle 95 % of the gain in log loss when whole days of the test part are drawn again: a day's flights are late together."""
    file = sets / "flight-delay" / "side" / "test.parquet"
    days = np.array([str(day) for (day,) in connect().execute(f"select __day from read_parquet('{file}')").fetchall()])
    loss = lambda scores: -np.where(labels == 1, np.log(scores), np.log(1 - scores))
    gains = loss(worse.astype(float)) - loss(better.astype(float))
    names = np.unique(days)
    sums = np.array([[gains[days == day].sum(), (days == day).sum()] for day in names])
    random = np.random.default_rng(7)
    drawn = sums[random.integers(0, len(names), (RESAMPLES, len(names)))].sum(axis=1)
    return [float(bound) for bound in np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])]


def main(sets, versions):
    datasets = {model: read_dataset(sets, model) for model in MODELS}
    golden = json.loads(versions.read_text())
    found = {recipe.name: rebuild(recipe, datasets[recipe.model], golden[recipe.name]) for recipe in RECIPES}
    scores = {name: result.pop("scores") for name, result in found.items()}
    labels = datasets["flight-delay"].parts["test"].labels
    gain = gain_over_days(sets, labels, scores["flight-delay-1"], scores["flight-delay-2"])
    print(json.dumps({"versions": found, "gain": gain}))


main(*map(Path, sys.argv[1:]))
