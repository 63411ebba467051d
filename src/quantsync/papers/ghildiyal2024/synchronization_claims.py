"""Claims of Ghildiyal et al. (2024) on Fig. 3 and the conclusions: what S_q is, what it says."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.gaussian import log_negativity as gaussian_log_negativity
from quantsync.papers import bars
from quantsync.papers.ghildiyal2024.chains import (
    GAIN,
    GENERIC,
    PANELS,
    PHASE,
    START,
    chains,
    run,
    synchronization,
)
from quantsync.papers.ghildiyal2024.data import figure_3
from quantsync.papers.paper import Found, claim


def growth(variant: str, panel: str) -> float:
    """Largest real part of the eigenvalues of M at rest and t = 0."""
    pair = chains(variant, panel)
    values = {s.name: float(pair.parameters[s.name]) for s in pair.model.parameters}
    M = pair.model.fluctuation_matrix([0, 0], 0.0, values)
    return float(np.linalg.eigvals(M).real.max())


@claim(
    "C45",
    "Sec. III, Fig. 3(a)",
    "numerically solving the Eqs. (B1), (B2) and (C1)",
    statement="These equations, as printed, lead to the $S_q = 1$ of Fig. 3(a) at long times.",
    printed="$S_q = 1$",
    bar=bars.word("perfect", "1, for the perfect synchronization of the abstract"),
    correction=r"(C1) as in C17 to C20, above all in $E_2$ and $E_8$ $g_j (\frac{3}{2N_j} "
    r"\lvert\beta_j\rvert^2 - \frac{9}{16N_j^2} \lvert\beta_j\rvert^4 - 1) \to g_j^2 \beta_j^2 "
    r"(\frac{1}{N_j} - \frac{3}{8N_j^2} \lvert\beta_j\rvert^2)$. Without the $\beta_j^2$ the "
    "vacuum is squeezed without end. Fig. 3, and whether $C$ has a steady state, depend on it",
    merged="C44",
)
def printed_synchronization(bar: Any) -> Found:
    last, right = {}, {}
    for panel in PANELS:
        path = run("literal", panel)
        value = float(synchronization(path.covariance[path.valid])["S_q"][-1])
        last[panel] = value if path.ended == "" else 0.0
        right[panel] = _last("corrected", panel)
    rates = ", ".join(f"${growth('literal', panel):+.4f}$ ({panel})" for panel in PANELS)
    return Found(
        f"as printed $S_q$ at $t = 10^4$ is {_listed(last)}; corrected {_listed(right)}. Largest "
        f"growth rate of the printed $M$ at rest, $t = 0$: {rates}; corrected "
        f"${max(growth('corrected', panel) for panel in PANELS):+.4f}$ in all",
        bar(max(abs(1 - value) for value in last.values())),
        bool(bar(max(abs(1 - value) for value in right.values()))),
        uncertainty="$10^{-3}$, start $q_j = 1$",
    )


@claim(
    "C46",
    "Sec. III, Fig. 3(a)",
    "the optimal value of the quantum synchronization marker is unity (i.e., $S_q = 1$) in the "
    "steady state",
    printed="$S_q = 1$",
    bar=bars.word("perfect", "1, for the perfect synchronization of the abstract"),
    convention="derived instead of printed coefficients and noise, with the Kerr term in $H$; the "
    "start does not matter",
)
def consistent_synchronization(bar: Any) -> Found:
    last = [_last("lab", "g-i", **start) for start in (START, GENERIC)]
    C = run("lab", "g-i").covariance[-1]
    sin, cos = np.sin(PHASE), np.cos(PHASE)
    shared = 2 * sin * (C[1, 2] - C[0, 3]) - 2 * cos * (C[0, 2] + C[1, 3])
    turned = float(2 / (np.trace(C) + shared))
    return Found(
        f"$S_q$ at $t = 10^4$: {last[0]:.4f} from $q_j = 1$, {last[1]:.4f} from another start; "
        rf"$S_q^\phi$ with the $\phi = {PHASE}$ of the caption {turned:.4f}",
        bar(1 - min(*last, turned)),
        uncertainty="$10^{-4}$",
    )


@claim(
    "C49",
    "Sec. III, Figs. 2, 3(a)",
    "the optimal value of $S_q$ remains unity for all the above cases",
    statement="Robust against the number of spins and the coupling within a chain.",
    printed="1",
    bar=bars.word("perfect", "1, for the perfect synchronization of the abstract"),
    convention="derived instead of printed coefficients; uncoupled chains do the same",
)
def robust(bar: Any) -> Found:
    last = {panel: (_last("lab", panel), _last("lab", panel, sigma_z=0.0)) for panel in PANELS}
    listed = "; ".join(f"{a:.3f}, {b:.3f} ({panel})" for panel, (a, b) in last.items())
    return Found(
        f"$S_q$ at $t = 10^4$ with the coupling on, off: {listed}",
        bar(1 - min(a for a, _ in last.values())),
        uncertainty="$10^{-3}$, start $q_j = 1$",
    )


@claim(
    "C51",
    "Sec. III, Fig. 3(b)",
    r"as $\bar{n}_m$ increases, the synchronization deteriorates",
    printed=r"$\bar S_q$ falls",
    bar=bars.ordering("a falling sequence"),
    convention="derived instead of printed coefficients, averages over the last 1000 time units "
    "(the window is not printed); uncoupled chains do the same",
)
def thermal() -> Found:
    data = figure_3().sel(variant="lab")
    nbar = data.thermal_phonons.values
    S = data.S_mean.values
    law = 1 / (2 * nbar + 1)
    off = float(np.abs(S / law - 1).max())
    same = float(np.abs(data.S_mean_uncoupled.values / law - 1).max())
    return Found(
        rf"from {S[0]:.3f} at $\bar n_m = 0$ to {S[-1]:.3f} at $\bar n_m$ = {nbar[-1]:g}: "
        rf"$1/(2\bar n_m + 1)$ within {100 * off:.1f} %, with the coupling off within "
        f"{100 * same:.1f} %",
        (np.diff(S) < 0).all(),
        uncertainty="$10^{-3}$, start $q_j = 1$",
    )


@claim(
    "C47",
    "Sec. III, last paragraph",
    "The boson-number-dependent nonlinear interaction between the chains is crucial in building "
    "this synchronization",
    statement='That the $S_q = 1$ of the steady state ("complete synchronization", on '
    "Fig. 3(a)) is due to the interaction, with linear and nonlinear damping as they are.",
    printed="$S_q = 1$, crucial",
    bar=bars.Bar('the interaction adds more than 2 %, what "perfect" allows'),
    otherwise=r"without drive both chains end in the vacuum, or thermal, state of their bath, for "
    r"which $S_q = 1/(2\bar n_m + 1)$: this value does not depend on the interaction. On the way "
    "there it does matter: from equal starts it correlates the chains and keeps $S_q$ well above "
    "that of uncoupled ones (C48)",
    readings=(
        "the steady state, against the product of its own marginals",
        "the steady state, against the same chains with the coupling off",
        "unequal chains and $\\lambda = 0$ (C49): the same",
        "a transient: from equal starts the interaction keeps $S_q$ higher (at least 0.86 against "
        "0.23), from another start it does not (0.22 against 0.31), and the sentence is about the "
        "steady state",
    ),
    merged="C50",
)
def meaning() -> Found:
    end = {k: v[-1] for k, v in synchronization(run("lab", "g-i").covariance).items()}
    off = _last("lab", "g-i", sigma_z=0.0)
    added = min(end["S_q"] - end["product"], end["S_q"] - off)
    least = [
        float(synchronization(run("lab", "g-i", **start, **how).covariance)["S_q"].min())
        for start in (START, GENERIC)
        for how in ({}, {"sigma_z": 0.0})
    ]
    return Found(
        f"with derived instead of printed coefficients, at $t = 10^4$ $S_q$ = {end['S_q']:.4f}; "
        f"{end['product']:.4f} with all correlations "
        f"removed, {off:.4f} with the coupling off. On the way $S_q$ is at least {least[0]:.2f} "
        f"with the coupling and {least[1]:.2f} without from $q_j = 1$, {least[2]:.2f} and "
        f"{least[3]:.2f} from another start",
        float(added) > bars.WORDS["perfect"],
        uncertainty="$10^{-4}$ at the end, 0.01 on the way",
    )


@claim(
    "C52",
    "Sec. III, last paragraph",
    "the two oscillators, in our case, are not entangled, yet completely synchronized",
    printed="not entangled",
    bar=bars.word("negligible", "the largest logarithmic negativity on the way"),
    convention="late times; before, from the start given here, they are entangled by up to one "
    "nat, in the Gaussian approximation",
)
def not_entangled(bar: Any) -> Found:
    found = {p: gaussian_log_negativity(run("lab", p).covariance) for p in PANELS}
    last = max(float(E[-1]) for E in found.values())
    listed = ", ".join(f"{E.max():.3f} ({panel})" for panel, E in found.items())
    return Found(
        f"logarithmic negativity at $t = 10^4$ at most {last:.4f} nat; largest on the way {listed}",
        bar(last / max(float(E.max()) for E in found.values())),
        uncertainty="$10^{-3}$, start $q_j = 1$",
    )


@claim(
    "C54",
    "Sec. IV, last paragraph",
    "a generalized measure of synchronization, that is valid for both bosons and fermions",
    printed="valid for fermions",
    bar=bars.Bar("the bound 1, and different values in different states"),
    convention='"fermions" read as the spins 1/2 of the chains, the only ones in the paper, turned '
    r"into bosons by (4), with $[b_j, b_j^\dagger] = 1$ as printed below (5); there the measure is "
    "that for bosons. For fermionic modes $S_q = 1$ in every state, and for two single spins 1/2 "
    "it has no bound",
)
def fermions() -> Found:
    """(13) of two chains of spins 1/2 by way of (4), fermionic modes, and bare spins 1/2."""
    N = 5
    b = np.diag(np.sqrt(np.arange(1.0, N + 2)), 1)
    states = np.eye(N + 2, N + 1)  # of a chain: up to N quanta
    chains_low, chains_high, chains_top = _range_of_marker(
        np.kron(b, np.eye(N + 2)), np.kron(np.eye(N + 2), b), np.kron(states, states)
    )
    lower, parity, one = np.array([[0.0, 1.0], [0.0, 0.0]]), np.diag([1.0, -1.0]), np.eye(2)
    low, high, _ = _range_of_marker(np.kron(lower, one), np.kron(parity, lower))
    some, _, top = _range_of_marker(np.kron(lower, one), np.kron(one, lower))
    same = f"{low:.3f} to {high:.3f}" if high - low > 1e-9 else f"always {low:.3f}"
    unbounded = f"to {top:.3g}" if top < 1e12 else "without bound"
    return Found(
        f"$S_q$ of two chains of {N} spins 1/2, as bosons with up to {N} quanta, is "
        f"{chains_low:.2f} to {chains_high:.2f} in 200 random states and at most "
        f"{chains_top:.3f} in any. Of two fermionic modes it is {same}; of two single spins 1/2, "
        f"without (4), it goes from {some:.2f} up {unbounded}",
        chains_top < 1 + 1e-9 and chains_high - chains_low > 1e-9,
        uncertainty="rounding; random states: seed 3",
    )


def _range_of_marker(
    a: np.ndarray, b: np.ndarray, inside: np.ndarray | None = None
) -> tuple[float, float, float]:
    """Least and largest (13) of two lowering operators in 200 random states, and its bound.

    States are those that the columns of ``inside`` span, all by default.
    """
    error: Any = sum(
        np.linalg.matrix_power((x - y) / np.sqrt(2), 2)
        for x, y in (
            ((a.T + a) / np.sqrt(2), (b.T + b) / np.sqrt(2)),
            (1j * (a.T - a) / np.sqrt(2), 1j * (b.T - b) / np.sqrt(2)),
        )
    )
    if inside is not None:
        error = inside.T @ error @ inside
    rng = np.random.default_rng(3)
    states = rng.normal(size=(200, len(error))) + 1j * rng.normal(size=(200, len(error)))
    states /= np.linalg.norm(states, axis=1)[:, None]
    values = 1 / np.einsum("si,ij,sj->s", states.conj(), error, states).real
    smallest = float(np.linalg.eigvalsh(error).min())
    top = 1 / smallest if smallest > 1e-12 else np.inf
    return float(values.min()), float(values.max()), top


@claim(
    "C48",
    "Sec. III, Fig. 3",
    statement="On the way to the steady state the interaction correlates the chains and adds to "
    "$S_q$.",
    printed="nothing on transients",
    bar=bars.ordering(r"$S_q$ above $2/\mathrm{Tr}\,C$, that of the product of the marginals"),
    beyond=True,
)
def transient() -> Found:
    found = {}
    for panel in PANELS:
        values = [synchronization(run("lab", panel, **s).covariance) for s in (START, GENERIC)]
        found[panel] = [float((v["S_q"] - v["product"]).max()) for v in values]
    listed = "; ".join(f"{a:.2f} and {b:.2f} ({panel})" for panel, (a, b) in found.items())
    return Found(
        rf"largest excess of $S_q$ over $2/\mathrm{{Tr}}\,C$, with derived coefficients, from "
        f"$q_j = 1$ and from another start: {listed}",
        min(min(pair) for pair in found.values()) > 0.1,
        uncertainty="0.01",
    )


@claim(
    "C53",
    "Sec. III, last paragraph",
    statement="On limit cycles, which a gain makes that is not in the paper, $S_q$ is smaller than "
    "where there is no cycle: phases diffuse.",
    printed="nothing on a gain",
    bar=bars.ordering("$S_q$ below that without gain"),
    beyond=True,
)
def correspondence() -> Found:
    values = {
        panel: float(synchronization(run("lab", panel, gain=GAIN).covariance)["S_q"][-1])
        for panel in PANELS
    }
    return Found(
        f"on the attractors that a gain of {GAIN:g} makes (a torus in d-f), $S_q$ at $t = 10^4$: "
        f"{_listed(values)}",
        max(values.values()) < 0.5,
        uncertainty="0.01",
    )


def _last(variant: str, panel: str, **changes: float) -> float:
    return float(synchronization(run(variant, panel, **changes).covariance)["S_q"][-1])


def _listed(values: dict[str, float]) -> str:
    return ", ".join(
        f"{value:.3f} ({panel})" if value > 1e-3 else f"below 0.001 ({panel})"
        for panel, value in values.items()
    )
