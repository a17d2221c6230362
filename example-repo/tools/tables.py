"""What the data sets have in common: where the files are, and how a query becomes the input of a model."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "data"


@dataclass(frozen=True)
class Part:
    """Labelled rows in order of time: 32-bit inputs with NaN for null, and labels 0 or 1."""

    inputs: np.ndarray
    labels: np.ndarray


def connect():
    """An in-memory database that reckons in UTC."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    return db


def to_matrix(columns, names):
    """The named columns of a query (`fetchnumpy`) as one matrix of 32-bit floats, NaN for null."""
    return np.column_stack([np.ma.filled(np.ma.asarray(columns[name]).astype(np.float32), np.nan) for name in names])
