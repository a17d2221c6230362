"""Rows with scores, and what scikit-learn, scipy and plain numpy say of them: the reference for measuring.

Usage: reference.py — prints one JSON document. Intervals are 95 %. Nothing here is taken from the code under test: areas and their
variances are counted pair by pair, clusters are drawn row by row.
"""

import json

import numpy as np
from scipy import stats
from sklearn import metrics as sk

rng = np.random.default_rng(7)


def clopper_pearson(k, n):
    low = 0.0 if k == 0 else stats.beta.ppf(0.025, k, n - k + 1)
    high = 1.0 if k == n else stats.beta.ppf(0.975, k + 1, n - k)
    return [low, high]


def mean_t(values):
    error = stats.sem(values)
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=error)
    return [low, high, error]


def placements(truth, scores):
    """DeLong's structural components, from all pairs."""
    positive, negative = scores[truth == 1], scores[truth == 0]
    above = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    return above.mean(axis=1), above.mean(axis=0)


def delong(truth, a, b=None):
    pa, na = placements(truth, a)
    if b is not None:
        pb, nb = placements(truth, b)
        pa, na = pa - pb, na - nb
    error = np.sqrt(pa.var(ddof=1) / len(pa) + na.var(ddof=1) / len(na))
    estimate = pa.mean()
    z = stats.norm.ppf(0.975)
    return [estimate, estimate - z * error, estimate + z * error, error]


def ece(truth, scores):
    bins = np.minimum((scores * 10).astype(int), 9)
    return sum(abs(truth[bins == b].mean() - scores[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))


def ece_equal_mass(truth, scores):
    """Borders are found anew each time, also on resamples."""
    runs = np.array_split(np.argsort(scores, kind="stable"), 10)
    return sum(abs((truth[run] - scores[run]).sum()) for run in runs) / len(truth)


def binary_points(truth, scores, threshold, weights=None):
    decided = (scores >= threshold).astype(int)
    w = {"sample_weight": weights}
    matrix = sk.confusion_matrix(truth, decided, labels=[0, 1], **w)
    (tn, fp), (fn, tp) = matrix
    return {
        "roc_auc": sk.roc_auc_score(truth, scores, **w),
        "average_precision": sk.average_precision_score(truth, scores, **w),
        "log_loss": sk.log_loss(truth, scores, **w),
        "brier": sk.brier_score_loss(truth, scores, **w),
        "accuracy": sk.accuracy_score(truth, decided, **w),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, decided, **w),
        "matthews_corrcoef": sk.matthews_corrcoef(truth, decided, **w),
        "cohen_kappa": sk.cohen_kappa_score(truth, decided, **w),
        "precision": sk.precision_score(truth, decided, **w),
        "recall": sk.recall_score(truth, decided, **w),
        "f1": sk.f1_score(truth, decided, **w),
        "f1_macro": sk.f1_score(truth, decided, average="macro", **w),
        "precision_weighted": sk.precision_score(truth, decided, average="weighted", **w),
        "selection_rate": (tp + fp) / (tn + fp + fn + tp),
        "true_positive_rate": tp / (tp + fn),
        "false_positive_rate": fp / (fp + tn),
        "false_negative_rate": fn / (tp + fn),
        "true_negative_rate": tn / (fp + tn),
        "positive_predictive_value": tp / (tp + fp),
    } | ({"ece": ece(truth, scores), "ece_equal_mass": ece_equal_mass(truth, scores)} if weights is None else {})


def quick_points(truth, scores, threshold):
    """Area, average precision, log loss, F1 and calibration error without scikit-learn's checks, which cost most of the time."""
    positives = truth.sum()
    area = (stats.rankdata(scores)[truth == 1].sum() - positives * (positives + 1) / 2) / positives / (len(truth) - positives)
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(truth) - 1)
    found = np.cumsum(truth[order])[ends]
    precision = (np.diff(found, prepend=0) * found / (ends + 1)).sum() / positives
    decided = scores >= threshold
    f1 = 2 * (decided & (truth == 1)).sum() / (decided.sum() + positives)
    return [area, precision, log_losses(truth, scores).mean(), f1, ece(truth, scores), ece_equal_mass(truth, scores)]


def log_losses(truth, scores):
    return -np.log(np.where(truth == 1, scores, 1 - scores))


def cluster_errors(clusters, values, replicates=3000):
    """Standard errors of the values when whole clusters are drawn, by drawing rows; put right for few clusters as usual."""
    members = [np.flatnonzero(clusters == c) for c in np.unique(clusters)]
    drawn = []
    for _ in range(replicates):
        rows = np.concatenate([members[c] for c in rng.integers(len(members), size=len(members))])
        drawn.append(values(rows))
    count = len(members)
    return (np.std(np.array(drawn), axis=0, ddof=1) * np.sqrt(count / (count - 1))).tolist()


def binary():
    n = 900
    clusters = rng.integers(12, size=n)
    effect = rng.normal(0, 0.5, size=12)[clusters]
    chance = 1 / (1 + np.exp(-(rng.normal(0, 1.2, size=n) + effect)))
    truth = (rng.random(n) < chance).astype(int)
    candidate = np.clip(np.round(chance + rng.normal(0, 0.08, size=n), 3), 0.001, 0.999)
    production = np.clip(np.round(chance + rng.normal(0, 0.2, size=n), 3), 0.001, 0.999)
    weights = np.round(rng.uniform(0.2, 3, size=n), 2)
    group = rng.choice(["a", "b", "c"], p=[0.5, 0.35, 0.15], size=n)
    decided, other = (candidate >= 0.5).astype(int), (production >= 0.4).astype(int)
    tp, positives = int((decided & truth).sum()), int(truth.sum())
    differences = log_losses(truth, candidate) - log_losses(truth, production)
    names = ["roc_auc", "average_precision", "log_loss", "f1", "ece", "ece_equal_mass"]

    def values(rows):
        points = quick_points(truth[rows], candidate[rows], 0.5)
        return points + [a - b for a, b in zip(points, quick_points(truth[rows], production[rows], 0.4))]

    independent = np.arange(n)
    return {
        "rows": {
            "truth": truth.tolist(),
            "candidate": candidate.tolist(),
            "production": production.tolist(),
            "weights": weights.tolist(),
            "clusters": clusters.tolist(),
            "group": group.tolist(),
        },
        "points": binary_points(truth, candidate, 0.5),
        "production": binary_points(truth, production, 0.4),
        "weighted": binary_points(truth, candidate, 0.5, weights),
        "groups": {g: binary_points(truth[group == g], candidate[group == g], 0.5) for g in ["a", "b", "c"]},
        "intervals": {
            "accuracy": clopper_pearson(int((decided == truth).sum()), n),
            "recall": clopper_pearson(tp, positives),
            "precision": clopper_pearson(tp, int(decided.sum())),
            "roc_auc": delong(truth, candidate)[1:],
            "log_loss": mean_t(log_losses(truth, candidate)),
            "brier": mean_t((candidate - truth) ** 2),
        },
        "differences": {
            "roc_auc": delong(truth, candidate, production),
            "log_loss": [differences.mean(), *mean_t(differences)],
        },
        "accuracyDifference": {
            "only": int(((decided == truth) & (other != truth)).sum()),
            "onlyOther": int(((decided != truth) & (other == truth)).sum()),
        },
        "clusterErrors": dict(zip(names + [f"difference {name}" for name in names], cluster_errors(clusters, values))),
        "rowErrors": dict(zip(names + [f"difference {name}" for name in names], cluster_errors(independent, values, 2000))),
    }


def multiclass():
    n, classes = 600, ["no", "some", "yes"]
    logits = rng.normal(0, 1, size=(n, 3))
    truth = np.array([rng.choice(3, p=np.exp(row) / np.exp(row).sum()) for row in logits])
    scores = np.exp(logits + rng.normal(0, 0.4, size=(n, 3)))
    scores = scores / scores.sum(axis=1, keepdims=True)
    predicted = scores.argmax(axis=1)
    losses = -np.log(scores[np.arange(n), truth])
    clusters = rng.integers(15, size=n)

    def area(rows, own, other):
        """By ranks: the chance that a row of one class has a higher probability of it than a row of the other."""
        kept = rows[(truth[rows] == own) | (truth[rows] == other)]
        is_own = truth[kept] == own
        count = is_own.sum()
        return (stats.rankdata(scores[kept, own])[is_own].sum() - count * (count + 1) / 2) / count / (len(kept) - count)

    def pair_areas(rows):
        pairs = [(0, 1), (0, 2), (1, 2)]
        areas = [(area(rows, a, b) + area(rows, b, a)) / 2 for a, b in pairs]
        return [np.mean(areas), np.average(areas, weights=[np.isin(truth[rows], pair).sum() for pair in pairs])]

    ovo = ["roc_auc_ovo_macro", "roc_auc_ovo_weighted"]
    return {
        "rowErrors": dict(zip(ovo, cluster_errors(np.arange(n), pair_areas, 600))),
        "clusterErrors": dict(zip(ovo, cluster_errors(clusters, pair_areas, 600))),
        "rows": {"truth": [classes[k] for k in truth], "scores": scores.ravel().tolist(), "clusters": clusters.tolist()},
        "classes": classes,
        "points": {
            "accuracy": sk.accuracy_score(truth, predicted),
            "f1_macro": sk.f1_score(truth, predicted, average="macro"),
            "recall_weighted": sk.recall_score(truth, predicted, average="weighted"),
            "precision_micro": sk.precision_score(truth, predicted, average="micro"),
            "log_loss": sk.log_loss(truth, scores),
            "brier": float(((scores - np.eye(3)[truth]) ** 2).sum(axis=1).mean()),
            "roc_auc_ovr_macro": sk.roc_auc_score(truth, scores, multi_class="ovr"),
            "roc_auc_ovo_macro": sk.roc_auc_score(truth, scores, multi_class="ovo"),
            "roc_auc_ovo_weighted": sk.roc_auc_score(truth, scores, multi_class="ovo", average="weighted"),
        },
        "intervals": {
            "accuracy": clopper_pearson(int((predicted == truth).sum()), n),
            "log_loss": mean_t(losses)[:2],
        },
        "confusion": sk.confusion_matrix(truth, predicted).tolist(),
    }


def regression():
    n = 500
    truth = np.round(rng.gamma(2, 3, size=n), 3)
    predicted = np.round(truth + rng.normal(0.3, 1.5, size=n), 3)
    errors = predicted - truth

    def values(rows):
        return [np.sqrt((errors[rows] ** 2).mean()), sk.r2_score(truth[rows], predicted[rows])]

    return {
        "rows": {"truth": truth.tolist(), "scores": predicted.tolist()},
        "points": {
            "mean_absolute_error": sk.mean_absolute_error(truth, predicted),
            "mean_squared_error": sk.mean_squared_error(truth, predicted),
            "root_mean_squared_error": sk.root_mean_squared_error(truth, predicted),
            "median_absolute_error": sk.median_absolute_error(truth, predicted),
            "max_error": sk.max_error(truth, predicted),
            "mean_absolute_percentage_error": sk.mean_absolute_percentage_error(truth, predicted),
            "r2": sk.r2_score(truth, predicted),
            "bias": errors.mean(),
            "pinball_0.1": sk.mean_pinball_loss(truth, predicted, alpha=0.1),
            "pinball_0.9": sk.mean_pinball_loss(truth, predicted, alpha=0.9),
        },
        "intervals": {
            "mean_absolute_error": mean_t(abs(errors))[:2],
            "bias": mean_t(errors)[:2],
            "pinball_0.9": mean_t(np.maximum(0.9 * -errors, 0.1 * errors))[:2],
        },
        "rowErrors": dict(zip(["root_mean_squared_error", "r2"], cluster_errors(np.arange(n), values, 2000))),
    }


print(json.dumps({"binary": binary(), "multiclass": multiclass(), "regression": regression()}, default=float))
