"""Writes models of scikit-learn as files, samples, and what the models answer: the reference for import --sklearn.

Usage: pickles.py FOLDER writes FOLDER/NAME.pkl (or .joblib, .skops) and FOLDER/NAME.json, and prints by name the scores of every row.
"""

import json
import pickle
import sys
import types
from pathlib import Path

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FOLDER = Path(sys.argv[1])
RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(400, 3)).round(4)
Y = (X[:, 0] + X[:, 1] / 2 + RANDOM.normal(size=400) / 3 > 0).astype(int)
ROWS = [dict(zip("abc", row)) for row in X[:40].tolist()]
ANSWERS = {}


def write(name, rows, scores, content=None):
    if content is not None:
        Path(FOLDER, name).write_bytes(content)
    Path(FOLDER, name).with_suffix(".json").write_text(json.dumps(rows))
    ANSWERS[name] = np.asarray(scores, dtype=float).reshape(len(rows), -1).tolist()


def trees():
    model = HistGradientBoostingClassifier(max_iter=20, class_weight="balanced").fit(X, Y)
    rows = [{**row, "c": None if at % 5 == 0 else row["c"]} for at, row in enumerate(ROWS)]
    matrix = np.array([[np.nan if value is None else value for value in row.values()] for row in rows])
    write("trees.pkl", [{"customer": at, **row} for at, row in enumerate(rows)], model.predict_proba(matrix), pickle.dumps(model))


def pipeline():
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "kind": RANDOM.choice(["x", "y", "z"], 400)})
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    steps = ColumnTransformer([("numbers", numbers, ["a", "b"]), ("kinds", OneHotEncoder(), ["kind"])])
    model = make_pipeline(steps, LogisticRegression(C=0.5)).fit(frame, Y)
    # Another order than the model's, and a column that it does not take.
    rows = frame.head(40)[["kind", "b", "a"]].assign(customer=range(40)).to_dict("records")
    write("pipeline.pkl", rows, model.predict_proba(frame.head(40)), cloudpickle.dumps(model))


def forest():
    model = RandomForestRegressor(n_estimators=10, random_state=1).fit(X, X @ [1, 2, 3])
    joblib.dump(model, FOLDER / "forest.joblib", compress=3)
    write("forest.joblib", ROWS, model.predict(X[:40]))


def linear():
    model = LogisticRegression(C=0.3).fit(pd.DataFrame(X, columns=list("abc")), Y)
    skops.io.dump(model, FOLDER / "linear.skops")
    write("linear.skops", ROWS, model.predict_proba(pd.DataFrame(X[:40], columns=list("abc"))))


def steep():
    """Of 64-bit numbers only: what is between two 32-bit numbers decides."""
    model = LogisticRegression().fit([[0.0, 0.0], [1.0, 1.0]], [0, 1])
    model.coef_, model.intercept_ = np.array([[1e9, -1e9]]), np.array([0.0])
    rows = [{"x": 0.1, "y": 0.100000003}, {"x": 0.5, "y": 0.5}]
    write("steep.pkl", rows, model.predict_proba([list(row.values()) for row in rows]), pickle.dumps(model))


class Spy:
    """Runs code when it is read, as a pickle may."""

    def __reduce__(self):
        return exec, (f"import json, os; open({str(FOLDER / 'spied.json')!r}, 'w').write(json.dumps(dict(os.environ, cwd=os.getcwd())))",)


def broken():
    elsewhere = types.ModuleType("elsewhere")
    exec("class Own:\n    pass", elsewhere.__dict__)
    sys.modules["elsewhere"] = elsewhere
    contents = {
        "list.pkl": pickle.dumps([1]),
        "text.pkl": b"no pickle at all",
        "elsewhere.pkl": pickle.dumps(elsewhere.Own()),
        # As the file of an XGBClassifier begins: with the name of its class.
        "boosted.pkl": b"cxgboost.sklearn\nXGBClassifier\n.",
        "spy.pkl": pickle.dumps(Spy()),
        "exit.pkl": pickle.dumps(Exit()),
    }
    for name, content in contents.items():
        write(name, ROWS[:3], np.zeros(3), content)


class Exit:
    def __reduce__(self):
        return exec, ("import os; print('last words', flush=True); os._exit(7)",)


for make in (trees, pipeline, forest, linear, steep, broken):
    make()
print(json.dumps(ANSWERS))
