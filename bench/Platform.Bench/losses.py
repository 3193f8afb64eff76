"""The loss model in NumPy float64, one thread: docs/models/loss-model.md.

Reads the book and the loadings as JSON from standard input, simulates, and writes the figures, with their standard errors, and the time it
took as JSON to standard output.
"""

import json
import math
import os
import sys
import time

# Before NumPy is imported: the matrix product must not take a second thread.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

# Scenarios made together: what is made of them stays in the second-level cache.
BLOCK = 1024


def coefficients(model):
    """What the terms of (c W - M) / sigma are multiplied by: a row per common factor and a last one for W, a column per group."""
    factors, column_of = [], {}
    columns = len(model["exposure"])

    def row(key):
        if key not in column_of:
            column_of[key] = len(factors)
            factors.append(np.zeros(columns))
        return factors[column_of[key]]

    own = np.ones(columns)
    for name in ("global", "type", "chain", "coin"):
        loading = model["loading"][name]
        for group, member in enumerate(model[name]):
            if member is not None:
                row((name, member))[group] = -math.sqrt(loading)
                own[group] -= loading
    return np.vstack([*factors, model["threshold"]]) / np.sqrt(own)


def simulate(model, scenarios, seed):
    """The loss of each scenario, in dollars."""
    random = np.random.Generator(np.random.SFC64(seed))
    exposure, alpha, beta = (np.array(model[name]) for name in ("exposure", "alpha", "beta"))
    matrix = coefficients(model)
    freedom = model["freedom"]
    losses = np.empty(scenarios)
    common, own = np.empty((BLOCK, len(matrix))), np.empty((BLOCK, len(exposure)))
    for first in range(0, scenarios, BLOCK):
        count = min(BLOCK, scenarios - first)
        random.standard_normal(out=common)
        common[:, -1] = np.sqrt(random.chisquare(freedom, BLOCK) / freedom)
        random.standard_normal(out=own)
        scenario, group = np.nonzero(own[:count] <= common[:count] @ matrix)
        paid = exposure[group] * random.beta(alpha[group], beta[group])
        losses[first : first + count] = np.bincount(scenario, weights=paid, minlength=count)
    return losses


def figures(losses):
    """Expected loss, VaR 99 and CVaR 99, each with its standard error."""
    losses.sort()
    n, q = len(losses), 0.99
    rank = math.ceil(n * 99 / 100) - 1
    spread = math.ceil(math.sqrt(n * q * (1 - q)))
    tail = losses[rank:]
    var, cvar = losses[rank], tail.mean()
    return {
        "expected_loss": [losses.mean(), losses.std(ddof=1) / math.sqrt(n)],
        "var99": [var, (losses[min(n - 1, rank + spread)] - losses[rank - spread]) / 2],
        "cvar99": [cvar, math.sqrt((tail.var(ddof=1) + q * (cvar - var) ** 2) / len(tail))],
    }


def main():
    request = json.load(sys.stdin)
    model, scenarios, seed = request["model"], request["scenarios"], request["seed"]
    simulate(model, BLOCK, seed)
    elapsed, cpu = time.perf_counter(), time.process_time()
    answer = figures(simulate(model, scenarios, seed))
    answer["seconds"] = time.perf_counter() - elapsed
    answer["cpu_seconds"] = time.process_time() - cpu
    json.dump(answer, sys.stdout)


main()
