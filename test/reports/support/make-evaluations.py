"""Evaluations of the example's versions, computed with onnxruntime, numpy and scikit-learn alone: what the reports of the tests show.

Usage: python make-evaluations.py FOLDER, where FOLDER has `flight` and `loan` as `mainward dataset` writes them for flight-delay and
loan-approval. Writes ../fixtures/NAME.json. Needs numpy, scikit-learn, onnxruntime, pyarrow and pyyaml. Replicates of days have Student's t
with one degree of freedom less than there are days; loans have Clopper-Pearson and bootstraps of rows.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow.parquet as pq
import yaml
from scipy import stats
from sklearn.metrics import roc_auc_score

here = Path(__file__).parent
root = here.parent.parent.parent
example = root / "example-repo"
# Version 3 of flight-delay is that of a branch of the demo.
third = root / "example-branches" / "balanced-weights"
folder = Path(sys.argv[1])
REPLICATES = 1000


def load(dataset, label):
    table = pq.read_table(folder / dataset / "test.parquet")
    side = pq.read_table(folder / dataset / "side" / "test.parquet")
    columns = {name: np.array([np.nan if v is None else float(v) for v in table.column(name).to_pylist()]) for name in table.schema.names}
    y = columns.pop(label)
    return columns, y, {name: side.column(name).to_pylist() for name in side.schema.names}


def score(model, version, columns):
    place = third if version == 3 else example
    spec = yaml.safe_load((place / f"models/{model}/versions/{version}.yaml").read_text())["spec"]
    names = spec["signature"]["inputs"][0]["features"]
    session = onnxruntime.InferenceSession(str(place / spec["artifact"]["path"]))
    matrix = np.column_stack([columns[name] for name in names]).astype(np.float32)
    return session.run(["probabilities"], {session.get_inputs()[0].name: matrix})[0][:, 1].astype(float), spec


def auc_maker(p, y):
    order = np.argsort(-p, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)

    def auc(w):
        positive, negative = np.cumsum((w * y)[order])[ends], np.cumsum((w * (1 - y))[order])[ends]
        if positive[-1] == 0 or negative[-1] == 0:
            return np.nan
        return np.trapezoid(np.append(0, positive), np.append(0, negative)) / (positive[-1] * negative[-1])

    return auc


def mean_maker(values):
    return lambda w: (w * values).sum() / w.sum()


def ece_maker(p, y):
    bins = np.minimum((p * 10).astype(int), 9)

    def ece(w):
        difference = np.bincount(bins, w * (y - p), 10)
        return np.abs(difference).sum() / w.sum()

    return ece


def makers(p, y):
    clipped = np.clip(p, 1e-15, 1 - 1e-15)
    return {
        "roc_auc": auc_maker(p, y),
        "log_loss": mean_maker(-(y * np.log(clipped) + (1 - y) * np.log(1 - clipped))),
        "brier": mean_maker((p - y) ** 2),
        "ece": ece_maker(p, y),
    }


def six(value):
    return None if value is None or not np.isfinite(value) else float(f"{value:.6g}")


def weights_of_clusters(days, seed):
    keys, index = np.unique(days, return_inverse=True)
    draws = np.random.default_rng(seed).multinomial(len(keys), np.full(len(keys), 1 / len(keys)), REPLICATES)
    return len(keys), [draw[index].astype(float) for draw in draws]


def measure(metric, of, group, functions, mask, weights, clusters, rows):
    def value(w):
        return functions[0](w) - (functions[1](w) if len(functions) > 1 else 0)

    ones = np.ones(int(mask.sum()))
    estimate = value(ones)
    replicates = np.array([value(w[mask]) for w in weights if w[mask].sum() > 0])
    error = np.nanstd(replicates, ddof=1)
    freedom = clusters - 1
    half = stats.t.ppf(0.975, freedom) * error
    low, high = estimate - half, estimate + half
    if of in ("candidate", "production", "baseline"):
        low = max(low, 0)
        high = min(high, 1) if metric != "log_loss" else high
    return {
        "metric": metric, "of": of, **({} if group is None else {"group": group}), "estimate": six(estimate), "low": six(low), "high": six(high),
        "standardError": six(error), "degreesOfFreedom": freedom, "method": "cluster-bootstrap-t", "rows": rows, "clusters": clusters,
    }


def curves(named, y):
    def roc(p):
        order = np.argsort(-p, kind="stable")
        tpr, fpr = np.cumsum(y[order]) / y.sum(), np.cumsum(1 - y[order]) / (1 - y).sum()
        at = np.linspace(0, len(p) - 1, 99).astype(int)
        return [[0, 0]] + [[round(float(fpr[i]), 4), round(float(tpr[i]), 4)] for i in at] + [[1, 1]]

    def calibration(p):
        bins = np.minimum((p * 10).astype(int), 9)
        return [
            {"score": round(float(p[bins == b].mean()), 4), "share": round(float(y[bins == b].mean()), 4), "rows": int((bins == b).sum())}
            for b in range(10)
            if (bins == b).any()
        ]

    p = named["candidate"]
    confusion = [[int(((y == t) & ((p >= 0.5) == d)).sum()) for d in (0, 1)] for t in (0, 1)]
    return {
        "roc": [{"of": of, "points": roc(p)} for of, p in named.items()],
        "calibration": [{"of": of, "bins": calibration(p)} for of, p in named.items()],
        "confusion": confusion,
    }


def flights(candidate, production):
    columns, y, side = load("flight", "arr_delayed")
    scores, specs = {}, {}
    for of, version in (("candidate", candidate), ("production", production)):
        scores[of], specs[of] = score("flight-delay", version, columns)
    days, carriers = np.array([str(day) for day in side["__day"]]), np.array(side["carrier"])
    clusters, weights = weights_of_clusters(days, 7)
    prior = 0.253859
    scores["baseline"] = np.full(len(y), prior)
    measurements = []
    groups = [(None, np.ones(len(y), bool))] + [({"carrier": c}, carriers == c) for c in sorted(set(carriers)) if (carriers == c).sum() >= 300]
    for group, mask in groups:
        by = {of: makers(p[mask], y[mask]) for of, p in scores.items()}
        for metric in ("roc_auc", "log_loss", "brier", "ece") if group is None else ("roc_auc", "log_loss"):
            for of in ("candidate", "production") + (("baseline",) if group is None else ()):
                measurements.append(measure(metric, of, group, [by[of][metric]], mask, weights, clusters, int(mask.sum())))
            for of in ("production",) + (("baseline",) if group is None else ()):
                measurements.append(measure(metric, f"difference-to-{of}", group, [by["candidate"][metric], by[of][metric]], mask, weights, clusters, int(mask.sum())))
    return {
        "task": "binary-classification", "part": "test", "rows": len(y), "clusters": {"by": "day", "count": clusters}, "confidence": 0.95,
        "bootstrap": {"replicates": REPLICATES, "seed": 7}, "threshold": 0.5, "classes": ["false", "true"],
        "production": {"version": production, "artifact": specs["production"]["artifact"]["sha256"], "threshold": 0.5},
        "baseline": {"kind": "prior", "values": [prior]}, "measurements": measurements,
        "curves": curves({of: scores[of] for of in ("candidate", "production")}, y),
    }


def clopper(k, n):
    if n == 0:
        return None, None
    low = 0.0 if k == 0 else stats.beta.ppf(0.025, k, n - k + 1)
    return low, 1.0 if k == n else stats.beta.ppf(0.975, k + 1, n - k)


def loans():
    columns, y, side = load("loan", "approved")
    p, _ = score("loan-approval", 1, columns)
    rng = np.random.default_rng(7)
    rows = [np.bincount(rng.integers(0, len(y), len(y)), minlength=len(y)).astype(float) for _ in range(REPLICATES)]
    everyone = np.ones(len(y), bool)
    scores = {"candidate": p, "baseline": np.full(len(y), 0.8769)}
    measurements = []
    for metric in ("roc_auc", "log_loss", "brier", "ece"):
        by = {of: makers(value, y)[metric] for of, value in scores.items()}
        for of, functions in (("candidate", [by["candidate"]]), ("baseline", [by["baseline"]]), ("difference-to-baseline", [by["candidate"], by["baseline"]])):
            found = measure(metric, of, None, functions, everyone, rows, len(y), len(y))
            del found["clusters"]
            measurements.append({**found, "method": "bootstrap-t"})
    selected = p >= 0.5
    race = np.array(side["race"])
    rates = {}
    for value in sorted(set(race)):
        group = race == value
        for metric, hits, of in (("selection_rate", selected[group], np.ones(group.sum(), bool)), ("true_positive_rate", selected[group], y[group] == 1), ("false_positive_rate", selected[group], y[group] == 0)):
            k, n = int(hits[of].sum()), int(of.sum())
            low, high = clopper(k, n)
            rates[(metric, value)] = k / n
            measurements.append({"metric": metric, "of": "candidate", "group": {"race": str(value)}, "estimate": six(k / n), "low": six(low), "high": six(high), "standardError": six(np.sqrt(k / n * (1 - k / n) / n)), "method": "clopper-pearson", "rows": int(group.sum())})

    def between(metric, how, values):
        chosen = sorted((values[v], v) for v in ("black", "white"))
        (least, lowest), (most, highest) = chosen
        return (least / most if how == "ratio" else most - least), lowest, highest

    def rate(metric, w, value):
        group = race == value
        base = group & (y == 1) if metric == "true_positive_rate" else group
        return (w * selected)[base].sum() / w[base].sum()

    for metric, how in (("selection_rate", "ratio"), ("true_positive_rate", "difference")):
        estimate, lowest, highest = between(metric, how, {v: rate(metric, np.ones(len(y)), v) for v in ("black", "white")})
        replicates = np.array([between(metric, how, {v: rate(metric, w, v) for v in ("black", "white")})[0] for w in rows])
        low, high = np.quantile(replicates, [0.025, 0.975])
        measurements.append({
            "metric": metric, "of": "candidate",
            "across": {"columns": ["race"], "how": how, "minGroup": 50, "groups": 2, "leftOut": [{"race": "hispanic"}], "lowest": {"race": lowest}, "highest": {"race": highest}},
            "estimate": six(estimate), "low": six(low), "high": six(high), "standardError": six(replicates.std(ddof=1)), "method": "group-bootstrap-t", "rows": len(y),
        })
    return {
        "task": "binary-classification", "part": "test", "rows": len(y), "confidence": 0.95, "bootstrap": {"replicates": REPLICATES, "seed": 7}, "threshold": 0.5,
        "classes": ["0", "1"], "production": {"version": None, "because": "nothing is in production yet"}, "baseline": {"kind": "prior", "values": [0.8769]},
        "measurements": measurements, "curves": curves({"candidate": p}, y),
    }


for name, evaluation in (("flight-delay-2", flights(2, 1)), ("flight-delay-3", flights(3, 2)), ("loan-approval-1", loans())):
    (here.parent / "fixtures" / f"{name}.json").write_text(json.dumps(evaluation) + "\n")
    for found in evaluation["measurements"]:
        if "group" not in found:
            print(name, found["metric"], found["of"], found["estimate"], found["low"], found["high"])
