"""All checkable statements of Vaidya et al., PRA 109, 033718 (2024)."""

from __future__ import annotations

from quantsync.papers.paper import Claim
from quantsync.papers.vaidya2024.circuit_claims import circuit_claims
from quantsync.papers.vaidya2024.circuit_table_claims import circuit_table_claims
from quantsync.papers.vaidya2024.response_claims import response_claims
from quantsync.papers.vaidya2024.synchronization_claims import synchronization_claims


def compute_claims() -> list[Claim]:
    """Compute every claim.

    Returns
    -------
    list of Claim
    """
    return [
        *response_claims(),
        *synchronization_claims(),
        *circuit_claims(),
        *circuit_table_claims(),
    ]
