"""Characteristic numbers of configurations of phases, each uniform on [0, 1] for random phases.

From Zhao, Moore, Thingna and Wächtler, "Quantum Synchronization of Perturbed Oscillating
Coherences" (2025).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_numpy_array

from quantsync.arrays import is_foreign
from quantsync.checks import named_arguments, real_array, require_finite


@named_arguments
def chi(phi_1: Any, phi_2: Any, phi_3: Any = 0.0) -> Any:
    r"""Configuration of three phases, Eq. (9) of Zhao et al. (2025).

    ``chi = min_j [3/(4 pi) sum_i argdist(phi_i, m_j)]^2`` with the three means
    ``m_j = (2 pi j + phi_1 + phi_2 + phi_3)/3``. It is 0 for equal phases, 1/4 where they are
    spread by pi/3 from one to the next, and 1 where two agree and the third is opposite, or
    where they are spread by 2 pi/3. It is invariant under global shifts, permutations and
    additions of 2 pi, and uniform on [0, 1] for independent uniform phases (App. C).

    Parameters
    ----------
    phi_1, phi_2, phi_3 : float or array
        Phases in radians; they broadcast. With the default ``phi_3 = 0``, ``chi`` takes the two
        differences from the third phase.

    Returns
    -------
    array
        Between 0 and 1, of the broadcast shape; NaN where a phase is NaN, as the location of a
        uniform distribution is.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> third = np.pi / 3
    >>> first = np.array([0, 2 * third, np.pi, third])
    >>> print(qs.measures.chi(first, [0, third, 0, -third]).round(12))
    [0.   0.25 1.   0.25]
    """
    phases = _arrays(phi_1=phi_1, phi_2=phi_2, phi_3=phi_3)
    xp = array_namespace(*phases)
    mean = sum(phases[1:], phases[0]) / 3
    spreads = [
        sum(_distance(xp, phase - mean - 2 * math.pi * j / 3) for phase in phases) for j in range(3)
    ]
    least = xp.minimum(xp.minimum(spreads[0], spreads[1]), spreads[2])
    return xp.minimum((3 / (4 * math.pi) * least) ** 2, xp.ones_like(least))


@named_arguments
def chi_2(phi: Any) -> Any:
    r"""Configuration of two phases, Eq. (D6) of Zhao et al. (2025): argdist(phi, 0)/pi.

    0 in phase, 1 in antiphase, and uniform on [0, 1] for independent uniform phases.

    Parameters
    ----------
    phi : float or array
        Difference of the phases, in radians.

    Returns
    -------
    array
        Between 0 and 1, of the shape of ``phi``; NaN where it is NaN, as for `chi`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.measures.chi_2([0, np.pi / 2, -np.pi, 7 * np.pi / 4]).round(12))
    [0.   0.5  1.   0.25]
    """
    (phi,) = _arrays(phi=phi)
    xp = array_namespace(phi)
    scaled = _distance(xp, phi) / math.pi
    return xp.minimum(scaled, xp.ones_like(scaled))


def _arrays(**phases: Any) -> list[Any]:
    """The phases as real arrays of the library of those that are arrays, else of NumPy."""
    own: Any = {name: p for name, p in phases.items() if is_foreign(p) or is_numpy_array(p)}
    for name, phase in phases.items():
        if not is_foreign(phase):
            phases[name] = _real_or_undefined(phase, name)
    xp = array_namespace(*own.values()) if own else np
    wide = [phase.dtype for phase in own.values() if xp.isdtype(phase.dtype, "real floating")]
    dtype = xp.result_type(*wide) if wide else xp.float64
    return [xp.asarray(phase, dtype=dtype) for phase in phases.values()]


def _real_or_undefined(phase: Any, name: str) -> np.ndarray:
    """Real phases; NaN where there is no peak."""
    array = real_array(phase, name, finite=False)
    require_finite(name, np.where(np.isnan(array), 0.0, array))
    return array


def _distance(xp: Any, angle: Any) -> Any:
    """Distance on the circle from angle 0."""
    return xp.abs(xp.remainder(angle + math.pi, 2 * math.pi) - math.pi)
