"""Has `mainward dataset` write the training sets of the example, and reads them.

    python datasets.py SETS [--mainward "npx mainward"]

Writes SETS/flight-delay and SETS/loan-approval, and SETS/flight-delay-later: the flights of the two months that follow the
training set, with the same columns, from a copy of the repository in which the Model names that stretch of time.
"""

import argparse
import json
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "data"
MODELS = ["flight-delay", "loan-approval"]
PARTS = ["train", "validation", "test"]

STRETCH = "data: { from: 2013-01-15, until: 2013-06-01, splitBy: sched_dep, validation: 14d, test: 14d }"
LATER = "data: { from: 2013-06-01, until: 2013-08-01, splitBy: sched_dep }"


@dataclass(frozen=True)
class Part:
    """Labelled rows in the order of the data set: 32-bit inputs with NaN for null, and labels 0 or 1."""

    inputs: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Dataset:
    """`names` are the columns of the inputs in order; `report` is dataset.json."""

    names: list
    parts: dict
    report: dict


def connect():
    """An in-memory database that reckons in UTC."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    return db


def read_dataset(sets, model):
    """The data set of a model. For flight-delay the part `production` has the flights of the two months after."""
    report = json.loads((sets / model / "dataset.json").read_text())
    names = [column["name"] for column in report["columns"] if column["role"] != "label"]
    label = report["label"]["column"]
    parts = {part: read_part(sets / model / f"{part}.parquet", names, label) for part in PARTS}
    if model == "flight-delay":
        parts["production"] = read_part(sets / "flight-delay-later" / "train.parquet", names, label)
    return Dataset(names, parts, report)


def read_part(file, names, label):
    columns = ", ".join(f'"{name}"' for name in [*names, label])
    rows = connect().execute(f"select {columns} from read_parquet('{file}', file_row_number = true) order by file_row_number").fetchnumpy()
    return Part(inputs=to_matrix(rows, names), labels=np.asarray(rows[label], dtype=np.int64))


def to_matrix(columns, names):
    """The named columns of a query (`fetchnumpy`) as one matrix of 32-bit floats, NaN for null."""
    return np.column_stack([np.ma.filled(np.ma.asarray(columns[name]).astype(np.float32), np.nan) for name in names])


def write_datasets(sets, mainward, repository=REPOSITORY):
    sets.mkdir(parents=True, exist_ok=True)
    for model in MODELS:
        run_dataset(mainward, repository, model, sets / model)
    with tempfile.TemporaryDirectory() as folder:
        later = Path(folder) / "repository"
        shutil.copytree(repository, later, ignore=shutil.ignore_patterns(".git", ".mainward"))
        manifest = later / "models/flight-delay/model.yaml"
        text = manifest.read_text()
        if text.count(STRETCH) != 1:
            raise ValueError(f"expected once in {manifest}: {STRETCH}")
        manifest.write_text(text.replace(STRETCH, LATER))
        run_dataset(mainward, later, "flight-delay", sets / "flight-delay-later")


def run_dataset(mainward, repository, model, out):
    subprocess.run([*mainward, "dataset", model, "--path", str(repository), "--out", str(out)], check=True)


def add_mainward(parser):
    """The option that says how mainward is called; `shlex.split` of it is the beginning of a command."""
    parser.add_argument("--mainward", default="npx mainward", type=shlex.split, metavar="COMMAND", help="default: npx mainward")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, metavar="SETS", help="folder for the data sets")
    add_mainward(parser)
    arguments = parser.parse_args()
    write_datasets(arguments.sets, arguments.mainward)


if __name__ == "__main__":
    main()
