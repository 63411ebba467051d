"""Claims of Ghildiyal et al. (2024) in the introduction."""

from __future__ import annotations

import numpy as np

from quantsync.measures import complete_synchronization
from quantsync.papers import bars
from quantsync.papers.ghildiyal2024.chains import run, synchronization
from quantsync.papers.ghildiyal2024.equation_claims import SEED
from quantsync.papers.paper import Found, claim


@claim(
    "C28",
    "Sec. I, on Eqs. (13), (16)",
    "the criterion used in [8] originates from the Heisenberg uncertainty principle, in the "
    "context of EPR-like variables",
    statement="By that principle (13) is at most 1, a bound that is not printed.",
    printed=r"no bound; $S_q = \langle q_-^2 + p_-^2 \rangle^{-1}$",
    bar=bars.Bar("$S_q \\leq 1$ to rounding, $10^{-9}$"),
    convention=r"$C$ is the covariance matrix of a state. Those to which (19) leads with printed "
    "damping and $D$ are not always (C25, C26), and $S_q$ exceeds 1 for them",
)
def bound() -> Found:
    largest = float(complete_synchronization(_random_states(2000)).value.max())
    printed_run, ours = (
        float(synchronization(run(v, "g-i", sigma_z=0.0).covariance)["S_q"].max())
        for v in ("corrected", "lab")
    )
    return Found(
        rf"$S_q$ is at most {largest:.3f} in 2000 random Gaussian states. In runs of Fig. 3 with "
        f"the coupling off it comes up to {ours:.3f} where damping and noise are of one jump "
        f"operator, to {printed_run:.2f} with printed damping and $D$",
        max(largest, ours) < 1 + 1e-9,
        uncertainty=f"random states: seed {SEED}; runs: $10^{{-3}}$, start $q_j = 1$",
    )


def _random_states(count: int) -> np.ndarray:
    """Covariances of Gaussian states: random ones, scaled to be states, some of them pure."""
    rng = np.random.default_rng(SEED)
    root = rng.normal(size=(count, 4, 4))
    C = root @ root.swapaxes(-1, -2)
    turn = np.kron(np.eye(2), [[0, 1], [-1, 0]])
    smallest = np.abs(np.linalg.eigvals(turn @ C)).min(axis=-1)
    return C / (2 * smallest)[:, None, None]
