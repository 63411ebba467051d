"""All checkable statements of Benedetti et al., PRA 94, 052118 (2016)."""

from __future__ import annotations

from quantsync.papers.benedetti2016.correlation_claims import correlation_claims
from quantsync.papers.benedetti2016.crosstalk_claims import crosstalk_claims
from quantsync.papers.benedetti2016.dissipation_claims import dissipation_claims
from quantsync.papers.benedetti2016.map_claims import map_claims
from quantsync.papers.benedetti2016.model_claims import model_claims
from quantsync.papers.benedetti2016.strong_coupling_claims import strong_coupling_claims
from quantsync.papers.paper import Claim
from quantsync.parallel import one_blas_thread


def compute_claims() -> list[Claim]:
    """Compute every claim.

    Returns
    -------
    list of Claim
    """
    with one_blas_thread():
        return [
            *model_claims(),
            *dissipation_claims(),
            *strong_coupling_claims(),
            *crosstalk_claims(),
            *correlation_claims(),
            *map_claims(),
        ]
