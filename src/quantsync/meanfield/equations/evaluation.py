"""Equations at given points, for amplitudes, times and parameters that broadcast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from quantsync.checks import broadcast_shape
from quantsync.errors import InvalidArgumentError
from quantsync.meanfield._states import interleaved
from quantsync.meanfield.equations.kernels import Kernel, KernelFactory


def columns(parameters: Iterable[np.ndarray], shape: tuple[int, ...]) -> list[np.ndarray]:
    """Parameters that broadcast to a batch shape, each of shape () or (B,)."""
    return [np.broadcast_to(p, shape).reshape(-1) if p.ndim else p for p in parameters]


def evaluated(
    kernel: Kernel, beta: np.ndarray, time: np.ndarray, parameters: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Outputs of a kernel, shape (..., outputs), at amplitudes (..., n)."""
    shapes = {"beta": beta.shape[:-1], "time": time.shape}
    shape = broadcast_shape(
        shapes | {name: p.shape for name, p in parameters.items()}, what="Batch shapes"
    )
    size, modes = int(np.prod(shape)), beta.shape[-1]
    z = np.broadcast_to(beta, (*shape, modes)).reshape(size, modes)
    t = np.broadcast_to(time, shape).reshape(size)
    out = outputs(kernel, t, interleaved(z).T, columns(parameters.values(), shape))
    if not np.isfinite(out).all():
        k = int(np.argwhere(~np.isfinite(out).all(axis=0))[0, 0])
        raise InvalidArgumentError(
            f"The equations have no finite value at beta = {z[k].tolist()}, t = {t[k]}: "
            "a pole, or a function outside its domain."
        )
    return out.T.reshape(*shape, kernel.outputs)


def outputs(
    kernel: Kernel, time: np.ndarray, state: np.ndarray, parameters: list[np.ndarray]
) -> np.ndarray:
    """Outputs (outputs, B) at times (B,) and states (2n, B), finite or not."""
    out = np.empty((kernel.outputs, state.shape[1]))
    with np.errstate(all="ignore"):
        kernel.batch(time, state, kernel.constant_arrays(parameters), out)
    return out


def require_occupations(
    factory: KernelFactory, parameters: Mapping[str, np.ndarray], time: float
) -> None:
    """Raise unless the occupations of all baths are real and not negative."""
    shape = np.broadcast_shapes(*(p.shape for p in parameters.values()))
    size = int(np.prod(shape))
    state, times = np.zeros((2 * factory.modes, size)), np.full(size, time)
    out = outputs(factory.occupations, times, state, columns(parameters.values(), shape))
    bad = ~((out[::2] >= 0) & (out[1::2] == 0))
    if bad.any():
        k, member = (int(i) for i in np.argwhere(bad)[0])
        value = complex(out[2 * k, member], out[2 * k + 1, member])
        raise InvalidArgumentError(
            f"The bath of jump operator {k} has the occupation {value:.6g}; it must be real and "
            "not negative."
        )


def at_rest(
    factory: KernelFactory, state: np.ndarray, parameters: list[np.ndarray], times: np.ndarray
) -> np.ndarray:
    """Whether all rates vanish to the last bit, shape (B,), at states (2n, B) and all times."""
    still = np.ones(state.shape[1], dtype=bool)
    for t in times:
        rates = outputs(factory.drift, np.full(len(still), t), state, parameters)
        still &= (rates == 0).all(axis=0)
    return still
