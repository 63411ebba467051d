"""Equations at given points: a kernel on amplitudes, times and parameters that broadcast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.meanfield.equations.kernels import Kernel
from quantsync.meanfield.parameters import joint_shape
from quantsync.meanfield.states import interleaved


def evaluated(
    kernel: Kernel, beta: np.ndarray, time: np.ndarray, parameters: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Outputs of a kernel, shape (..., outputs).

    Parameters
    ----------
    kernel : Kernel
    beta : ndarray of shape (..., n), complex
    time : ndarray of shape (...)
    parameters : mapping from str to ndarray of shape (...)
        All of them, in the kernel's order.

    Raises
    ------
    BroadcastError
        If shapes do not fit.
    InvalidArgumentError
        Where an output is not finite.
    """
    shapes = {"beta": beta.shape[:-1], "time": time.shape}
    shape = joint_shape(shapes | {name: p.shape for name, p in parameters.items()})
    size, modes = int(np.prod(shape)), beta.shape[-1]
    z = np.broadcast_to(beta, (*shape, modes)).reshape(size, modes)
    t = np.broadcast_to(time, shape).reshape(size)
    columns = [
        np.broadcast_to(p, shape).reshape(size) if p.ndim else p for p in parameters.values()
    ]
    out = np.empty((kernel.outputs, size))
    with np.errstate(all="ignore"):
        kernel.batch(t, interleaved(z).T, kernel.constant_arrays(columns), out)
    if not np.isfinite(out).all():
        k = int(np.argwhere(~np.isfinite(out).all(axis=0))[0, 0])
        raise InvalidArgumentError(
            f"The equations have no finite value at beta = {z[k].tolist()}, t = {t[k]}: "
            "a pole, or a function outside its domain."
        )
    return out.T.reshape(*shape, kernel.outputs)
