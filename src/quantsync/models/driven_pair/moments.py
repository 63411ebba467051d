"""The driven pair of qubits without density matrices: moment equations and closed forms.

Vaidya et al., PRA 109, 033718 (2024), App. C, for spins 1/2 and a drive that tends to zero. An
independent route to the numbers of `quantsync.linear_response`, used in tests and figures.
Parameters are those of `quantsync.models.driven_pair`; they may be arrays that broadcast to a shape
(...). What has an unusable value or does not broadcast raises `InvalidArgumentError` or its kinds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import broadcast_shape, coefficient_array, rate_array, real_array
from quantsync.errors import NonUniqueSteadyStateError

RATES = ("gain_a", "damping_a", "gain_b", "damping_b", "dephasing")
Moments = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def undriven_moments(
    gain_a: Any,
    damping_a: Any,
    gain_b: Any,
    damping_b: Any,
    coupling: Any,
    qudit_detuning: Any = 0.0,
    dephasing: Any = 0.0,
) -> Moments:
    r"""Solve Eqs. (C3): <Sz_A>, <Sz_B>, <Sz_A Sz_B> and <S+_A S-_B> without drive.

    Returns
    -------
    z_a, z_b, zz : ndarray of shape (...)
    flip : ndarray of shape (...), complex

    Raises
    ------
    NonUniqueSteadyStateError
        If a point has no baths that select a state.

    Examples
    --------
    >>> import quantsync as qs
    >>> z_a, z_b, zz, flip = qs.models.driven_pair_moments.undriven_moments(0.4, 0.6, 0.75, 0.25, 1)
    >>> print(z_a.round(9), zz.round(9))
    -0.0125 -0.0096875
    """
    w_a, d_a, w_b, d_b, g, delta, noise = _checked(
        gain_a=gain_a,
        damping_a=damping_a,
        gain_b=gain_b,
        damping_b=damping_b,
        coupling=coupling,
        qudit_detuning=qudit_detuning,
        dephasing=dephasing,
    )
    total_a, total_b = w_a + d_a, w_b + d_b
    pump_a, pump_b = (w_a - d_a) / 2, (w_b - d_b) / 2
    width = (total_a + total_b + 4 * noise) / 2
    # Unknowns: <Sz_A>, <Sz_B>, <Sz_A Sz_B>, real and imaginary part of <S+_A S-_B>.
    matrix = np.zeros((*g.shape, 5, 5))
    right = np.zeros((*g.shape, 5))
    matrix[..., 0, 0], matrix[..., 0, 4], right[..., 0] = -total_a, g, -pump_a
    matrix[..., 1, 1], matrix[..., 1, 4], right[..., 1] = -total_b, -g, -pump_b
    matrix[..., 2, 0], matrix[..., 2, 1] = pump_b, pump_a
    matrix[..., 2, 2] = -(total_a + total_b)
    matrix[..., 3, 3], matrix[..., 3, 4] = -width, delta
    matrix[..., 4, 4], matrix[..., 4, 3] = -width, -delta
    matrix[..., 4, 0], matrix[..., 4, 1] = -g / 2, g / 2
    x = _solved(matrix, right)
    return x[..., 0], x[..., 1], x[..., 2], x[..., 3] + 1j * x[..., 4]


def first_order_moments(
    gain_a: Any,
    damping_a: Any,
    gain_b: Any,
    damping_b: Any,
    coupling: Any,
    drive_detuning: Any = 0.0,
    qudit_detuning: Any = 0.0,
    dephasing: Any = 0.0,
) -> Moments:
    r"""Solve Eqs. (C4): <S+_A>, <S+_B>, <S+_A Sz_B> and <Sz_A S+_B> per drive, as drive -> 0.

    Returns
    -------
    a, b, ab, ba : ndarray of shape (...), complex

    Raises
    ------
    NonUniqueSteadyStateError
        If a point has no baths that select a state.

    Examples
    --------
    >>> import quantsync as qs
    >>> a, b, ab, ba = qs.models.driven_pair_moments.first_order_moments(0.4, 0.6, 0.75, 0.25, 1)
    >>> print(a.imag.round(12), ab.imag.round(12))
    -0.024647435897 0.001762820513
    """
    w_a, d_a, w_b, d_b, g, tuning, delta, noise = _checked(
        gain_a=gain_a,
        damping_a=damping_a,
        gain_b=gain_b,
        damping_b=damping_b,
        coupling=coupling,
        drive_detuning=drive_detuning,
        qudit_detuning=qudit_detuning,
        dephasing=dephasing,
    )
    z_a, _, zz, flip = undriven_moments(w_a, d_a, w_b, d_b, g, delta, noise)
    total_a, total_b = w_a + d_a, w_b + d_b
    width_a, width_b = (total_a + 2 * noise) / 2, (total_b + 2 * noise) / 2
    matrix = np.zeros((*g.shape, 4, 4), complex)
    right = np.zeros((*g.shape, 4), complex)
    matrix[..., 0, 0], matrix[..., 0, 3] = -width_a + 1j * tuning, -1j * g
    matrix[..., 1, 1], matrix[..., 1, 2] = -width_b + 1j * (tuning + delta), -1j * g
    matrix[..., 2, 1], matrix[..., 2, 0] = -1j * g / 4, (w_b - d_b) / 2
    matrix[..., 2, 2] = -width_a - total_b + 1j * tuning
    matrix[..., 3, 0], matrix[..., 3, 1] = -1j * g / 4, (w_a - d_a) / 2
    matrix[..., 3, 3] = -width_b - total_a + 1j * (tuning + delta)
    right[..., 0], right[..., 2], right[..., 3] = 1j * z_a, 1j * zz, -0.5j * np.conj(flip)
    x = _solved(matrix, right)
    return x[..., 0], x[..., 1], x[..., 2], x[..., 3]


def resonant_response_a(gain_a: Any, gain_b: Any, coupling: Any) -> Any:
    r"""<S+_A> per drive on resonance, in closed form, for gain + damping = 1 of both qubits.

    With d = 2 gain - 1 and G = coupling^2, ``i [c2 G^2 + c1 G - 18 d_A] / {2 (1 + G)
    [(G + 3)^2 + 4 d_A d_B G]}``, ``c2 = d_A (d_A + d_B)^2 - 2 d_A - 4 d_B``, ``c1 = 4 d_A^2 d_B -
    12 (d_A + d_B)``: the solution of Eqs. (C3), (C4).

    Returns
    -------
    ndarray of shape (...), complex
        Purely imaginary.

    Raises
    ------
    InvalidArgumentError
        If a gain is not from 0 to 1.

    Examples
    --------
    >>> import quantsync as qs
    >>> response = qs.models.driven_pair_moments.resonant_response_a(0.4, 0.75, 1.0)
    >>> print(response.imag.round(12))
    -0.024647435897
    """
    d_a, d_b, g = _on_resonance(gain_a, gain_b, coupling)
    c2, c1, square = *_coefficients(d_a, d_b), g**2
    bottom = 2 * (1 + square) * ((square + 3) ** 2 + 4 * d_a * d_b * square)
    return np.asarray(1j * (c2 * square**2 + c1 * square - 18 * d_a) / bottom)


def resonant_zero_crossing_a(gain_a: Any, gain_b: Any) -> Any:
    """Coupling at which <S+_A> vanishes, in closed form; conditions as `resonant_response_a`.

    Exists exactly for inverted baths with d_A c2 > 0.

    Returns
    -------
    ndarray of shape (...)
        NaN where there is none.

    Examples
    --------
    >>> import quantsync as qs
    >>> print(qs.models.driven_pair_moments.resonant_zero_crossing_a(0.4, 0.75).round(12))
    0.870843000965
    """
    d_a, d_b, _ = _on_resonance(gain_a, gain_b)
    c2, c1 = _coefficients(d_a, d_b)
    exists = (d_a * d_b < 0) & (d_a * c2 > 0)
    return _positive_root(c2, c1, -18 * d_a, exists)


def resonant_zero_crossing_b(gain_a: Any, gain_b: Any) -> Any:
    """Coupling at which <S+_B> vanishes; as `resonant_zero_crossing_a`, for inverted baths.

    ``(d_A + d_B)^2 G^2 + (3 d_A^2 + 18 d_A d_B + 19 d_B^2) G + 36 d_A d_B = 0`` with
    G = coupling^2; for d_A + d_B = 0 it is the root of a linear equation.

    Examples
    --------
    >>> import quantsync as qs
    >>> print(qs.models.driven_pair_moments.resonant_zero_crossing_b(0.4, 0.75).round(9))
    1.065307849
    """
    d_a, d_b, _ = _on_resonance(gain_a, gain_b)
    quadratic, constant = (d_a + d_b) ** 2, 36 * d_a * d_b
    linear = 3 * d_a**2 + 18 * d_a * d_b + 19 * d_b**2
    return _positive_root(quadratic, linear, constant, d_a * d_b < 0)


def _checked(**parameters: Any) -> list[np.ndarray]:
    """Rates and real parameters, broadcast against each other, in the order given."""
    checked = {
        name: (rate_array if name in RATES else coefficient_array)(value, f"Parameter `{name}`")
        for name, value in parameters.items()
    }
    shape = broadcast_shape({k: v.shape for k, v in checked.items()}, what="Parameters")
    return [np.broadcast_to(array, shape) for array in checked.values()]


def _on_resonance(gain_a: Any, gain_b: Any, coupling: Any = 0.0) -> list[np.ndarray]:
    """d_A, d_B and the coupling, broadcast against each other."""
    a, b, g = _checked(gain_a=gain_a, gain_b=gain_b, coupling=coupling)
    why = "closed forms are for gain + damping = 1, divide all rates by that"
    for name, gain in (("gain_a", a), ("gain_b", b)):
        real_array(gain, f"Parameter `{name}`", at_most=1, why=why)
    return [2 * a - 1, 2 * b - 1, g]


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.solve(matrix, right[..., None])[..., 0]
    except np.linalg.LinAlgError:
        raise NonUniqueSteadyStateError(
            "The moments are not unique: at some point the baths do not select a state. Gain and "
            "damping of an uncoupled qubit must not both be 0."
        ) from None


def _coefficients(d_a: np.ndarray, d_b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    c2 = d_a * (d_a + d_b) ** 2 - 2 * d_a - 4 * d_b
    return c2, 4 * d_a**2 * d_b - 12 * (d_a + d_b)


def _positive_root(a: Any, b: Any, c: Any, exists: np.ndarray) -> np.ndarray:
    """sqrt(G) for the positive root of a G^2 + b G + c with a c < 0 (or a = 0), without loss."""
    root = np.sqrt(np.where(exists, b * b - 4 * a * c, 0.0))
    # Of the two forms of the root, the one without cancellation; a may vanish in the second.
    half = -(b + np.where(b >= 0, root, -root)) / 2
    one = np.divide(half, a, out=np.full_like(half, -1.0), where=(a != 0))
    other = np.divide(c, half, out=np.full_like(half, -1.0), where=(half != 0))
    square = np.where(one > 0, one, other)
    return np.where(exists & (square > 0), np.sqrt(np.maximum(square, 0)), np.nan)
