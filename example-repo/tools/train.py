"""Trains the models of the example and writes them as ONNX.

    python train.py [VERSION …] [--to FOLDER]

VERSION is for example flight-delay-2; default: all. Without --to the files go to their places in this repository.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import features
import loans
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tables import REPOSITORY

SEED = 7
TARGET_OPSET = {"": 15, "ai.onnx.ml": 1}

# The columns that version 1 of flight-delay reads. It takes all 27, so that a caller sends the same row to every version.
SMALL = ["temp", "wind_speed", "precip", "visib", "carrier_delay_rate_7d", "origin_delay_rate_6h", "distance", "sched_hour"]


@dataclass(frozen=True)
class Recipe:
    """How a version is made. `make` returns the untrained estimator."""

    model: str
    version: int
    description: str
    names: list
    make: object

    @property
    def name(self):
        return f"{self.model}-{self.version}"

    @property
    def file(self):
        """Path of the model file in the repository."""
        return f"models/{self.model}/versions/{self.version}.onnx"


def make_small():
    """Median, scaling and logistic regression on eight columns."""
    chosen = [features.NAMES.index(name) for name in SMALL]
    return make_pipeline(
        ColumnTransformer([("small", "passthrough", chosen)]),
        SimpleImputer(strategy="median"),
        StandardScaler(),
        LogisticRegression(C=1.0, random_state=SEED),
    )


def make_trees(class_weight=None):
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


def make_loans():
    """Median, scaling and logistic regression on all columns."""
    return make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(C=0.3, max_iter=1000, random_state=SEED)
    )


RECIPES = [
    Recipe("flight-delay", 1, "Logistic regression on 8 of the 27 inputs", features.NAMES, make_small),
    Recipe("flight-delay", 2, "Gradient boosted trees on all inputs", features.NAMES, make_trees),
    Recipe(
        "flight-delay",
        3,
        "Version 2 with balanced class weights",
        features.NAMES,
        lambda: make_trees(class_weight="balanced"),
    ),
    Recipe("loan-approval", 1, "Logistic regression on all inputs", loans.NAMES, make_loans),
]


def read_parts(model):
    """The labelled rows of a model, by part."""
    if model == "loan-approval":
        return loans.read_parts()
    db = features.open_tables()
    features.create_features(db)
    return features.read_parts(db)


def train(recipe, part):
    return recipe.make().fit(part.inputs, part.labels)


def export(estimator, recipe):
    """The estimator as the bytes of an ONNX file: one float32 tensor in; label and the two probabilities out."""
    inputs = [("input", FloatTensorType([None, len(recipe.names)]))]
    options = {"zipmap": False}
    return to_onnx(
        estimator, initial_types=inputs, options=options, target_opset=TARGET_OPSET, name=recipe.name
    ).SerializeToString()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", nargs="*", metavar="VERSION", help="for example flight-delay-2; default: all")
    parser.add_argument("--to", type=Path, default=REPOSITORY, metavar="FOLDER", help="where to write; default: this repository")
    arguments = parser.parse_args()
    known = {recipe.name: recipe for recipe in RECIPES}
    unknown = [name for name in arguments.versions if name not in known]
    if unknown:
        parser.error(f"expected {', '.join(known)}, found {', '.join(unknown)}")
    chosen = [known[name] for name in arguments.versions or known]
    parts = {model: read_parts(model) for model in sorted({recipe.model for recipe in chosen})}
    for recipe in chosen:
        model_bytes = export(train(recipe, parts[recipe.model]["train"]), recipe)
        file = arguments.to / recipe.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(model_bytes)
        print(f"{recipe.name}: {file} ({len(model_bytes)} bytes)")


if __name__ == "__main__":
    main()
