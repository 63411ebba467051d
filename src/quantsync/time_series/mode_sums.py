"""Signals that are sums of undamped oscillations, evaluated at many times at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from quantsync.checks import real_array
from quantsync.errors import DimensionError
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices, one_blas_thread
from quantsync.semigroups import require_phases

ELEMENTS = 1 << 21  # of one temporary array


class ModeSum:
    r"""Signals that are sums of undamped modes, known at every time.

    ``f(t) = constant + sum_k cosine_k cos(w_k t) + sine_k sin(w_k t)``

    Parameters
    ----------
    frequencies : array_like of shape (N,) or (..., N)
        Angular frequencies w_k, common to all signals or each one's own.
    cosine, sine : array_like of shape (..., N)
        Amplitudes; several signals in leading axes, which broadcast.
    constant : array_like of shape (...), default 0
        The constant part.

    Raises
    ------
    DimensionError
        If the shapes do not fit each other.
    InvalidArgumentError, NonFiniteError
        If a number is not real and finite.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series.mode_sums import ModeSum
    >>> signal = ModeSum([1.0, 2.0], [0.0, 1.0], [1.0, 0.0], constant=3.0)
    >>> print(signal([0.0, 1.0]).round(6), signal.derivative()([0.0]).round(6))
    [4.       3.425324] [1.]
    >>> ModeSum([1.0, 2.0], np.eye(2), np.zeros(2))[1].cosine
    array([0., 1.])
    """

    def __init__(self, frequencies: Any, cosine: Any, sine: Any, constant: Any = 0.0):
        self.frequencies = np.atleast_1d(real_array(frequencies, "frequencies"))
        parts = [
            np.atleast_1d(real_array(value, name))
            for name, value in (("cosine", cosine), ("sine", sine))
        ]
        rest = real_array(constant, "constant")
        try:
            if any(part.shape[-1] != self.frequencies.shape[-1] for part in parts):
                raise ValueError
            self.cosine, self.sine, constant_, _ = np.broadcast_arrays(
                *parts, rest[..., None], self.frequencies
            )
        except ValueError:
            raise DimensionError(
                "Arguments `frequencies`, `cosine`, `sine` must have shapes (N,) or (..., N), and "
                "`constant` (...), which fit each other, but have the shapes "
                f"{self.frequencies.shape}, {parts[0].shape}, {parts[1].shape} and {rest.shape}."
            ) from None
        self.constant = constant_[..., 0]

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape of the signals."""
        return self.constant.shape

    @property
    def bandwidth(self) -> float:
        """The highest angular frequency."""
        return float(np.abs(self.frequencies).max(initial=0.0))

    def __call__(self, times: Any) -> np.ndarray:
        """The signals at times of any shape, as an array of shape (..., *times.shape).

        Raises
        ------
        InvalidArgumentError, NonFiniteError
            If a time is not real and finite.
        LostAccuracyError
            If the phase of an oscillation is lost in rounding by then.
        """
        array = real_array(times, "times")
        require_phases(self.frequencies, array)
        flat, modes = array.reshape(-1), self.cosine.shape[-1]
        need = 8.0 * 2 * flat.size * math.prod(self.shape)
        require_memory(need, f"Signals at {flat.size} times", "take fewer times")
        with one_blas_thread():
            if self.frequencies.ndim == 1:
                rows = [part.reshape(-1, modes) for part in (self.cosine, self.sine)]
                values = sum_modes(flat, self.frequencies, *rows)
            else:
                own = np.broadcast_to(self.frequencies, self.cosine.shape).reshape(-1, modes)
                rows = zip(
                    own, self.cosine.reshape(-1, modes), self.sine.reshape(-1, modes), strict=True
                )
                values = np.concatenate(
                    [sum_modes(flat, w, c[None], s[None]) for w, c, s in rows]
                    or [np.zeros((0, len(flat)))]
                )
        values = values.reshape((*self.shape, len(flat))) + self.constant[..., None]
        return values.reshape((*self.shape, *array.shape))

    def __getitem__(self, index: Any) -> ModeSum:
        """Some of the signals, picked from the batch axes; a single one picks the first axis."""
        if self.frequencies.ndim == 1:
            frequencies = self.frequencies
        else:
            frequencies = np.broadcast_to(self.frequencies, self.cosine.shape)[index]
        return ModeSum(frequencies, self.cosine[index], self.sine[index], self.constant[index])

    def derivative(self) -> ModeSum:
        """The time derivatives of the signals, as a `ModeSum`."""
        return ModeSum(
            self.frequencies, self.sine * self.frequencies, -self.cosine * self.frequencies
        )

    def __repr__(self) -> str:
        return f"<ModeSum of {self.cosine.shape[-1]} modes: batch {self.shape}>"


def uniform_step(times: np.ndarray) -> float | None:
    """The distance of times that are equidistant to their rounding; else None."""
    if len(times) < 3:
        return None
    step = float((times[-1] - times[0]) / (len(times) - 1))
    error = np.abs(times - (times[0] + step * np.arange(len(times)))).max()
    return step if error <= 4 * np.finfo(float).eps * np.abs(times).max() else None


def sum_modes(
    times: np.ndarray, frequencies: np.ndarray, cosine: np.ndarray, sine: np.ndarray
) -> np.ndarray:
    """``sum_k cosine_rk cos(w_k t) + sine_rk sin(w_k t)``, shape (R, T).

    Equidistant times are written as ``t = A_a + B_b`` with some sqrt(T) values of each, and the
    addition theorem turns the sum into one matrix product; only 2 sqrt(T) N cosines are computed.
    """
    count, size = cosine.shape
    result = np.empty((count, len(times)))
    step = uniform_step(times)
    if step is None:
        for piece in chunk_slices(len(times), ELEMENTS // max(1, size)):
            phase = np.multiply.outer(frequencies, times[piece])
            result[:, piece] = cosine @ np.cos(phase) + sine @ np.sin(phase)
        return result
    fine = math.isqrt(len(times) - 1) + 1
    coarse = -(-len(times) // fine)
    phase = np.multiply.outer(frequencies, step * np.arange(fine))
    right = np.concatenate([np.cos(phase), np.sin(phase)])  # (2N, fine)
    phase = np.multiply.outer(times[0] + step * fine * np.arange(coarse), frequencies)
    cos, sin = np.cos(phase), np.sin(phase)  # (coarse, N)
    for piece in chunk_slices(count, ELEMENTS // max(1, 2 * coarse * size)):
        c, s = cosine[piece, None], sine[piece, None]
        left = np.concatenate([c * cos + s * sin, s * cos - c * sin], axis=-1)
        block = left.reshape(-1, 2 * size) @ right
        result[piece] = block.reshape(len(c), -1)[:, : len(times)]
    return result
