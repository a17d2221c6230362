"""Scores a model file, and what its scores are worth."""

import numpy as np
import onnxruntime
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

ECE_BINS = 10


def run_model(model_bytes, inputs):
    """The outputs of the model for 32-bit inputs: labels, and a row of two probabilities each."""
    session = onnxruntime.InferenceSession(model_bytes, providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(["label", "probabilities"], {"input": inputs})
    return labels, probabilities


def measure(labels, scores):
    """Metrics of probabilities against labels 0 and 1, with four decimals."""
    found = {
        "roc_auc": roc_auc_score(labels, scores),
        "log_loss": log_loss(labels, scores),
        "brier": brier_score_loss(labels, scores),
        "ece": measure_ece(labels, scores),
    }
    return {name: round(float(value), 4) for name, value in found.items()}


def measure_ece(labels, scores):
    """Expected calibration error over bins of equal width."""
    bins = np.minimum((scores * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = [abs(labels[bins == index].sum() - scores[bins == index].sum()) for index in range(ECE_BINS)]
    return sum(gaps) / len(labels)
