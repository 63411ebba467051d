"""`evolve`: one name for the exact time evolution of every kind of system."""

from __future__ import annotations

from typing import Any

from quantsync import gaussian, lindblad
from quantsync.errors import InvalidArgumentError


def evolve(system: Any, state: Any, times: Any, **options: Any) -> Any:
    """Propagate an initial state to given times, without a time-step error.

    Parameters
    ----------
    system : Lindbladian, HarmonicNetwork or OpenNetwork
    state
        For a `Lindbladian` density matrices of shape (..., n, n); for a `HarmonicNetwork` a
        `GaussianState` of all oscillators or `ProbesInEnvironment`; for an `OpenNetwork` a
        `GaussianState`.
    times : array_like of shape (T,)
        Times; for a dissipative system >= 0 in non-decreasing order.
    **options
        ``workers`` for a `Lindbladian`, ``probes`` for a `HarmonicNetwork`: which oscillators.

    Returns
    -------
    Evolution or GaussianEvolution
        States at the times: ``rho``, or ``mean`` and ``covariance``.

    Raises
    ------
    InvalidArgumentError
        If the system is of another kind, or an option does not belong to it.
    QuantsyncError
        What the evolution of that kind raises: see `quantsync.lindblad.evolve`,
        `quantsync.gaussian.evolve` and `OpenNetwork.evolve`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> decay = qs.Lindbladian(space, dissipators=[(2.0, space["A"].minus)])
    >>> path = qs.evolve(decay, np.diag([1.0, 0.0]), [0.0, 0.5, 1.0])
    >>> print(np.round(path.rho[:, 0, 0].real, 6))
    [1.       0.367879 0.135335]

    >>> oscillator = qs.HarmonicNetwork([[4.0]])
    >>> kicked = qs.GaussianState.vacuum(2.0).displaced(p=1.0)
    >>> print(qs.evolve(oscillator, kicked, [0.0, np.pi / 4]).mean.round(6) + 0.0)
    [[0.  1. ]
     [0.5 0. ]]
    """
    known: dict[type, tuple[Any, set[str]]] = {
        lindblad.Lindbladian: (lindblad.evolve, {"workers"}),
        gaussian.HarmonicNetwork: (gaussian.evolve, {"probes"}),
        gaussian.OpenNetwork: (gaussian.OpenNetwork.evolve, set()),
    }
    for kind, (function, allowed) in known.items():
        if isinstance(system, kind):
            if unknown := sorted(set(options) - allowed):
                raise InvalidArgumentError(
                    f"evolve() of a {kind.__name__} takes no argument {unknown[0]!r}; it takes "
                    f"{', '.join(['system', 'state', 'times', *sorted(allowed)])}."
                )
            return function(system, state, times, **options)
    raise InvalidArgumentError(
        "Argument `system` must be a Lindbladian, a HarmonicNetwork or an OpenNetwork, but is "
        f"{type(system).__name__}."
    )
