"""Writes statistics.json: what numpy, scipy and pandas say of columns that the test makes by the same rule.

Column i of row r: see `value`. V/bin/python make-reference.py statistics.json
"""

import json
import sys

import numpy as np
import pandas as pd
import scipy
from scipy import stats

N = 5000
index = np.arange(N, dtype=np.int64)
mixed = (index * 2654435761) % 4294967296
columns = {
    "plain": (mixed % 20011) / 64 - 100,
    "far": 1e9 + (mixed % 1009) / 16,
    "whole": (mixed % 3001).astype(np.float64) - 1500,
}
words = pd.Series(["w" + str(int(m) % 97 if m % 3 else int(m) % 5) for m in mixed])
edges = [-50.0, 0.0, 25.0, 100.0, 212.0]
answer = {"versions": {"numpy": np.__version__, "scipy": scipy.__version__, "pandas": pd.__version__}, "columns": {}}
for name, x in columns.items():
    answer["columns"][name] = {
        "mean": float(np.mean(x)),
        "variance": float(np.var(x, ddof=1)),
        "skewness": float(stats.skew(x)),
        "excess_kurtosis": float(stats.kurtosis(x)),
        "min": float(x.min()),
        "max": float(x.max()),
        "quantiles": [float(v) for v in np.quantile(x, [0.01, 0.25, 0.5, 0.75, 0.99], method="lower")],
        "counts": [int(v) for v in np.histogram(x, edges)[0]],
        "underflow": int((x < edges[0]).sum()),
        "overflow": int((x > edges[-1]).sum()),
    }
counts = words.value_counts()
top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
answer["words"] = [[word, int(count)] for word, count in top[:51]]
with open(sys.argv[1], "w") as file:
    json.dump(answer, file, indent=1)
    file.write("\n")
