"""Initial conditions and parameters in, trajectories out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.checks import broadcast_shape, number_array, real_array, shown, times_array
from quantsync.errors import CostError, DimensionError, InvalidArgumentError
from quantsync.gaussian.symplectic import check_uncertainty
from quantsync.meanfield._dormand_prince import COLLAPSED, OUT_OF_REACH, UNBOUNDED, Outcome
from quantsync.meanfield._rest import at_rest, fastest_rate
from quantsync.meanfield._solver_choice import Batch, Options
from quantsync.meanfield._states import packed, unpacked
from quantsync.meanfield.equations.evaluation import at_rest as is_fixed_point
from quantsync.meanfield.equations.evaluation import columns, require_occupations
from quantsync.meanfield.equations.kernels import KernelFactory
from quantsync.meanfield.trajectory import FAILURES, MeanFieldTrajectory

COVARIANCE_BOUND = 1e100
# Where the time asked for is LATER than these times, in units of the fastest motion, they are tried
# first: whatever is at rest by then is at rest for ever.
LOOKS, LATER = (3e3, 3e4, 3e5), 20
MOST_LOOKED_AT = 64  # trajectories whose rates are looked at beforehand
NEAR_POLE = 1e-2  # of an event function's first value: what made the equations singular


def integrate(
    factory: KernelFactory,
    events: Mapping[str, Any],
    state: Any,
    times: Any,
    covariance: Any,
    parameters: Mapping[str, np.ndarray],
    options: Options,
) -> MeanFieldTrajectory:
    """Trajectories of a batch; errors as `MeanFieldModel.integrate`, ends only recorded."""
    n = factory.modes
    times = times_array(times, start=options.start_time)
    if not len(times):
        raise InvalidArgumentError("Argument `times` must not be empty.")
    beta = amplitudes("state", state, n)
    shapes = {"state": beta.shape[:-1], **{name: p.shape for name, p in parameters.items()}}
    if covariance is not None:
        covariance = physical_covariance(covariance, n)
        shapes["covariance"] = covariance.shape[:-2]
    shape = broadcast_shape(shapes, what="Batch shapes")
    if covariance is not None:
        require_occupations(factory, parameters, options.start_time)
    start = packed(beta, covariance, shape, n)
    values = columns(parameters.values(), shape)
    kernel = factory.flow(covariance=covariance is not None, events=tuple(events.values()))
    limits = np.full(len(start), COVARIANCE_BOUND)
    # The bound is on |beta|, of which the real and imaginary part are no more.
    limits[: 2 * n] = options.bound
    require_within(start[: 2 * n], options.bound, shape)
    batch = Batch(factory, kernel, start, values, times, limits, options)
    method, outcome = _solved_to_rest(batch) or batch.solved()
    beta_t, covariance_t = unpacked(outcome.states, shape, n)
    ended = _reasons(list(events), outcome).reshape(shape)
    valid: Any = ~np.isnan(beta_t).any(axis=-1)
    # With explicit time a start is a fixed point if it is one now, half-way and at the end.
    moments = np.unique([options.start_time, *times[[0, len(times) // 2, -1]]])
    return MeanFieldTrajectory(
        times,
        beta_t,
        covariance_t,
        valid,
        ended,
        np.where(ended == "", np.nan, outcome.end.reshape(shape)),
        is_fixed_point(factory, start[: 2 * n], values, moments).reshape(shape),
        method,
    )


def _solved_to_rest(batch: Batch) -> tuple[str, Outcome] | None:
    """The result where all trajectories come to rest, or end, long before the last time."""
    times, begin = batch.times, batch.options.start_time
    quick = batch.options.method in ("auto", "DOP853", "LSODA")
    if not (quick and batch.factory.autonomous and batch.start.size):
        return None  # the pace is looked at on the way
    some = slice(0, MOST_LOOKED_AT)
    columns = [p[some] if p.ndim else p for p in batch.columns]
    fastest = fastest_rate(batch.kernel, batch.start[:, some], columns)
    last, speed, method = float(times[-1]), np.inf, ""
    for turns in LOOKS:
        look = begin + turns / fastest if fastest > 0 else np.inf
        if not look * LATER < last:
            return None
        early = times[times <= look]
        method, outcome = replace(batch, times=np.append(early, look)).solved()
        end = outcome.states[-1]
        ended = np.isnan(end).any(axis=0)
        resting, fresh = at_rest(batch.kernel, end, batch.columns)
        if (ended | resting).all():
            late = np.broadcast_to(end, (len(times) - len(early), *end.shape))
            states = np.concatenate([outcome.states[: len(early)], late])
            return method, outcome._replace(states=states)
        moving = float(np.max(fresh, where=~ended & ~resting, initial=0.0))
        if moving > speed / 2:
            break
        speed = moving
    if "LSODA" not in method and fastest * (last - begin) > OUT_OF_REACH:
        raise CostError(
            f"To t = {last:.6g} a trajectory would take some {fastest * (last - begin):.2g} steps, "
            "as its fastest motions do not come to rest. Ask for an earlier time, or use "
            "limit_cycle() or fixed_points() for what it tends to."
        )
    return None


def amplitudes(name: str, beta: Any, modes: int) -> np.ndarray:
    """Complex amplitudes of shape (..., n)."""
    array = number_array(beta, name).astype(complex)
    if array.ndim == 0 or array.shape[-1] != modes:
        raise DimensionError(
            f"Argument `{name}` must have shape (..., {modes}), one amplitude for each mode, but "
            f"has {array.shape}."
        )
    return array


def physical_covariance(covariance: Any, modes: int) -> np.ndarray:
    """Symmetric covariances (..., 2n, 2n) that obey the uncertainty relation."""
    if isinstance(covariance, str):
        if covariance != "vacuum":
            raise InvalidArgumentError(
                f"Argument `covariance` must be an array or 'vacuum', but is {shown(covariance)}."
            )
        return np.eye(2 * modes) / 2
    array = real_array(covariance, "covariance")
    if array.ndim < 2 or array.shape[-2:] != (2 * modes, 2 * modes):
        raise DimensionError(
            f"Argument `covariance` must have shape (..., {2 * modes}, {2 * modes}), but has "
            f"{array.shape}."
        )
    check_uncertainty(array)
    return (array + array.swapaxes(-1, -2)) / 2


def require_within(start: np.ndarray, bound: float, shape: tuple[int, ...]) -> None:
    """Raise `InvalidArgumentError` if amplitudes (2n, B) begin beyond the bound."""
    beyond = (np.abs(start) > bound).any(axis=0)
    if beyond.any():
        k = int(np.argmax(beyond))
        where = f" at index {tuple(int(i) for i in np.unravel_index(k, shape))}" if shape else ""
        raise InvalidArgumentError(
            f"Argument `state`{where} has a part of size {np.abs(start[:, k]).max():.6g}, beyond "
            f"`bound` = {bound:.6g}. Raise the bound."
        )


def refuse_fixed_points(trajectory: MeanFieldTrajectory) -> None:
    """Raise `InvalidArgumentError` if a trajectory starts on a fixed point."""
    if not trajectory.stationary.any():
        return
    index = tuple(int(i) for i in np.argwhere(trajectory.stationary)[0])
    where = f" at index {index}" if index else ""
    raise InvalidArgumentError(
        f"Argument `state`{where} is a fixed point of the equations: the amplitudes would stay "
        "there for ever. Start elsewhere, or say stationary='allow'."
    )


def _reasons(events: list[str], outcome: Outcome) -> np.ndarray:
    """Why trajectories ended; a pole belongs to the event function that vanishes there."""
    reasons = np.full(len(outcome.reason), "", dtype=object)
    for k, reason in enumerate(outcome.reason):
        if reason >= 0:
            reasons[k] = events[reason]
        elif reason == UNBOUNDED:
            reasons[k] = FAILURES[0]
        elif reason == COLLAPSED:
            reasons[k] = FAILURES[1]
            if events:
                ratios = np.abs(outcome.seen[:, k]) / np.abs(outcome.first[:, k])
                if np.nanmin(ratios, initial=np.inf) < NEAR_POLE:
                    reasons[k] = events[int(np.nanargmin(ratios))]
    return reasons
