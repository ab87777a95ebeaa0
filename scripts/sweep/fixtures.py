"""Writes what W&B's and SciPy's own code computes, for the tests of internal/sweep.

    venv/bin/python scripts/sweep/fixtures.py internal/sweep

space/testdata/quantiles.json: values of each distribution of W&B's package sweeps.
sampler/testdata/sobol.csv: points of SciPy's Sobol sequence.
"""

import json
import sys
from pathlib import Path

from scipy.stats import qmc
from sweeps.params import HyperParameter

DISTRIBUTIONS = [
    {"values": ["relu", "tanh", "elu"]},
    {"values": ["relu", "tanh", "elu"], "probabilities": [0.2, 0.5, 0.3]},
    {"min": 3, "max": 11},
    {"min": 0.25, "max": 0.75},
    {"distribution": "q_uniform", "min": 0.0, "max": 0.9, "q": 0.05},
    {"distribution": "q_uniform", "min": 10, "max": 100, "q": 8},
    {"distribution": "log_uniform_values", "min": 0.0001, "max": 0.1},
    {"distribution": "q_log_uniform_values", "min": 16, "max": 512, "q": 16},
    {"distribution": "inv_log_uniform_values", "min": 0.001, "max": 0.5},
    {"distribution": "log_uniform", "min": -7, "max": -1},
    {"distribution": "q_log_uniform", "min": 1, "max": 5, "q": 2},
    {"distribution": "inv_log_uniform", "min": 1, "max": 6},
    {"distribution": "normal", "mu": 0.5, "sigma": 0.04},
    {"distribution": "q_normal", "mu": 200, "sigma": 20, "q": 10},
    {"distribution": "log_normal", "mu": -5, "sigma": 0.3},
    {"distribution": "q_log_normal", "mu": 4, "sigma": 0.3, "q": 4},
]
PLACES = [0.001, 0.03, 0.1, 0.26, 0.41, 0.499, 0.63, 0.77, 0.9, 0.97, 0.9993]
POINTS = [0, 1, 2, 3, 4, 7, 100, 1023, 1024, 12345, 65535, 99999]
DIMENSIONS = 128


def plain(value):
    return value.item() if hasattr(value, "item") else value


def main():
    folder = Path(sys.argv[1])
    quantiles = [
        {"distribution": d, "values": [plain(HyperParameter("x", d).ppf(u)) for u in PLACES]} for d in DISTRIBUTIONS
    ]
    text = ",\n".join(json.dumps(q) for q in quantiles)
    (folder / "space/testdata/quantiles.json").write_text(f'{{"places": {json.dumps(PLACES)}, "quantiles": [\n{text}\n]}}\n')
    points = qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(max(POINTS) + 1)
    lines = [",".join([str(n)] + [str(int(v * 2**32)) for v in points[n]]) for n in POINTS]
    (folder / "sampler/testdata/sobol.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
