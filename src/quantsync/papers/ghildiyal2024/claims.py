"""All checkable statements of Ghildiyal et al., arXiv:2408.06126 (2024)."""

from __future__ import annotations

from quantsync.papers.ghildiyal2024.dynamics_claims import dynamics_claims
from quantsync.papers.ghildiyal2024.equation_claims import equation_claims
from quantsync.papers.ghildiyal2024.spin_claims import spin_claims
from quantsync.papers.ghildiyal2024.synchronization_claims import synchronization_claims
from quantsync.papers.paper import Claim
from quantsync.parallel import one_blas_thread


def compute_claims() -> list[Claim]:
    """Compute every claim.

    Returns
    -------
    list of Claim
    """
    with one_blas_thread():
        return [*spin_claims(), *equation_claims(), *dynamics_claims(), *synchronization_claims()]
