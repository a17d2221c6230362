"""Trains the models of the example on the sets that datasets.py made, and writes them as ONNX.

    python train.py SETS [VERSION …]

VERSION is for example flight-delay-2; default: all. SETS/flight-delay-2.onnx is written. write_versions.py makes versions of them.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from datasets import read_dataset
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

SEED = 7
TARGET_OPSET = {"": 15, "ai.onnx.ml": 1}

# The columns that version 1 of flight-delay reads. It takes all 27, as the other versions do.
SMALL = ["temp", "wind_speed", "precip", "visib", "carrier_delay_rate_7d", "origin_delay_rate_6h", "distance", "sched_hour"]


@dataclass(frozen=True)
class Recipe:
    """How a version is made. `make` returns the untrained estimator for inputs of the given names."""

    model: str
    version: int
    description: str
    make: object

    @property
    def name(self):
        return f"{self.model}-{self.version}"


def make_small(names):
    """Median, scaling and logistic regression on eight columns."""
    chosen = [names.index(name) for name in SMALL]
    return make_pipeline(
        ColumnTransformer([("small", "passthrough", chosen)]),
        SimpleImputer(strategy="median"),
        StandardScaler(),
        LogisticRegression(C=1.0, random_state=SEED),
    )


def make_trees(_names, class_weight=None):
    """Gradient boosted trees on all columns; missing values are their own branch."""
    return HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.08,
        max_leaf_nodes=15,
        min_samples_leaf=200,
        l2_regularization=5.0,
        early_stopping=False,
        class_weight=class_weight,
        random_state=SEED,
    )


def make_loans(_names):
    """Median, scaling and logistic regression on all columns."""
    return make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(C=0.3, max_iter=1000, random_state=SEED)
    )


RECIPES = [
    Recipe("flight-delay", 1, "Logistic regression on 8 of the 27 inputs", make_small),
    Recipe("flight-delay", 2, "Gradient boosted trees on all inputs", make_trees),
    Recipe(
        "flight-delay",
        3,
        "Version 2 with balanced class weights",
        lambda names: make_trees(names, class_weight="balanced"),
    ),
    Recipe("loan-approval", 1, "Logistic regression on all inputs", make_loans),
]


def train(recipe, dataset):
    part = dataset.parts["train"]
    # With more threads than idle cores scikit-learn's wait for each other, and a few seconds become minutes.
    with threadpool_limits(1):
        return recipe.make(dataset.names).fit(part.inputs, part.labels)


def export(estimator, recipe, width):
    """The estimator as the bytes of an ONNX file: one float32 tensor in; label and the two probabilities out."""
    inputs = [("input", FloatTensorType([None, width]))]
    options = {"zipmap": False}
    return to_onnx(
        estimator, initial_types=inputs, options=options, target_opset=TARGET_OPSET, name=recipe.name
    ).SerializeToString()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, metavar="SETS", help="folder of the data sets")
    parser.add_argument("versions", nargs="*", metavar="VERSION", help="for example flight-delay-2; default: all")
    arguments = parser.parse_args()
    known = {recipe.name: recipe for recipe in RECIPES}
    unknown = [name for name in arguments.versions if name not in known]
    if unknown:
        parser.error(f"expected {', '.join(known)}, found {', '.join(unknown)}")
    chosen = [known[name] for name in arguments.versions or known]
    datasets = {model: read_dataset(arguments.sets, model) for model in sorted({recipe.model for recipe in chosen})}
    for recipe in chosen:
        dataset = datasets[recipe.model]
        model_bytes = export(train(recipe, dataset), recipe, len(dataset.names))
        file = arguments.sets / f"{recipe.name}.onnx"
        file.write_bytes(model_bytes)
        print(f"{recipe.name}: {file} ({len(model_bytes)} bytes)")


if __name__ == "__main__":
    main()
