"""Claims of Benedetti et al. (2016) on quantum correlations: Sec. V, Figs. 4 and 5."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from quantsync.gaussian import entropy as gaussian_entropy
from quantsync.gaussian import log_negativity as gaussian_log_negativity
from quantsync.papers.benedetti2016.data import Fluctuations, fluctuations
from quantsync.papers.benedetti2016.networks import (
    CROSSTALK,
    FIGURE_4,
    FIGURE_5,
    REVIVAL,
    WINDOW,
    network,
    time_axis,
)
from quantsync.papers.paper import Found, claim, zero

STEP = 0.125
TIMES = time_axis(1010.0, STEP)
SECOND_CROSSTALK = 3 * CROSSTALK
"""When signals that went to and fro reach the other end again."""
STEADY = (300.0, 640.0)
WINDOWS = (10.0, 15.0, 20.0, 30.0)
STRETCHED = "position variances stretched, <x_j^2> = e^{2r}/(2 omega_j), not printed"


@lru_cache(maxsize=8)
def run(which: int, angle: float = 0.0) -> Fluctuations:
    """The run of Fig. 4 or 5."""
    figure = FIGURE_4 if which == 4 else FIGURE_5
    return fluctuations(network(**figure), TIMES, figure["frequency"], angle=angle)


def between(low: float, high: float) -> slice:
    """The samples between two times."""
    return slice(round(low / STEP), round(high / STEP) + 1)


def starts(low: float, high: float) -> np.ndarray:
    """Starts of windows."""
    return np.arange(low, high + 0.5)


@claim(
    "C41",
    "Sec. V",
    "E = max(0, -ln nu), nu the smallest symplectic eigenvalue of the partial transpose",
    printed="-ln nu",
    convention="nu in units of the vacuum's 1/2, with [x, p] = i: E = max(0, -ln 2 nu)",
)
def negativity() -> Found:
    literal, ours = -math.log(0.5), float(gaussian_log_negativity(np.eye(4) / 2))
    return Found(
        f"of two vacua: -ln nu = {literal:.4f} with nu = 1/2, E = {ours:g} with -ln 2 nu",
        ours == 0 < literal,
    )


@claim("C42", "Sec. V", "M = S_A + S_B - S_AB", printed="entropies")
def mutual_information() -> Found:
    path = run(4)
    k = round(500 / STEP)
    sigma = path.covariance[k]
    parts = [float(gaussian_entropy(sigma[a, a])) for a in (slice(0, 2), slice(2, 4))]
    value = sum(parts) - float(gaussian_entropy(sigma))
    apart = abs(value - float(path.mutual_information[k]))
    return Found(
        f"{parts[0]:.4f} + {parts[1]:.4f} - {float(gaussian_entropy(sigma)):.4f} = {value:.6f} at "
        f"t = 500 of Fig. 4, M to {zero(apart)}",
        apart < 1e-12,
    )


@claim(
    "C43",
    "Fig. 4(c)",
    "second moments synchronize for strong coupling to a common node",
    printed="C = 1",
    convention=STRETCHED,
)
def fluctuations_synchronize() -> Found:
    path = run(4)
    values = path.synchronization(starts(300, 600))
    windows = {w: float(path.synchronization(starts(300, 600), w).min()) for w in WINDOWS}
    at = path.synchronization(np.array([300.0, 500.0]))
    return Found(
        f"C = {at[0]:.4f} at t = 300 and {at[1]:.6f} at 500; least in 300-600 "
        + ", ".join(f"{c:.4f} (window {w:g})" for w, c in windows.items()),
        values.min() > 0.99,
    )


@claim(
    "C44",
    "Fig. 4(b)",
    "initially both mutual information and entanglement are established",
    printed="both > 0",
    convention=STRETCHED,
)
def initial_correlations() -> Found:
    E, M = run(4).negativity[between(0, 20)], run(4).mutual_information[between(0, 20)]
    return Found(
        f"for t < 20 M reaches {M.max():.3f} and E {E.max():.3f}, from zero",
        E.max() > 0.1 and M.max() > 0.1,
    )


@claim(
    "C45",
    "Fig. 4(b)",
    "after a decay E and M reach steady values that do not vanish; synchronization witnesses "
    "entanglement",
    printed="> 0",
    convention=f"steady means oscillating at twice the frequency of the bound state; {STRETCHED}",
)
def steady_correlations() -> Found:
    E, M = run(4).negativity, run(4).mutual_information
    steady = between(*STEADY)
    gap = E[between(20, 100)]
    return Found(
        f"t = 300-640: E has the mean {E[steady].mean():.4f} ({E[steady].min():.4f} to "
        f"{E[steady].max():.4f}), M {M[steady].mean():.4f} ({M[steady].min():.4f} to "
        f"{M[steady].max():.4f}); for t = 20-100 E is zero {100 * np.mean(gap == 0):.0f} % of the "
        "time",
        E[steady].min() > 0.01 and M[steady].min() > 0.01,
    )


@claim(
    "C46",
    "Fig. 4",
    "so do E and M with squeezed positions (which quadrature is squeezed is not printed)",
    printed="> 0",
    otherwise="E keeps vanishing and returning with squeezed positions",
)
def squeezed_quadrature() -> Found:
    E, steady = run(4, math.pi / 2).negativity, between(*STEADY)
    values = run(4, math.pi / 2).synchronization(starts(300, 600))
    share = float(np.mean(E[steady] == 0))
    return Found(
        f"with position variances squeezed C > {values.min():.4f}, but E (mean "
        f"{E[steady].mean():.4f}, at most {E[steady].max():.4f}) is zero {100 * share:.0f} % of "
        "t = 300-640",
        share == 0,
    )


@claim(
    "C47",
    "Sec. V A",
    "synchronization and entanglement would persist for an infinite bath",
    printed="persist",
    convention=STRETCHED,
)
def infinite_bath() -> Found:
    times = 1000 + time_axis(100.0, STEP)
    path = fluctuations(network(**FIGURE_4, sites=1000), times, FIGURE_4["frequency"])
    E, values = path.negativity, path.synchronization(1000 + np.arange(0.0, 81.0, 5.0))
    return Found(
        f"M = 1000, t = 1000-1100: C > {math.floor(1e6 * values.min()) / 1e6:.6f}, E between "
        f"{E.min():.4f} and {E.max():.4f}, mean {E.mean():.4f}",
        values.min() > 0.999 and E.min() > 0.005,
    )


@claim(
    "C48",
    "Fig. 4(b,c)",
    "at tau_R M increases, but C ~ 0 for 650 < t < 700",
    printed="C ~ 0",
    convention="C passes through zero there: it falls and recovers",
)
def feedback() -> Found:
    path, edges = run(4), (650.0, 700.0)
    rows = {w: path.synchronization(starts(*edges), w) for w in WINDOWS}
    M = path.mutual_information
    return Found(
        f"M rises from {M[between(*STEADY)].mean():.3f} to {M[between(*edges)].max():.3f}; C has "
        "the means "
        + ", ".join(
            f"{c.mean():.2f} ({c.min():.2f} to {c.max():.2f}, window {w:g})"
            for w, c in rows.items()
        ),
        all(abs(c.mean()) < 0.35 and c.min() < 0 for c in rows.values())
        and bool(M[between(*edges)].max() > 0.5),
    )


@claim(
    "C49",
    "Sec. V A",
    "at weak coupling the probes evolve into no synchronized and entangled state",
    printed="neither",
)
def weak_coupling() -> Found:
    times = time_axis(650.0, STEP)
    rows = []
    for strength in (0.05, 0.1):
        probes = network(**FIGURE_4 | {"strength": strength})
        path = fluctuations(probes, times, FIGURE_4["frequency"])
        late = path.negativity[between(300, 640)]
        rows.append((strength, late.max(), np.abs(path.synchronization(starts(300, 620))).max()))
    return Found(
        "; ".join(f"K = {k:g}: E = {e:.3g}, |C| < {c:.3f} for t > 300" for k, e, c in rows),
        all(e == 0 and c < 0.5 for _, e, c in rows),
    )


@claim(
    "C50",
    "Fig. 5",
    "fluctuations of probes at the edges synchronize during the crosstalk",
    printed="C -> 1",
)
def fluctuations_by_crosstalk() -> Found:
    path = run(5)
    early, crossing = path.synchronization(starts(20, 300)), path.synchronization(starts(335, 600))
    windows = {w: float(path.synchronization(starts(340, 600), w).min()) for w in WINDOWS}
    at = float(path.synchronization(np.array([500.0]))[0])
    late = path.synchronization(starts(REVIVAL, 950))
    return Found(
        f"|C| < {np.abs(early).max():.2f} for t = 20-300; for 340-600 C > "
        + ", ".join(f"{math.floor(1e4 * c) / 1e4} (window {w:g})" for w, c in windows.items())
        + f", {at:.6f} at 500; between {late.min():.2f} and {late.max():.2f} after tau_R",
        crossing.min() > 0.99 and np.abs(early).max() < 0.5,
    )


@claim(
    "C51",
    "Fig. 5",
    "mutual information rises from vanishing to finite values during the crosstalk",
    printed="finite",
)
def mutual_information_by_crosstalk() -> Found:
    M = run(5).mutual_information
    before = float(M[between(0, 300)].max())
    crossing = M[between(CROSSTALK, REVIVAL - 20)]
    at = CROSSTALK + STEP * int(crossing.argmax())
    return Found(
        f"M is below 1e-9 for t < 300, {crossing.max():.4f} at t = {at:.0f}, then decaying to "
        f"{M[round(500 / STEP)]:.1e} at t = 500 while C stays 1",
        before < 1e-9 and crossing.max() > 5e-3,
    )


@claim(
    "C52",
    "Sec. V B, Fig. 5",
    "entanglement is never created in the crosstalk regime, whatever the squeezing",
    printed="E = 0",
)
@claim(
    "C53",
    "Sec. V B, Sec. VI",
    "entanglement is never created, at later times either",
    printed="E = 0",
    otherwise="weakly squeezed probes are entangled by the signals that arrive at t = 3 tau_CT",
)
def no_entanglement() -> Iterator[Found]:
    times = time_axis(1200.0, 2 * STEP)
    first, later = times < SECOND_CROSSTALK - WINDOW, times >= SECOND_CROSSTALK - WINDOW
    largest, after = 0.0, {}
    for squeezing in (0.1, 0.5, 1.0, 2.0, 3.0, 5.0):
        for angle in (0.0, math.pi / 2):
            path = fluctuations(network(**FIGURE_5), times, FIGURE_5["frequency"], squeezing, angle)
            largest = max(largest, float(path.negativity[first].max()))
            top = float(path.negativity[later].max())
            after[squeezing] = max(top, after.get(squeezing, 0.0))
    nu = math.exp(-float(np.max(run(5).negativity)))
    yield Found(
        f"E = {largest:g} until t = {SECOND_CROSSTALK - WINDOW:.0f} for r = 0.1, 0.5, 1, 2, 3, "
        f"5, positions or momenta squeezed (2 nu >= {nu:g} for r = 2)",
        largest == 0,
    )
    yield Found(
        "after the second crosstalk, from t = 3M/v = "
        f"{SECOND_CROSSTALK:.0f} to 1200, E reaches "
        + ", ".join(f"{e:.4f} (r = {r:g})" for r, e in after.items()),
        max(after.values()) == 0,
    )
