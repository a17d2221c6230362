"""Trains versions again and compares them with the committed files on the test part. Prints JSON by version.

    PYTHONPATH=example-repo/tools python rebuild.py flight-delay-1 …
"""

import json
import sys

import numpy as np
from scores import measure, run_model
from tables import REPOSITORY
from train import RECIPES, export, read_parts, train

# A float64 threshold that is rounded to float32 can jump over a value exactly at it: a few rows may differ much.
TOLERANCE = 1e-5


def compare(found, expected):
    differences = np.abs(found.astype(float) - expected.astype(float))
    return {"shareAbove": float((differences > TOLERANCE).mean()), "largest": float(differences.max())}


def rebuild(recipe, parts):
    estimator = train(recipe, parts["train"])
    rebuilt = export(estimator, recipe)
    committed = (REPOSITORY / recipe.file).read_bytes()
    test = parts["test"]
    by_library = estimator.predict_proba(test.inputs)[:, 1]
    by_rebuilt = run_model(rebuilt, test.inputs)[1][:, 1]
    by_committed = run_model(committed, test.inputs)[1][:, 1]
    return {
        "rows": len(test.labels),
        "libraryToOnnx": compare(by_library, by_rebuilt),
        "rebuiltToCommitted": compare(by_rebuilt, by_committed),
        "metrics": {name: measure(part.labels, run_model(committed, part.inputs)[1][:, 1]) for name, part in parts.items()},
        "spread": float(by_committed.std()),
    }


def main():
    recipes = [recipe for recipe in RECIPES if recipe.name in sys.argv[1:]]
    parts = {model: read_parts(model) for model in sorted({recipe.model for recipe in recipes})}
    print(json.dumps({recipe.name: rebuild(recipe, parts[recipe.model]) for recipe in recipes}))


main()
