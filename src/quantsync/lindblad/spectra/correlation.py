"""Two-time correlation functions by the quantum regression theorem."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import named_arguments
from quantsync.lindblad.evolution import TOLERANCE, evolve
from quantsync.lindblad.generator import Generator, generator_of
from quantsync.lindblad.spectra._resolvents import products
from quantsync.lindblad.steady import steady_state
from quantsync.operators import as_operator
from quantsync.states import density_matrices


@named_arguments
def correlation(
    system: Generator,
    a: Any,
    b: Any,
    times: Any,
    state: Any = None,
    *,
    tolerance: float = TOLERANCE,
    workers: int | None = None,
) -> np.ndarray:
    r"""Two-time correlation function ``<a(tau) b(0)>``.

    ``Tr[a exp(L tau)(b rho)]``, by the quantum regression theorem (Lax, Phys. Rev. 129, 2342
    (1963)), without a time-step error. The product of the means, which it tends to in a unique
    steady state, is included.

    Parameters
    ----------
    system : Lindbladian
        The generators, of batch shape ``(...)``.
    a, b : operator of shape (n, n)
        The later and the earlier operator.
    times : array_like of shape (T,)
        Delays tau >= 0 in non-decreasing order, in the inverse unit of the rates. Of negative ones
        in a steady state, ``<a(-tau) b(0)> = <b^dag(tau) a^dag(0)>^*``.
    state : array_like of shape (..., n, n), or state object, optional
        Density matrices at time 0; the unique steady states by default.
    tolerance : float, default 1e-6
        Largest estimated error relative to the norm of ``b rho``, as for `evolve`; what is reached
        is far better where nothing is said.
    workers : int, optional
        Number of threads; every available core by default.

    Returns
    -------
    ndarray of shape (..., T), complex
        NaN where the state is masked.

    Raises
    ------
    NonUniqueSteadyStateError
        If there is no unique steady state, and no ``state`` is given.
    DimensionError, InvalidStateError, NonFiniteError, InvalidArgumentError, BroadcastError
        If an operator, the state or a time is none, or does not fit.
    LostAccuracyError
        If the estimated error is above the tolerance.

    Examples
    --------
    A mode in a thermal bath with half a quantum, ``n exp((i omega - kappa/2) tau)``:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(M=qs.Fock(40))
    >>> m = space["M"]
    >>> mode = qs.Lindbladian(space, [(2.0, m.number)], [(1.5, m.destroy), (0.5, m.create)])
    >>> print(np.abs(qs.correlation(mode, m.create, m.destroy, [0.0, 1.0, 2.0])).round(6))
    [0.5      0.303265 0.18394 ]
    """
    system = generator_of(system)
    first = as_operator(a, system.space, "a")
    second = as_operator(b, system.space, "b")
    if state is None:
        state = steady_state(system, workers=workers)
    rho = np.asarray(density_matrices(state, system.space, "state"), complex)
    masked = np.asarray(np.isnan(rho).any(axis=(-2, -1), keepdims=True))
    rho = np.where(masked, np.eye(system.dimension), rho)
    start = products(second, rho)
    path = evolve(
        system,
        start,
        times,
        observables={"a": first},
        operator=True,
        tolerance=tolerance,
        workers=workers,
    )
    found = path.expectation["a"]
    return np.where(masked[..., 0], np.nan, found) if masked.any() else found
