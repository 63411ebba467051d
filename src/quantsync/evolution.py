"""`evolve`: one name for the exact time evolution of every kind of system."""

from __future__ import annotations

from typing import Any

from quantsync.checks import known_arguments, named_arguments
from quantsync.errors import InvalidArgumentError


def evolve(system: Any, state: Any = None, times: Any = None, **options: Any) -> Any:
    """Propagate an initial state to given times, without a time-step error at any time.

    Parameters
    ----------
    system : Lindbladian, HarmonicNetwork or OpenNetwork
        Or any other object with a method ``evolve(state, times, **options)``.
    state
        For a `Lindbladian` density matrices of shape (..., n, n) or a state object; for a
        `HarmonicNetwork` a `GaussianState` of all oscillators or `ProbesInEnvironment`; for an
        `OpenNetwork` a `GaussianState`.
    times : array_like of shape (T,)
        Times; for a dissipative system >= 0 in non-decreasing order.
    **options
        ``observables``, ``tolerance`` and ``workers`` for a `Lindbladian`; ``tolerance`` for
        networks; ``probes`` for a `HarmonicNetwork`: which oscillators.

    Returns
    -------
    Evolution or GaussianEvolution
        States at the times, ``rho``, or ``mean`` and ``covariance``, and their estimated ``error``.

    Raises
    ------
    InvalidArgumentError
        If the system has no such method, or the state or the times are missing.
    LostAccuracyError
        If the estimated error is above the tolerance.
    UnknownArgumentError
        If an option does not belong to the system.
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
    method = getattr(type(system), "evolve", None)
    if method is None:
        raise InvalidArgumentError(
            "Argument `system` must be a Lindbladian, a HarmonicNetwork, an OpenNetwork or another "
            f"system with a method evolve(state, times), but is {type(system).__name__}."
        )
    for name, value in (("state", state), ("times", times)):
        if value is None:
            known_arguments(method, options)
            raise InvalidArgumentError(f"Argument `{name}` of evolve() is missing.")
    return named_arguments(method)(system, state, times, **options)
