"""Means and covariances from checked numbers: given, or of thermal and squeezed modes."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import real_array
from quantsync.errors import BroadcastError, DimensionError, InvalidArgumentError
from quantsync.gaussian.covariance import state_covariance
from quantsync.gaussian.networks.graphs import positive


def checked_moments(mean: Any, covariance: Any) -> tuple[np.ndarray, np.ndarray]:
    """Means (..., 2n) and covariances (..., 2n, 2n) of a state, broadcast to one batch shape.

    Raises
    ------
    InvalidStateError, DimensionError, BroadcastError, InvalidArgumentError, NonFiniteError
        As `GaussianState`.

    Examples
    --------
    >>> mean, covariance = checked_moments(np.zeros((5, 2)), np.eye(2))
    >>> covariance.shape
    (5, 2, 2)
    """
    means = real_array(mean, "mean")
    sigma = real_array(covariance, "covariance")
    if sigma.ndim < 2 or sigma.shape[-1] != sigma.shape[-2] or sigma.shape[-1] % 2:
        raise DimensionError(
            "Argument `covariance` must have shape (..., 2n, 2n) with x_1, p_1, x_2, ..., but "
            f"has {sigma.shape}."
        )
    if means.shape[-1:] != sigma.shape[-1:] or not sigma.shape[-1]:
        raise DimensionError(
            f"Argument `mean` must have shape (..., {sigma.shape[-1]}) for a covariance of "
            f"shape {sigma.shape}, but has {means.shape}."
        )
    try:
        shape = np.broadcast_shapes(means.shape[:-1], sigma.shape[:-2])
    except ValueError:
        raise BroadcastError(
            f"The batch shapes {means.shape[:-1]} of `mean` and {sigma.shape[:-2]} of "
            "`covariance` do not broadcast against each other."
        ) from None
    sigma = state_covariance(sigma)
    return (
        np.broadcast_to(means, (*shape, means.shape[-1])),
        np.broadcast_to(sigma, (*shape, *sigma.shape[-2:])),
    )


def checked_modes(frequencies: Any, masses: Any) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and masses > 0 of uncoupled modes, both of shape (n,).

    Raises
    ------
    InvalidArgumentError, NonFiniteError, DimensionError
        If the numbers are not positive, or do not fit each other.

    Examples
    --------
    >>> checked_modes([1.0, 2.0], 1.0)
    (array([1., 2.]), array([1., 1.]))
    """
    w = np.atleast_1d(positive(frequencies, "frequencies"))
    if w.ndim != 1 or not len(w):
        raise DimensionError(
            f"Argument `frequencies` must be a number or have shape (n,), but has {w.shape}."
        )
    return w, one_a_mode(positive(masses, "masses"), w, "masses")


def one_a_mode(values: Any, frequencies: np.ndarray, name: str) -> np.ndarray:
    """One real number a mode, shape (n,).

    Raises
    ------
    InvalidArgumentError, NonFiniteError, DimensionError
        If they are not real and finite, or do not fit the frequencies.

    Examples
    --------
    >>> one_a_mode(0.5, np.array([1.0, 2.0]), "r")
    array([0.5, 0.5])
    """
    array = real_array(values, name)
    if array.ndim > 1 or (array.ndim == 1 and len(array) not in (1, len(frequencies))):
        raise DimensionError(
            f"Argument `{name}` must be a number or have shape {frequencies.shape}, but has "
            f"{array.shape}."
        )
    return np.broadcast_to(array, frequencies.shape)


def not_negative(values: Any, frequencies: np.ndarray, name: str) -> np.ndarray:
    """One number >= 0 a mode, shape (n,); errors as `one_a_mode`.

    Examples
    --------
    >>> not_negative(0, np.array([1.0, 2.0]), "temperature")
    array([0., 0.])
    """
    array = one_a_mode(values, frequencies, name)
    if (array < 0).any():
        raise InvalidArgumentError(f"Argument `{name}` must be >= 0, but holds {array.min():g}.")
    return array


def thermal_variance(frequencies: np.ndarray, temperature: Any) -> np.ndarray:
    """``coth(w/2T)/2``, the variance of a mode's dimensionless quadratures; 1/2 at T = 0.

    Examples
    --------
    >>> print(thermal_variance(np.array([1.0, 1.0]), np.array([0.0, 10.0])))
    [ 0.5        10.00833194]
    """
    T = np.asarray(temperature, dtype=float)
    hot = np.where(T > 0, T, 1.0)
    return np.where(T > 0, 0.5 / np.tanh(frequencies / (2 * hot)), 0.5)


def uncorrelated_covariance(variances: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Covariance of uncorrelated modes: variances of the dimensionless quadratures, and m w.

    Examples
    --------
    >>> print(uncorrelated_covariance(np.array([0.5]), np.array([2.0])))
    [[0.25 0.  ]
     [0.   1.  ]]
    """
    return np.diag(np.stack([variances / widths, variances * widths], -1).ravel())


def squeezed_covariance(widths: np.ndarray, r: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Covariance of squeezed vacua with m w in ``widths``; as `GaussianState.squeezed`.

    Raises
    ------
    InvalidArgumentError
        If r is too large for floating point.

    Examples
    --------
    >>> print(squeezed_covariance(np.ones(1), np.log([2.0]), np.zeros(1)))
    [[2.    0.   ]
     [0.    0.125]]
    """
    with np.errstate(over="ignore", under="ignore"):
        stretch = np.exp(2 * r)
    if not np.isfinite(stretch).all() or (stretch == 0).any():
        raise InvalidArgumentError(
            f"Argument `r` = {r.tolist()!r} is too large for floating point."
        )
    cos, sin = np.cos(angle), np.sin(angle)
    sigma = np.zeros((2 * len(widths), 2 * len(widths)))
    k = 2 * np.arange(len(widths))
    sigma[k, k] = (stretch * cos**2 + sin**2 / stretch) / (2 * widths)
    sigma[k + 1, k + 1] = (stretch * sin**2 + cos**2 / stretch) * widths / 2
    sigma[k, k + 1] = sigma[k + 1, k] = (stretch - 1 / stretch) * cos * sin / 2
    return sigma


def network_thermal_covariance(
    frequencies: np.ndarray, modes: np.ndarray, masses: np.ndarray, temperature: float
) -> np.ndarray:
    """Covariance of a whole network in equilibrium, from its normal modes in columns.

    Examples
    --------
    >>> print(network_thermal_covariance(np.array([2.0]), np.eye(1), np.ones(1), 0.0))
    [[0.25 0.  ]
     [0.   1.  ]]
    """
    variances = thermal_variance(frequencies, temperature)
    root, size = np.sqrt(masses), len(masses)
    sigma = np.zeros((2 * size, 2 * size))
    sigma[::2, ::2] = (modes * (variances / frequencies)) @ modes.T / np.outer(root, root)
    sigma[1::2, 1::2] = (modes * (variances * frequencies)) @ modes.T * np.outer(root, root)
    return sigma
