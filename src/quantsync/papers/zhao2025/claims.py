"""All checkable statements of Zhao et al. (2025)."""

from __future__ import annotations

from quantsync.papers.paper import Claim
from quantsync.papers.zhao2025.chain_claims import chain_claims
from quantsync.papers.zhao2025.ensemble_claims import ensemble_claims
from quantsync.papers.zhao2025.pair_claims import pair_claims


def compute_claims() -> list[Claim]:
    """Compute every claim.

    Returns
    -------
    list of Claim
    """
    return [*chain_claims(), *ensemble_claims(), *pair_claims()]
