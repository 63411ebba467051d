"""Claims of Benedetti et al. (2016) on quantum correlations: Sec. V, Figs. 4 and 5."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from quantsync.gaussian import entropy as gaussian_entropy
from quantsync.gaussian import log_negativity as gaussian_log_negativity
from quantsync.papers import bars
from quantsync.papers.benedetti2016.data import Fluctuations, fluctuations
from quantsync.papers.benedetti2016.networks import (
    CROSSTALK,
    FIGURE_4,
    FIGURE_5,
    REVIVAL,
    SYNCHRONIZED,
    WINDOW,
    WINDOWS,
    network,
    scientific,
    time_axis,
    tiny,
)
from quantsync.papers.paper import Found, claim

STEP = 0.125
TIMES = time_axis(1010.0, STEP)
SECOND_CROSSTALK = 3 * CROSSTALK
"""When signals that went to and fro reach the other end again."""
STEADY = (300.0, 640.0)
QUADRATURES = {"positions stretched": 0.0, "positions squeezed": math.pi / 2}
STRETCHED = r"positions stretched, $\langle x_j^2\rangle = e^{2r}/2\omega_j$, which is not printed"
ALMOST_ZERO = bars.Bar(
    "10 % of the largest possible $C$, 1, off zero, for an approximate sign",
    lambda value: bars.Margin(abs(value) / 0.1),
)
SPLINE = "numerical, $10^{-8}$ (splines through samples)"
"""How well C of sampled variances is known."""


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
    "Sec. V, on entanglement",
    r"logarithmic negativity $E = \max(0,-\ln\nu)$, with $\nu$ the smallest symplectic eigenvalue "
    "of the partially transposed density matrix",
    printed="$E = 0$ for a product state",
    bar=bars.identity("$E$ of two vacua zero"),
    convention=r"$\nu$ in units of the vacuum's 1/2 (Sec. II has $[x, p] = i$), $E = "
    r"\max(0, -\ln 2\nu)$; in units of $\hbar$ two vacua would have $E = \ln 2$",
)
def negativity(bar) -> Found:
    ours = float(gaussian_log_negativity(np.eye(4) / 2))
    return Found(
        rf"of two vacua ($\nu = 1/2$): $E = {ours:g}$ with $-\ln 2\nu$, {math.log(2):.4f} with "
        r"$-\ln\nu$",
        bar(ours),
        uncertainty="exact",
    )


@claim(
    "C42",
    "Sec. V, on entanglement",
    "the mutual information $M = S_A+S_B-S_{AB}$ ... with $S_i$ the von Neumann entropy of the "
    "reduced system",
    printed="$S_A + S_B - S_{AB}$",
    bar=bars.identity("$M$ and the sum of entropies equal"),
)
def mutual_information(bar) -> Found:
    path = run(4)
    k = round(500 / STEP)
    sigma = path.covariance[k]
    parts = [float(gaussian_entropy(sigma[a, a])) for a in (slice(0, 2), slice(2, 4))]
    value = sum(parts) - float(gaussian_entropy(sigma))
    apart = abs(value - float(path.mutual_information[k]))
    return Found(
        f"${parts[0]:.4f} + {parts[1]:.4f} - {float(gaussian_entropy(sigma)):.4f} = {value:.4f}$ "
        f"at $t = 500$ of Fig. 4; what is drawn differs by {tiny(apart)}",
        bar(apart),
        uncertainty="numerical, $10^{-10}$",
    )


@claim(
    "C43",
    "Sec. V A, Fig. 4(c)",
    "In this case synchronization arises between the second-order moments, as shown in Fig. 4",
    printed="$C = 1$",
    bar=SYNCHRONIZED,
)
def fluctuations_synchronize(bar) -> Found:
    rows = {
        name: [float(run(4, angle).synchronization(starts(300, 600), w).min()) for w in WINDOWS]
        for name, angle in QUADRATURES.items()
    }
    at = run(4).synchronization(np.array([300.0, 500.0]))
    return Found(
        "least $C$ for $t = 300$-600 "
        + ", ".join(f"{row[1]:.4f} ({name})" for name, row in rows.items())
        + f"; with positions stretched $C = {at[0]:.4f}$ at $t = 300$ and {at[1]:.6f} at 500",
        bar(1 - min(min(row) for row in rows.values())),
        uncertainty="spread over windows 10-30: "
        + ", ".join(f"{np.ptp(row):.4f}" for row in rows.values()),
    )


@claim(
    "C44",
    "Sec. V A, Fig. 4(b)",
    "Initially, both mutual information and entanglement are established between the decoupled "
    "and initially uncorrelated system oscillators",
    printed="both positive",
    bar=bars.ordering("both zero at $t = 0$ and positive after"),
)
def initial_correlations() -> Found:
    early, rows = between(0, 20), {}
    for name, angle in QUADRATURES.items():
        E, M = run(4, angle).negativity[early], run(4, angle).mutual_information[early]
        rows[name] = M.max(), E.max(), max(M[0], E[0])
    return Found(
        "for $t < 20$ "
        + ", ".join(
            f"$M$ reaches {m:.2f} and $E$ {e:.2f} ({name})" for name, (m, e, _) in rows.items()
        )
        + ", from zero",
        all(min(m, e) > 0.1 and start < 1e-6 for m, e, start in rows.values()),
        uncertainty="numerical, $10^{-8}$",
    )


@claim(
    "C45",
    "Sec. V A, Fig. 4(b)",
    "E and M both reach a steady nonvanishing value ... Here also synchronization ... actually "
    "witnesses entanglement",
    printed="$E > 0$, $M > 0$",
    bar=bars.ordering("$E$ and $M$ positive at all times from 300 to the revival"),
    convention=f"{STRETCHED}, and steady on average: both oscillate at twice the frequency of the "
    "mode that stays. With positions squeezed $E$ keeps vanishing and returning (C46)",
)
def steady_correlations() -> Found:
    E, M = run(4).negativity, run(4).mutual_information
    steady = between(*STEADY)
    gap = E[between(20, 100)]
    return Found(
        f"$t = 300$-640: $E$ has the mean {E[steady].mean():.4f} ({E[steady].min():.4f} to "
        f"{E[steady].max():.4f}), $M$ {M[steady].mean():.4f} ({M[steady].min():.4f} to "
        f"{M[steady].max():.4f}); in the transient, $t = 20$-100, $E$ is zero "
        f"{100 * np.mean(gap == 0):.0f} % of the time",
        E[steady].min() > 1e-3 and M[steady].min() > 1e-3,
        uncertainty="numerical, $10^{-8}$",
    )


@claim(
    "C46",
    "Sec. V A, Fig. 4(b)",
    statement="Does entanglement stay with the other quadrature squeezed? (Which one is, is not "
    "printed.)",
    printed="none",
    bar=bars.ordering("$E$ positive at all times from 300 to the revival"),
    beyond=True,
)
def squeezed_quadrature() -> Found:
    E, steady = run(4, math.pi / 2).negativity, between(*STEADY)
    values = run(4, math.pi / 2).synchronization(starts(300, 600))
    share = float(np.mean(E[steady] == 0))
    return Found(
        f"with positions squeezed $C > {math.floor(1e4 * values.min()) / 1e4:.4f}$, but $E$ (mean "
        f"{E[steady].mean():.4f}, at most {E[steady].max():.4f}) is zero {100 * share:.0f} % of "
        "$t = 300$-640",
        share == 0,
        uncertainty="numerical, $10^{-8}$",
    )


@claim(
    "C47",
    "Sec. V A, below Fig. 4",
    "This would persist for an infinite bath",
    statement="Perfect $C$ and entanglement, beyond the time at which the chain of Fig. 4 is "
    "disturbed from its end.",
    printed="persist",
    bar=SYNCHRONIZED,
    convention=STRETCHED,
)
def infinite_bath(bar) -> Found:
    times = 1000 + time_axis(100.0, STEP)
    path = fluctuations(network(**FIGURE_4, sites=1000), times, FIGURE_4["frequency"])
    E = path.negativity
    values = {w: path.synchronization(1000 + np.arange(0.0, 66.0, 5.0), w) for w in WINDOWS}
    least = min(c.min() for c in values.values())
    return Found(
        f"$M = 1000$, $t = 1000$-1100: $C > {math.floor(1e5 * least) / 1e5:.5f}$, $E$ between "
        f"{E.min():.4f} and {E.max():.4f}, mean {E.mean():.4f}",
        bar(1 - least) if E.min() > 1e-3 else False,
        uncertainty=SPLINE,
    )


@claim(
    "C76",
    "Sec. V A, Fig. 4(b,c)",
    "dynamical synchronization that, at the contrary, can decay",
    statement=r"while the mutual information increases, at $\tau_R$",
    printed="$M$ rises, $C$ falls",
    bar=bars.ordering("$M$ above, $C$ below their values before the revival"),
)
@claim(
    "C48",
    "Sec. V A, Fig. 4(c)",
    r"$C \simeq 0$ for $650 < \omega_1t < 700$",
    printed="0",
    bar=ALMOST_ZERO,
    convention="read of the mean over this interval, positions stretched and windows up to 15; $C$ "
    "itself falls through zero and recovers, and is far from it for most of the interval",
)
def feedback(bars) -> Iterator[Found]:
    edges = (650.0, 700.0)
    rises, falls, rows = [], [], {}
    for angle in QUADRATURES.values():
        path = run(4, angle)
        M, rows[angle] = path.mutual_information, {}
        rises.append((M[between(*STEADY)].mean(), M[between(*edges)].max()))
        for w in WINDOWS:
            rows[angle][w] = path.synchronization(starts(*edges), w)
        falls.append(rows[angle][WINDOW].min())
    own = rows[0.0]
    yield Found(
        f"$M$ rises from {rises[0][0]:.2f} to {rises[0][1]:.2f}, $C$ falls to {falls[0]:.2f} "
        f"(positions squeezed: from {rises[1][0]:.2f} to {rises[1][1]:.2f}, to {falls[1]:.2f})",
        all(after > 2 * before for before, after in rises)
        and all(c.min() < 0.5 for row in rows.values() for c in row.values()),
        uncertainty="the window: least $C$ between "
        f"{min(c.min() for c in own.values()):.2f} and {max(c.min() for c in own.values()):.2f}",
    )
    yield Found(
        "mean $C$ "
        + ", ".join(
            f"{c.mean():.2f} (${c.min():.2f}$ to {c.max():.2f}, window {w:g})"
            for w, c in own.items()
        )
        + f"; positions squeezed {rows[math.pi / 2][WINDOW].mean():.2f} (window {WINDOW:g})",
        bars[1](max(abs(own[w].mean()) for w in WINDOWS if w <= WINDOW)),
        uncertainty="the window, as listed",
    )


@claim(
    "C49",
    "Sec. V A, below Fig. 4",
    "synchronized and entangled state is a distinctive effect of strong coupling, which is not "
    "present for weak coupling",
    printed="neither at weak coupling",
    bar=bars.ordering(
        r'$E = 0$, and $\lvert C\rvert$ below 0.75 ("good": 25 % of 1) in windows of 10-30'
    ),
)
def weak_coupling() -> Found:
    times, rows = time_axis(650.0, STEP), []
    for strength in (0.05, 0.1):
        probes = network(**FIGURE_4 | {"strength": strength})
        for name, angle in QUADRATURES.items():
            path = fluctuations(probes, times, FIGURE_4["frequency"], angle=angle)
            late = path.negativity[between(300, 640)].max()
            values = [np.abs(path.synchronization(starts(300, 620), w)).max() for w in WINDOWS]
            rows.append((strength, name, late, values[1], max(values)))
    return Found(
        "; ".join(
            rf"$K = {k:g}$, {name}: $E = {e:.3g}$, $\lvert C\rvert < {c:.2f}$"
            for k, name, e, c, _ in rows
        )
        + " for $t > 300$",
        all(e == 0 and c < 0.75 for _, _, e, _, c in rows),
        uncertainty=rf"the window: $\lvert C\rvert$ up to {max(c for *_, c in rows):.2f} in "
        "windows of 10-30",
    )


@claim(
    "C50",
    "Sec. V B, Fig. 5",
    "the system probes at the opposite edges of the chain evolve toward a quantum synchronized "
    "state in its fluctuations",
    printed="$C = 1$",
    bar=SYNCHRONIZED,
)
def fluctuations_by_crosstalk(bar) -> Found:
    path = run(5)
    early = np.abs(path.synchronization(starts(20, 300))).max()
    rows = {
        name: [run(5, angle).synchronization(starts(340, 600), w).min() for w in WINDOWS]
        for name, angle in QUADRATURES.items()
    }
    late = path.synchronization(starts(REVIVAL, 950))
    return Found(
        rf"$\lvert C\rvert < {early:.2f}$ for $t = 20$-300; least $C$ for 340-600 "
        + ", ".join(f"{math.floor(1e4 * row[1]) / 1e4:.4f} ({name})" for name, row in rows.items())
        + f"; between ${late.min():.2f}$ and {late.max():.2f} after $2M/v$",
        bar(1 - min(min(row) for row in rows.values())) if early < 0.5 else False,
        uncertainty=f"spread over windows 10-30: {max(np.ptp(row) for row in rows.values()):.4f}",
    )


@claim(
    "C51",
    "Sec. V B, Fig. 5",
    "buildup of correlations during the crosstalk time, as shown by their mutual information "
    "rising from vanishing to finite values",
    printed="zero, then finite",
    bar=bars.ordering("$M$ before below $10^{-6}$ of its largest value in the crosstalk"),
)
def mutual_information_by_crosstalk() -> Found:
    rows = []
    for angle in QUADRATURES.values():
        M = run(5, angle).mutual_information
        crossing = M[between(CROSSTALK, REVIVAL - 20)]
        at = CROSSTALK + STEP * int(crossing.argmax())
        rows.append((M[between(0, 300)].max(), crossing.max(), at, M[round(500 / STEP)]))
    (before, largest, at, left), (_, other, *_) = rows
    return Found(
        f"$M$ is {tiny(before)} for $t < 300$ and {largest:.4f} at $t = {at:.0f}$, then decays to "
        f"{scientific(left)} at $t = 500$ while $C$ stays near 1; with positions squeezed it "
        f"reaches {other:.4f}",
        all(b < 1e-6 * m for b, m, *_ in rows),
        uncertainty="numerical, $10^{-9}$",
    )


@claim(
    "C52",
    "Sec. V B, Fig. 5",
    "for reasonable values of the initial squeezing, entanglement is never created, independently "
    "of the initial squeezing strength",
    statement="For distant probes in the crosstalk regime, that is before signals that went to and "
    rf"fro reach the other end again at $3M/v = {SECOND_CROSSTALK:.0f}$.",
    printed="$E = 0$",
    bar=bars.ordering(r"$E$ zero (the smallest $2\nu$ at least 1)"),
)
@claim(
    "C53",
    "Sec. V B, Fig. 5",
    statement="Is entanglement created at later times, after the second crosstalk?",
    printed="none; the paper's sentence is about the crosstalk regime",
    bar=bars.ordering("$E$ positive"),
    beyond=True,
)
def no_entanglement() -> Iterator[Found]:
    times = time_axis(1200.0, 2 * STEP)
    first, later = times < SECOND_CROSSTALK - WINDOW, times >= SECOND_CROSSTALK - WINDOW
    largest, after = 0.0, {}
    for squeezing in (0.1, 0.5, 1.0, 2.0, 3.0, 5.0):
        for angle in QUADRATURES.values():
            path = fluctuations(network(**FIGURE_5), times, FIGURE_5["frequency"], squeezing, angle)
            largest = max(largest, float(path.negativity[first].max()))
            top = float(path.negativity[later].max())
            after[squeezing] = max(top, after.get(squeezing, 0.0))
    yield Found(
        f"$E = {largest:g}$ until $t = {SECOND_CROSSTALK - WINDOW:.0f}$ for $r$ = 0.1, 0.5, 1, 2, "
        "3, 5, positions or momenta squeezed",
        largest == 0,
        uncertainty="numerical, $10^{-8}$",
    )
    yield Found(
        f"from $t = {SECOND_CROSSTALK:.0f}$ to 1200 $E$ reaches "
        + ", ".join(f"{e:.4f} ($r = {r:g}$)" for r, e in after.items()),
        max(after.values()) == 0,
        uncertainty="numerical, $10^{-8}$",
    )
