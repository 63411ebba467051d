"""Initial conditions and parameters in, trajectories out: which solver, in which pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quantsync.checks import require_finite
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    StationaryStartError,
)
from quantsync.gaussian.symplectic import check_uncertainty
from quantsync.meanfield.dormand_prince import COLLAPSED, UNBOUNDED
from quantsync.meanfield.equations.kernels import KernelFactory
from quantsync.meanfield.parameters import joint_shape
from quantsync.meanfield.solver_choice import Options, Run
from quantsync.meanfield.states import packed, unpacked
from quantsync.meanfield.trajectory import FAILURES, MeanFieldTrajectory

COVARIANCE_BOUND = 1e100
NEAR_POLE = 1e-2  # of an event function's first value: what made the equations singular


def integrate(
    factory: KernelFactory,
    events: Mapping[str, Any],
    beta0: Any,
    times: Any,
    covariance0: Any,
    parameters: list[np.ndarray],
    names: list[str],
    options: Options,
) -> MeanFieldTrajectory:
    """Trajectories of a batch; errors as `MeanFieldModel.integrate`, ends only recorded."""
    n = factory.modes
    options = options.checked()
    times = checked_times(times, options.start_time)
    beta = amplitudes("beta0", beta0, n)
    shapes = {"beta0": beta.shape[:-1]}
    shapes.update({name: p.shape for name, p in zip(names, parameters, strict=True)})
    covariance = None
    if covariance0 is not None:
        covariance = physical_covariance(covariance0, n)
        shapes["covariance0"] = covariance.shape[:-2]
    shape = joint_shape(shapes)
    if covariance is not None:
        require_occupations(factory, parameters, options.start_time)
    size = int(np.prod(shape))
    start = packed(beta, covariance, shape, n)
    columns = [np.broadcast_to(p, shape).reshape(size) if p.ndim else p for p in parameters]
    kernel = factory.flow(covariance=covariance is not None, events=tuple(events.values()))
    limits = np.full(len(start), COVARIANCE_BOUND)
    # The bound is on |beta|, of which the real and imaginary part are no more.
    limits[: 2 * n] = options.bound
    require_within(start[: 2 * n], options.bound, shape)
    run = Run(factory, kernel, start, columns, times, limits, options)
    method, (states, reasons, ends, seen, first) = run.solved()
    beta_t, covariance_t = unpacked(states, shape, n)
    ended = _names(list(events), reasons, seen, first).reshape(shape)
    end_time = ends.reshape(shape)
    valid: Any = ~np.isnan(beta_t).any(axis=-1)
    return MeanFieldTrajectory(
        times,
        beta_t,
        covariance_t,
        valid,
        ended,
        np.where(ended == "", np.nan, end_time),
        _stationary(factory, start[: 2 * n], columns, times, options.start_time).reshape(shape),
        method,
    )


def checked_times(times: Any, start_time: float) -> np.ndarray:
    """Times as an array, if they do not decrease and begin at the start or later."""
    try:
        array = np.asarray(times, dtype=float)
    except (TypeError, ValueError):
        raise InvalidArgumentError(
            f"Argument `times` must be an array of real numbers, but is {times!r}."
        ) from None
    if array.ndim != 1 or not len(array):
        raise InvalidArgumentError(
            f"Argument `times` must be one-dimensional and not empty, but has shape {array.shape}."
        )
    require_finite("times", array)
    if (np.diff(array) < 0).any():
        raise InvalidArgumentError("Argument `times` must not decrease; sort it first.")
    if array[0] < start_time:
        raise InvalidArgumentError(
            f"Argument `times` must not begin before the start, t = {start_time:.6g}, but has "
            f"{array[0]:.6g}."
        )
    return array


def amplitudes(name: str, beta: Any, modes: int) -> np.ndarray:
    """Complex amplitudes of shape (..., n)."""
    try:
        array = np.asarray(beta, dtype=complex)
    except (TypeError, ValueError):
        raise InvalidArgumentError(
            f"Argument `{name}` must be an array of complex numbers, but is {beta!r}."
        ) from None
    if array.ndim == 0 or array.shape[-1] != modes:
        raise DimensionError(
            f"Argument `{name}` must have shape (..., {modes}), one amplitude a mode, but has "
            f"{array.shape}."
        )
    require_finite(name, array)
    return array


def physical_covariance(covariance: Any, modes: int) -> np.ndarray:
    """Covariances of shape (..., 2n, 2n) that obey the uncertainty relation."""
    if isinstance(covariance, str):
        if covariance != "vacuum":
            raise InvalidArgumentError(
                f"Argument `covariance0` must be an array or 'vacuum', but is {covariance!r}."
            )
        return np.eye(2 * modes) / 2
    try:
        array = np.asarray(covariance)
        if array.dtype.kind == "c":
            raise TypeError
        array = array.astype(float)
    except (TypeError, ValueError):
        raise InvalidArgumentError(
            f"Argument `covariance0` must be an array of real numbers, but is {covariance!r}."
        ) from None
    if array.ndim < 2 or array.shape[-2:] != (2 * modes, 2 * modes):
        raise DimensionError(
            f"Argument `covariance0` must have shape (..., {2 * modes}, {2 * modes}), but has "
            f"{array.shape}."
        )
    require_finite("covariance0", array)
    try:
        check_uncertainty(array)
    except InvalidStateError as error:
        message = str(error).replace("`covariance`", "`covariance0`")
        raise InvalidStateError(message) from None
    return (array + array.swapaxes(-1, -2)) / 2


def require_occupations(factory: KernelFactory, parameters: list[np.ndarray], time: float) -> None:
    """Raise `InvalidArgumentError` if a bath has a negative or complex occupation."""
    kernel = factory.occupations
    shape = np.broadcast_shapes(*(p.shape for p in parameters))
    columns = [np.broadcast_to(p, shape).reshape(-1) if p.ndim else p for p in parameters]
    out = np.zeros((kernel.outputs, int(np.prod(shape))))
    state = np.zeros((2 * factory.modes, out.shape[1]))
    with np.errstate(all="ignore"):
        kernel.batch(np.full(out.shape[1], time), state, kernel.constant_arrays(columns), out)
    bad = ~((out[::2] >= 0) & (out[1::2] == 0))
    if bad.any():
        k, member = (int(i) for i in np.argwhere(bad)[0])
        value = complex(out[2 * k, member], out[2 * k + 1, member])
        raise InvalidArgumentError(
            f"The bath of jump operator {k} has the occupation {value:.6g}; it must be real and "
            "not negative."
        )


def require_within(start: np.ndarray, bound: float, shape: tuple[int, ...]) -> None:
    """Raise `InvalidArgumentError` if amplitudes (2n, B) begin beyond the bound."""
    beyond = (np.abs(start) > bound).any(axis=0)
    if beyond.any():
        k = int(np.argmax(beyond))
        where = f" at index {tuple(int(i) for i in np.unravel_index(k, shape))}" if shape else ""
        raise InvalidArgumentError(
            f"Argument `beta0`{where} has a part of size {np.abs(start[:, k]).max():.6g}, beyond "
            f"`bound` = {bound:.6g}. Raise the bound."
        )


def refuse_fixed_points(trajectory: MeanFieldTrajectory) -> None:
    """Raise `StationaryStartError` if a trajectory starts on a fixed point."""
    if not trajectory.stationary.any():
        return
    index = tuple(int(i) for i in np.argwhere(trajectory.stationary)[0])
    where = f" at index {index}" if index else ""
    raise StationaryStartError(
        f"Argument `beta0`{where} is a fixed point of the equations: the amplitudes would stay "
        "there for ever. Start elsewhere, or say stationary='allow'."
    )


def _names(
    events: list[str], reasons: np.ndarray, seen: np.ndarray, first: np.ndarray
) -> np.ndarray:
    """Names of the reasons; a pole belongs to the event function that vanishes there."""
    names = np.full(len(reasons), "", dtype=object)
    for k, reason in enumerate(reasons):
        if reason >= 0:
            names[k] = events[reason]
        elif reason == UNBOUNDED:
            names[k] = FAILURES[0]
        elif reason == COLLAPSED:
            names[k] = FAILURES[1]
            ratios = np.abs(seen[:, k]) / np.abs(first[:, k]) if events else np.empty(0)
            if len(ratios) and np.nanmin(ratios, initial=np.inf) < NEAR_POLE:
                names[k] = events[int(np.nanargmin(ratios))]
    return names


def _stationary(
    factory: KernelFactory,
    start: np.ndarray,
    columns: list[np.ndarray],
    times: np.ndarray,
    start_time: float,
) -> np.ndarray:
    """Whether all rates vanish at the start, now and, with explicit time, at the times."""
    still = np.ones(start.shape[1], dtype=bool)
    out = np.empty_like(start)
    constants = factory.drift.constant_arrays(columns)
    for t in np.unique([start_time, *times[[0, len(times) // 2, -1]]]):
        with np.errstate(all="ignore"):
            factory.drift.batch(np.full(len(still), t), start, constants, out)
        still &= (out == 0).all(axis=0)
    return still
