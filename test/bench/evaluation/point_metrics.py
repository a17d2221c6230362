"""Times scikit-learn's point metrics on a million scores. Usage: point_metrics.py FOLDER RUNS — prints one line of JSON a run."""

import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn import metrics as sk

folder, runs = Path(sys.argv[1]), int(sys.argv[2])
truth = np.fromfile(folder / "truth.bin", dtype=np.uint8).astype(np.int64)
scores = np.fromfile(folder / "scores.bin", dtype=np.float64)


def ece():
    bins = np.minimum((scores * 10).astype(int), 9)
    counts = np.bincount(bins, minlength=10)
    gaps = np.abs(np.bincount(bins, truth, minlength=10) - np.bincount(bins, scores, minlength=10))
    return gaps.sum() / counts.sum()


def measure():
    decided = (scores >= 0.5).astype(np.int64)
    return {
        "roc_auc": sk.roc_auc_score(truth, scores),
        "average_precision": sk.average_precision_score(truth, scores),
        "log_loss": sk.log_loss(truth, scores),
        "brier": sk.brier_score_loss(truth, scores),
        "f1": sk.f1_score(truth, decided),
        "accuracy": sk.accuracy_score(truth, decided),
        "precision": sk.precision_score(truth, decided),
        "recall": sk.recall_score(truth, decided),
        "matthews_corrcoef": sk.matthews_corrcoef(truth, decided),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, decided),
        "ece": ece(),
    }


for _ in range(runs):
    started, cpu = time.perf_counter(), time.process_time()
    values = measure()
    taken = {"ms": (time.perf_counter() - started) * 1000, "cpuMs": (time.process_time() - cpu) * 1000}
    print(json.dumps({**taken, "values": values}), flush=True)
