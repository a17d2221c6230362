"""Makes versions of the model files that train.py made, by `mainward import`, and prints their metrics.

    python write_versions.py SETS [--mainward "npx mainward"]

The versions in this repository are replaced. `mainward import` writes signature, views and golden rows; the evidence is ours.
"""

import argparse
import importlib.metadata
import json
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from datasets import MODELS, REPOSITORY, add_mainward, read_dataset
from scores import measure, run_model
from train import RECIPES, SEED, SMALL

LIBRARIES = ["duckdb", "numpy", "onnx", "onnxruntime", "scikit-learn", "skl2onnx"]
GOLDEN_ROWS = 8
SAMPLE_ROWS = 12

DATA = {
    "flight-delay": {"label": "arr_delayed"},
    "loan-approval": {
        "label": "approved",
        "protectedColumns": ["race", "sex", "marital_status", "age_group"],
        "protectedColumnsUsed": False,
    },
}


def as_json(value):
    """A 32-bit float as the shortest decimal number that is read as the same 32-bit float; null for NaN."""
    if np.isnan(value):
        return None
    text = np.format_float_positional(np.float32(value), unique=True, trim="-")
    number = float(text)
    if np.float32(number) != np.float32(value):
        raise ValueError(f"{text} is not read as the float32 {value!r}")
    return int(number) if number.is_integer() else number


def choose_golden_rows(inputs):
    """A row of nulls, two rows without any, the row with the most, and rows spread over the part in time."""
    nulls = np.isnan(inputs).sum(axis=1)
    complete = np.flatnonzero(nulls == 0)
    chosen = [int(complete[0]), int(complete[-1]), int(nulls.argmax())]
    spread = np.linspace(0, len(inputs) - 1, GOLDEN_ROWS + 1 - len(chosen)).astype(int)[1:-1]
    rows = inputs[chosen + [int(index) for index in spread]]
    return np.vstack([np.full((1, inputs.shape[1]), np.nan, dtype=np.float32), rows])


def build_evidence(recipe, model_bytes, dataset):
    metrics = {}
    for name in [name for name in ("test", "production") if name in dataset.parts]:
        part = dataset.parts[name]
        metrics[name] = measure(part.labels, run_model(model_bytes, part.inputs)[1][:, 1])
    report = dataset.report
    parts = {
        name: {"rows": len(part.labels), "positiveShare": round(float(part.labels.mean()), 4)}
        for name, part in dataset.parts.items()
    }
    estimator = recipe.make(dataset.names)
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    parameters = {name: value for name, value in sorted(last.get_params().items()) if is_set(last, name, value)}
    training = {"estimator": type(last).__name__, "parameters": parameters, "seed": SEED}
    if recipe.name == "flight-delay-1":
        training["columns"] = SMALL
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {
        "metrics": metrics,
        "data": {"digest": report["digest"], "trainingInputs": report["trainingInputs"], **DATA[recipe.model], "parts": parts},
        "training": training,
        "libraries": {"python": ".".join(platform.python_version_tuple()[:2]), **versions},
    }


def is_set(estimator, name, value):
    """Whether the parameter differs from the library's default."""
    default = type(estimator)().get_params()[name]
    return value is not None and value != default


def import_version(repository, mainward, recipe, sets, dataset):
    """Has mainward write the next version of the model in `repository`; its evidence."""
    model_file = sets / f"{recipe.name}.onnx"
    evidence = build_evidence(recipe, model_file.read_bytes(), dataset)
    rows = choose_golden_rows(dataset.parts["test"].inputs)
    files = {
        "sample": [dict(zip(dataset.names, [as_json(value) for value in row])) for row in rows],
        "evidence": evidence,
    }
    options = []
    for name, content in files.items():
        file = sets / f"{recipe.name}.{name}.json"
        file.write_text(json.dumps(content))
        options += [f"--{name}", str(file)]
    command = [*mainward, "import", recipe.model, "--path", str(repository), "--onnx", str(model_file), *options]
    subprocess.run([*command, "--description", recipe.description], check=True, stdout=subprocess.DEVNULL)
    return evidence


def write_sample(file, dataset):
    """Inputs of twelve flights, spread over two months: what a person who has only the model file would import it with."""
    inputs = dataset.parts["production"].inputs
    chosen = inputs[np.linspace(0, len(inputs) - 1, SAMPLE_ROWS).astype(int)]
    rows = [json.dumps(dict(zip(dataset.names, [as_json(value) for value in row]))) for row in chosen]
    file.write_text("[\n  " + ",\n  ".join(rows) + "\n]\n")


def write_versions(sets, mainward, to):
    """Writes models/MODEL/versions/ and data/sample-rows.json below `to`, and prints the metrics."""
    datasets = {model: read_dataset(sets, model) for model in MODELS}
    # The first import of a model makes version 1: it happens where there are no versions.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "repository"
        shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".git", ".mainward", "versions", "rollouts", "data"))
        for recipe in RECIPES:
            evidence = import_version(copy, mainward, recipe, sets, datasets[recipe.model])
            for part, metrics in evidence["metrics"].items():
                print(recipe.name, part, *[f"{name} {value:.4f}" for name, value in metrics.items()])
        for model in MODELS:
            versions = to / "models" / model / "versions"
            shutil.rmtree(versions, ignore_errors=True)
            shutil.copytree(copy / "models" / model / "versions", versions)
    write_sample(to / "data" / "sample-rows.json", datasets["flight-delay"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, metavar="SETS", help="folder of the data sets and model files")
    parser.add_argument("--to", type=Path, default=REPOSITORY, metavar="FOLDER", help="default: this repository")
    add_mainward(parser)
    arguments = parser.parse_args()
    write_versions(arguments.sets, arguments.mainward, arguments.to)


if __name__ == "__main__":
    main()
