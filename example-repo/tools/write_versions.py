"""Writes the ModelVersion of every model file that train.py made, with golden rows and evidence, and prints the metrics.

    python write_versions.py
"""

import hashlib
import importlib.metadata
import json
import platform

import features
import loans
import numpy as np
import onnx
from scores import measure, run_model
from tables import REPOSITORY
from train import RECIPES, SEED, SMALL, read_parts

SCHEMA = "https://mainward.dev/schemas/v1alpha1/modelversion.schema.json"
LIBRARIES = ["duckdb", "numpy", "onnx", "onnxruntime", "scikit-learn", "skl2onnx"]
GOLDEN_ROWS = 8

FEATURES = {"flight-delay": features.FEATURES, "loan-approval": loans.FEATURES}

DATA = {
    "flight-delay": {
        "files": ["flights.parquet", "weather_hourly.parquet", "planes.parquet"],
        "label": "arr_delayed",
        "splitBy": "sched_dep",
        "windows": {name: {"from": since, "until": until} for name, (since, until) in features.PARTS.items()},
    },
    "loan-approval": {
        "files": ["loans.parquet"],
        "label": "approved",
        "splitBy": "synthetic_applied_at",
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


def write_golden_rows(recipe, model_bytes, inputs):
    rows = choose_golden_rows(inputs)
    labels, probabilities = run_model(model_bytes, rows)
    return [
        {
            "inputs": dict(zip(recipe.names, [as_json(value) for value in row])),
            "outputs": {"label": int(label), "probabilities": [as_json(value) for value in pair]},
        }
        for row, label, pair in zip(rows, labels, probabilities)
    ]


def write_evidence(recipe, metrics, parts):
    data = dict(DATA[recipe.model])
    windows = data.pop("windows", {})
    data["parts"] = {
        name: {**windows.get(name, {}), "rows": len(part.labels), "positiveShare": round(float(part.labels.mean()), 4)}
        for name, part in parts.items()
    }
    estimator = recipe.make()
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    parameters = {name: value for name, value in sorted(last.get_params().items()) if is_set(last, name, value)}
    training = {"estimator": type(last).__name__, "parameters": parameters, "seed": SEED}
    if recipe.name == "flight-delay-1":
        training["columns"] = SMALL
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {
        "metrics": metrics,
        "data": data,
        "training": training,
        "libraries": {"python": ".".join(platform.python_version_tuple()[:2]), **versions},
    }


def is_set(estimator, name, value):
    """Whether the parameter differs from the library's default."""
    default = type(estimator)().get_params()[name]
    return value is not None and value != default


def build_manifest(recipe, model_bytes, parts):
    names = recipe.names
    metrics = {}
    for part in [name for name in ("test", "production") if name in parts]:
        metrics[part] = measure(parts[part].labels, run_model(model_bytes, parts[part].inputs)[1][:, 1])
    model = onnx.load_model_from_string(model_bytes)
    return {
        "apiVersion": "mainward.dev/v1alpha1",
        "kind": "ModelVersion",
        "metadata": {"name": recipe.name, "description": recipe.description},
        "spec": {
            "model": recipe.model,
            "version": recipe.version,
            "source": "imported",
            "artifact": {
                "path": recipe.file,
                "sha256": hashlib.sha256(model_bytes).hexdigest(),
                "sizeBytes": len(model_bytes),
                "opset": next(entry.version for entry in model.opset_import if entry.domain == ""),
            },
            "signature": {
                "inputs": [{"name": "input", "datatype": "FP32", "shape": [-1, len(names)], "features": names}],
                "outputs": {"score": "probabilities", "label": "label", "positiveIndex": 1},
            },
            "requestFeatures": write_features(recipe.model),
            "nulls": {"default": "model"},
            "decision": {"threshold": 0.5},
            "goldenRows": write_golden_rows(recipe, model_bytes, parts["test"].inputs),
            "evidence": write_evidence(recipe, metrics, parts),
        },
    }


def write_features(model):
    return [
        {"name": name, "dtype": "float32", "unit": unit, "description": description}
        for name, unit, description in FEATURES[model]
    ]


def to_yaml(value, indent=0):
    """YAML in the form of `mainward fmt`: a list has an item a line, a map of scalars stays in one line inside a list."""
    space = "  " * indent
    if isinstance(value, dict):
        return "".join(f"{space}{key}:{below(item, indent)}" for key, item in value.items())
    return "".join(f"{space}- {item_text(item, indent)}" for item in value)


def below(value, indent):
    if isinstance(value, dict) and is_flat(value) and len(value) > 8:
        return f" {flow(value)}\n"
    if isinstance(value, (dict, list)) and value:
        return "\n" + to_yaml(value, indent + 1)
    return f" {scalar(value)}\n"


def item_text(value, indent):
    if isinstance(value, dict):
        return f"{flow(value)}\n" if is_flat(value) else to_yaml(value, indent + 1).lstrip(" ")
    return f"{scalar(value)}\n"


def is_flat(value):
    return not any(isinstance(item, (dict, list)) for item in value.values())


def flow(value):
    return "{ " + ", ".join(f"{key}: {scalar(item)}" for key, item in value.items()) + " }"


def scalar(value):
    if isinstance(value, str):
        plain = value.replace(" ", "").replace("/", "").replace(".", "").replace("-", "").replace("_", "").isalnum()
        return value if plain and value[0].isalpha() and value.isascii() else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def main():
    parts = {model: read_parts(model) for model in FEATURES}
    for recipe in RECIPES:
        file = REPOSITORY / recipe.file
        manifest = build_manifest(recipe, file.read_bytes(), parts[recipe.model])
        head = f"# yaml-language-server: $schema={SCHEMA}\n# Written by tools/write_versions.py.\n"
        file.with_suffix(".yaml").write_text(head + to_yaml(manifest), encoding="utf-8")
        for part, metrics in manifest["spec"]["evidence"]["metrics"].items():
            print(recipe.name, part, *[f"{name} {value:.4f}" for name, value in metrics.items()])


if __name__ == "__main__":
    main()
