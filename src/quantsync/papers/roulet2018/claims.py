"""All checkable statements of Roulet and Bruder, PRL 121, 063601 (2018)."""

from __future__ import annotations

from quantsync.papers.paper import Claim
from quantsync.papers.roulet2018 import data, entanglement_claims, locking_claims


def compute_claims() -> list[Claim]:
    """Compute every claim, in the order of the paper.

    Returns
    -------
    list of Claim
    """
    tongue, balanced = data.figure_3(), data.figure_4()
    return [
        locking_claims.uncoupled(),
        *locking_claims.figure_2_claims(),
        locking_claims.comparable_to_a_driven_spin(),
        locking_claims.individual_phases(tongue),
        locking_claims.equation_5(),
        locking_claims.equation_6(),
        locking_claims.identical_limit_cycles(),
        *locking_claims.balanced_partner(),
        *entanglement_claims.regressions(tongue),
        entanglement_claims.origin_of_the_slope(tongue),
        *entanglement_claims.virtually_pure(),
        entanglement_claims.equation_8(),
        *entanglement_claims.figure_4_claims(balanced),
        entanglement_claims.witness_of_entanglement(),
    ]
