"""Claims of Ghildiyal et al. (2024) on Fig. 3: what S_q is, and what it says."""

from __future__ import annotations

import numpy as np

from quantsync.gaussian import log_negativity as gaussian_log_negativity
from quantsync.papers.ghildiyal2024.chains import (
    GAIN,
    GENERIC,
    PANELS,
    START,
    chains,
    run,
    synchronization,
)
from quantsync.papers.ghildiyal2024.data import figure_3
from quantsync.papers.paper import Found, claim

NEAR = 0.01
"""How near S_q must come to the printed value at t = 1e4."""


def growth(variant: str, panel: str) -> float:
    """Largest real part of the eigenvalues of M at rest and t = 0."""
    pair = chains(variant, panel)
    values = {s.name: float(pair.parameters[s.name]) for s in pair.model.parameters}
    M = pair.model.fluctuation_matrix([0, 0], 0.0, values)
    return float(np.linalg.eigvals(M).real.max())


@claim(
    "C44",
    "Eqs. (10), (C1)",
    "fluctuations reach a steady state",
    printed="a steady state",
    otherwise="the self terms of E_2 and E_8 lack b^2 and squeeze the vacuum without end",
)
def stability() -> Found:
    printed = {panel: growth("literal", panel) for panel in PANELS}
    listed = ", ".join(f"{value:+.4f} ({panel})" for panel, value in printed.items())
    ours = max(growth("lab", panel) for panel in PANELS)
    return Found(
        f"largest growth rate of the printed M at rest, t = 0: {listed}; {ours:+.4f} in the "
        "variant lab for all",
        max(printed.values()) < 0,
    )


@claim(
    "C45",
    "Fig. 3(a)",
    "S_q approaches 1 in the steady state, from (B1), (B2), (C1)",
    printed="1",
    otherwise="(C1) as printed does not lead there: it has misprints",
)
def printed_synchronization() -> Found:
    last = {}
    for panel in PANELS:
        path = run("literal", panel)
        value = float(synchronization(path.covariance[path.valid])["S_q"][-1])
        last[panel] = value if path.ended == "" else 0.0
    listed = ", ".join(f"{_small(value)} ({panel})" for panel, value in last.items())
    return Found(
        f"as printed S_q at t = 1e4 is {listed}, start q_j = 1", min(last.values()) > 1 - NEAR
    )


@claim(
    "C46",
    "Fig. 3(a)",
    "for N_1 = N_2 and lambda = 0.2 the steady value of S_q is 1",
    printed="1",
    convention="derived instead of printed coefficients (variant lab)",
)
def consistent_synchronization() -> Found:
    last = [_last("lab", "g-i", **start) for start in (START, GENERIC)]
    return Found(
        f"S_q at t = 1e4: {last[0]:.4f} from q_j = 1, {last[1]:.4f} from another start, with "
        "coefficients and noise put right",
        min(last) > 1 - NEAR,
    )


@claim(
    "C47",
    "Secs. III, IV",
    "S_q = 1 signifies complete quantum synchronization",
    printed="1",
    otherwise="the steady state is two uncorrelated vacua, for which S_q = 1/(2 nbar + 1), coupled "
    "or not",
)
def meaning() -> Found:
    end = {k: v[-1] for k, v in synchronization(run("lab", "g-i").covariance).items()}
    off = _last("lab", "g-i", sigma_z=0.0)
    return Found(
        f"at t = 1e4 S_q = {end['S_q']:.4f}; with all correlations removed {end['product']:.4f}, "
        f"and with the coupling off {off:.4f}",
        min(end["S_q"] - end["product"], end["S_q"] - off) > 0.1,
    )


@claim(
    "C48",
    "Sec. III",
    "the central spin correlates the chains quantum mechanically",
    printed="synchronization",
    convention="a transient, in derived equations: the paper looks at the steady state instead",
)
def transient() -> Found:
    found = {}
    for panel in PANELS:
        values = [synchronization(run("lab", panel, **s).covariance) for s in (START, GENERIC)]
        found[panel] = [float((v["S_q"] - v["product"]).max()) for v in values]
    listed = ", ".join(f"{a:.2f} and {b:.2f} ({panel})" for panel, (a, b) in found.items())
    return Found(
        "largest excess S_q - 2/Tr C on the way to the vacuum, variant lab, from q_j = 1 and from "
        f"another start: {listed}",
        min(min(pair) for pair in found.values()) > 0.1,
    )


@claim(
    "C49",
    "Secs. III, IV",
    "S_q = 1 is robust against the number of spins and the coupling within a chain",
    printed="1",
    convention="derived coefficients; robust since no coupling is needed for it",
)
def robust() -> Found:
    last = {panel: (_last("lab", panel), _last("lab", panel, sigma_z=0.0)) for panel in PANELS}
    listed = ", ".join(f"{a:.3f}, {b:.3f} ({panel})" for panel, (a, b) in last.items())
    return Found(
        f"S_q at t = 1e4 with the coupling on, off: {listed}",
        min(min(pair) for pair in last.values()) > 1 - NEAR,
    )


@claim(
    "C50",
    "Sec. III",
    "the nonlinear interaction is crucial for building up this synchronization",
    printed="crucial",
    otherwise="S_q of the steady state knows nothing of the interaction",
)
def crucial() -> Found:
    on, off = _last("lab", "g-i"), _last("lab", "g-i", sigma_z=0.0)
    return Found(f"S_q at t = 1e4: {on:.4f} with it, {off:.4f} without", on - off > 0.1)


@claim(
    "C51",
    "Fig. 3(b)",
    "the average of S_q falls with the mean number of thermal phonons",
    printed="it deteriorates",
    convention="derived coefficients; it is the temperature of two chains that need not be coupled",
)
def thermal() -> Found:
    data = figure_3().sel(variant="lab")
    nbar = data.thermal_phonons.values
    S = data.S_mean.values
    law = 1 / (2 * nbar + 1)
    off = float(np.abs(S / law - 1).max())
    same = float(np.abs(data.S_mean_uncoupled.values / law - 1).max())
    return Found(
        f"from {S[0]:.3f} at nbar = 0 to {S[-1]:.3f} at nbar = {nbar[-1]:g}: 1/(2 nbar + 1) to "
        f"{100 * off:.1f} %, with the coupling off to {100 * same:.1f} %",
        (np.diff(S) < 0).all(),
    )


@claim(
    "C52",
    "Sec. III",
    "the oscillators are not entangled, yet completely synchronized",
    printed="no entanglement",
    convention="late times only: they are vacua then, and entangled by up to one nat before",
)
def not_entangled() -> Found:
    found = {p: gaussian_log_negativity(run("lab", p).covariance) for p in PANELS}
    last = max(float(E[-1]) for E in found.values())
    listed = ", ".join(f"{E.max():.3f} ({panel})" for panel, E in found.items())
    return Found(
        f"largest logarithmic negativity on the way {listed}; at t = 1e4 {last:.4f} (variant lab)",
        last < 0.01,
    )


@claim(
    "C53",
    "Sec. III",
    "limit cycles and quantum synchronization go together",
    printed="a correspondence",
    otherwise="phases diffuse there, and S_q falls; it is 1 where there is no cycle",
)
def correspondence() -> Found:
    values = {
        panel: float(synchronization(run("lab", panel, gain=GAIN).covariance)["S_q"][-1])
        for panel in PANELS
    }
    listed = ", ".join(f"{_small(v)} ({panel})" for panel, v in values.items())
    return Found(
        f"on the attractors that a gain of {GAIN:g} makes (not in the paper; a torus in d-f), "
        f"S_q at t = 1e4: {listed}",
        min(values.values()) > 0.5,
    )


def _last(variant: str, panel: str, **changes: float) -> float:
    return float(synchronization(run(variant, panel, **changes).covariance)["S_q"][-1])


def _small(value: float) -> str:
    return f"{value:.3f}" if value > 1e-3 else "0 (below 1e-3)"
