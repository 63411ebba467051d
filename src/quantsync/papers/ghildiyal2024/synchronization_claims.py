"""Claims of Ghildiyal et al. (2024) on Fig. 3: what S_q is, and what it says."""

from __future__ import annotations

import numpy as np

from quantsync.gaussian import gaussian_log_negativity
from quantsync.papers.ghildiyal2024.chains import (
    GAIN,
    GENERIC,
    PANELS,
    START,
    chains,
    run,
    synchronization,
)
from quantsync.papers.ghildiyal2024.synchronization_data import figure_3
from quantsync.papers.paper import Claim, reproduced

NEAR = 0.01
"""How near S_q must come to the printed value at t = 1e4."""


def synchronization_claims() -> list[Claim]:
    """The claims of Secs. III and IV on fluctuations.

    Returns
    -------
    list of Claim
    """
    return [
        stability(),
        printed_synchronization(),
        consistent_synchronization(),
        meaning(),
        transient(),
        robust(),
        crucial(),
        thermal(),
        not_entangled(),
        correspondence(),
    ]


def growth(variant: str, panel: str) -> float:
    """Largest real part of the eigenvalues of M at rest and t = 0."""
    pair = chains(variant, panel)
    values = {s.name: float(pair.parameters[s.name]) for s in pair.model.parameters}
    M = pair.model.fluctuation_matrix([0, 0], 0.0, values)
    return float(np.linalg.eigvals(M).real.max())


def stability() -> Claim:
    """Eigenvalues of M(0) at rest."""
    printed = {panel: growth("literal", panel) for panel in PANELS}
    listed = ", ".join(f"{value:+.4f} ({panel})" for panel, value in printed.items())
    ours = max(growth("lab", panel) for panel in PANELS)
    return Claim(
        "Eqs. (10), (C1)",
        "fluctuations reach a steady state",
        "a steady state",
        f"largest growth rate of the printed M at rest, t = 0: {listed}; {ours:+.4f} in the "
        "variant lab for all",
        *reproduced(
            max(printed.values()) < 0,
            "the self terms of E_2 and E_8 lack b^2 and squeeze the vacuum without end",
        ),
    )


def printed_synchronization() -> Claim:
    """S_q at the end, of the equations as printed."""
    last = {}
    for panel in PANELS:
        path = run("literal", panel)
        value = float(synchronization(path.covariance[path.valid])["S_q"][-1])
        last[panel] = value if path.ended == "" else 0.0
    listed = ", ".join(f"{_small(value)} ({panel})" for panel, value in last.items())
    return Claim(
        "Fig. 3(a)",
        "S_q approaches 1 in the steady state, from (B1), (B2), (C1)",
        "1",
        f"as printed S_q at t = 1e4 is {listed}, start q_j = 1",
        *reproduced(
            min(last.values()) > 1 - NEAR, "(C1) as printed does not lead there: it has misprints"
        ),
    )


def consistent_synchronization() -> Claim:
    """S_q at the end, in the variant lab."""
    last = [_last("lab", "g-i", **start) for start in (START, GENERIC)]
    return Claim(
        "Fig. 3(a)",
        "for N_1 = N_2 and lambda = 0.2 the steady value of S_q is 1",
        "1",
        f"S_q at t = 1e4: {last[0]:.4f} from q_j = 1, {last[1]:.4f} from another start, with "
        "coefficients and noise put right",
        *reproduced(
            min(last) > 1 - NEAR,
            "it is not",
            "derived instead of printed coefficients (variant lab)",
        ),
    )


def meaning() -> Claim:
    """The same number without coupling, and without correlations."""
    end = {k: v[-1] for k, v in synchronization(run("lab", "g-i").covariance).items()}
    off = _last("lab", "g-i", sigma_z=0.0)
    return Claim(
        "Secs. III, IV",
        "S_q = 1 signifies complete quantum synchronization",
        "1",
        f"at t = 1e4 S_q = {end['S_q']:.4f}; with all correlations removed {end['product']:.4f}, "
        f"and with the coupling off {off:.4f}",
        *reproduced(
            min(end["S_q"] - end["product"], end["S_q"] - off) > 0.1,
            "the steady state is two uncorrelated vacua, for which S_q = 1/(2 nbar + 1), coupled "
            "or not",
        ),
    )


def transient() -> Claim:
    """The excess before everything has decayed."""
    found = {}
    for panel in PANELS:
        values = [synchronization(run("lab", panel, **s).covariance) for s in (START, GENERIC)]
        found[panel] = [float((v["S_q"] - v["product"]).max()) for v in values]
    listed = ", ".join(f"{a:.2f} and {b:.2f} ({panel})" for panel, (a, b) in found.items())
    return Claim(
        "Sec. III",
        "the central spin correlates the chains quantum mechanically",
        "synchronization",
        "largest excess S_q - 2/Tr C on the way to the vacuum, variant lab, from q_j = 1 and from "
        f"another start: {listed}",
        *reproduced(
            min(min(pair) for pair in found.values()) > 0.1,
            "it does not",
            "a transient, in derived equations: the paper looks at the steady state instead",
        ),
    )


def robust() -> Claim:
    """S_q at the end in all panels, coupled and not."""
    last = {panel: (_last("lab", panel), _last("lab", panel, sigma_z=0.0)) for panel in PANELS}
    listed = ", ".join(f"{a:.3f}, {b:.3f} ({panel})" for panel, (a, b) in last.items())
    return Claim(
        "Secs. III, IV",
        "S_q = 1 is robust against the number of spins and the coupling within a chain",
        "1",
        f"S_q at t = 1e4 with the coupling on, off: {listed}",
        *reproduced(
            min(min(pair) for pair in last.values()) > 1 - NEAR,
            "it is not",
            "derived coefficients; robust since no coupling is needed for it",
        ),
    )


def crucial() -> Claim:
    """What the coupling does to the steady S_q."""
    on, off = _last("lab", "g-i"), _last("lab", "g-i", sigma_z=0.0)
    return Claim(
        "Sec. III",
        "the nonlinear interaction is crucial for building up this synchronization",
        "crucial",
        f"S_q at t = 1e4: {on:.4f} with it, {off:.4f} without",
        *reproduced(on - off > 0.1, "S_q of the steady state knows nothing of the interaction"),
    )


def thermal() -> Claim:
    """The average of S_q over nbar."""
    data = figure_3().sel(variant="lab")
    nbar = data.thermal_phonons.values
    S = data.S_mean.values
    law = 1 / (2 * nbar + 1)
    off = float(np.abs(S / law - 1).max())
    same = float(np.abs(data.S_mean_uncoupled.values / law - 1).max())
    return Claim(
        "Fig. 3(b)",
        "the average of S_q falls with the mean number of thermal phonons",
        "it deteriorates",
        f"from {S[0]:.3f} at nbar = 0 to {S[-1]:.3f} at nbar = {nbar[-1]:g}: 1/(2 nbar + 1) to "
        f"{100 * off:.1f} %, with the coupling off to {100 * same:.1f} %",
        *reproduced(
            bool((np.diff(S) < 0).all()),
            "it does not",
            "derived coefficients; it is the temperature of two chains that need not be coupled",
        ),
    )


def not_entangled() -> Claim:
    """Logarithmic negativity, at the end and on the way."""
    found = {p: gaussian_log_negativity(run("lab", p).covariance) for p in PANELS}
    last = max(float(E[-1]) for E in found.values())
    listed = ", ".join(f"{E.max():.3f} ({panel})" for panel, E in found.items())
    return Claim(
        "Sec. III",
        "the oscillators are not entangled, yet completely synchronized",
        "no entanglement",
        f"largest logarithmic negativity on the way {listed}; at t = 1e4 {last:.4f} (variant lab)",
        *reproduced(
            last < 0.01,
            "they are entangled",
            "late times only: they are vacua then, and entangled by up to one nat before",
        ),
    )


def correspondence() -> Claim:
    """S_q on limit cycles, which need a gain."""
    values = {
        panel: float(synchronization(run("lab", panel, gain=GAIN).covariance)["S_q"][-1])
        for panel in PANELS
    }
    listed = ", ".join(f"{_small(v)} ({panel})" for panel, v in values.items())
    return Claim(
        "Sec. III",
        "limit cycles and quantum synchronization go together",
        "a correspondence",
        f"on the attractors that a gain of {GAIN:g} makes (not in the paper; a torus in d-f), "
        f"S_q at t = 1e4: {listed}",
        *reproduced(
            min(values.values()) > 0.5,
            "phases diffuse there, and S_q falls; it is 1 where there is no cycle",
        ),
    )


def _last(variant: str, panel: str, **changes: float) -> float:
    return float(synchronization(run(variant, panel, **changes).covariance)["S_q"][-1])


def _small(value: float) -> str:
    return f"{value:.3f}" if value > 1e-3 else "0 (below 1e-3)"
