"""Measures of a batch: one that fails somewhere costs itself there, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from quantsync.errors import MeasureError, MeasureShapeError
from quantsync.sweeps._failing import ends_a_map, is_mistake, texts_of, without_result
from quantsync.sweeps._systems import Failed
from quantsync.sweeps.plan import SweepPlan
from quantsync.system import System, View

TRIED = 8  # points at which a measure must fail in one way to be called one that cannot be taken
NOT_FINITE = " is not finite"

_guard = threading.Lock()


@dataclass(frozen=True)
class Taken:
    """What a measure gave on a batch."""

    values: np.ndarray | None  # None where it failed at every point
    causes: dict[int, str]  # why it failed, at the others


def taken(plan: SweepPlan, view: View, name: str) -> Taken:
    """A measure of all systems; errors of their solution are passed on."""
    measure = plan.measures[name]
    try:
        values = batch_of_numbers(name, view.value(measure), view.system.size)
    except Exception as error:
        if ends_a_map(error) or error is view.failure:
            raise
        _refuse_if_everywhere(plan, name, error)
        return _apart(view, name, measure, error)
    if getattr(measure, "may_be_undefined", False):
        return Taken(values, {})
    finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    return Taken(values, dict.fromkeys(np.flatnonzero(~finite).tolist(), NOT_FINITE))


def _apart(view: View, name: str, measure: Any, error: Exception) -> Taken:
    """Take a measure that has failed on a batch of parts of it, down to single points."""
    size = view.system.size
    bad = without_result(error, size)
    if size == 1 or bad.all():
        return Taken(None, {k: f": {text}" for k, text in texts_of(error, size).items()})
    values, causes = None, {}
    for members in parts_of(bad):
        part = view.part(members)
        try:
            found = batch_of_numbers(name, part.value(measure), len(members))
            few = Taken(found, {})
        except Exception as again:
            if ends_a_map(again):
                raise
            few = _apart(part, name, measure, again)
        if few.values is not None:
            values = placed(values, name, size, members, few.values)
            if not getattr(measure, "may_be_undefined", False):
                finite = np.isfinite(few.values).reshape(len(members), -1).all(axis=1)
                undefined = set(np.flatnonzero(~finite).tolist()) - set(few.causes)
                causes |= {int(members[k]): NOT_FINITE for k in undefined}
        causes |= {int(members[k]): text for k, text in few.causes.items()}
    return Taken(values, causes)


def _refuse_if_everywhere(plan: SweepPlan, name: str, error: Exception) -> None:
    """Raise `MeasureError` if a measure cannot be taken at all, or its code has a mistake."""
    if not is_mistake(error):
        return
    with _guard:  # looked into once
        if name not in plan.mistakes:
            plan.mistakes[name] = _mistake(plan, name)
        mistake = plan.mistakes[name]
    if mistake is not None:
        raise MeasureError(
            f"Measure {name!r} cannot be taken of this system, at any point: "
            f"{type(mistake).__name__}: {mistake}"
        ) from mistake


def _mistake(plan: SweepPlan, name: str) -> Exception | None:
    """The error of a measure that is the same at points all over a map, if there is one."""
    size = plan.grid.size
    seen: dict[str, Exception] = {}
    for point in np.unique(np.linspace(0, size - 1, min(TRIED, size)).astype(int)):
        ((_, made),) = plan.batch(np.array([point])).made()
        if isinstance(made, Failed):
            continue
        view = View(cast(System, made.system), 1, made.parameters)
        try:
            batch_of_numbers(name, view.value(plan.measures[name]), 1)
            return None
        except Exception as error:
            if error is view.failure:
                continue  # a point without a solution does not tell
            if not is_mistake(error):
                return None
            seen[f"{type(error).__name__}: {error}"] = error
    return next(iter(seen.values())) if len(seen) == 1 else None


def batch_of_numbers(name: str, values: Any, size: int) -> np.ndarray:
    """Values of a measure as an array of numbers with one, or a row, a system."""
    wanted = f"Measure {name!r} must return an array with the batch shape {(size,)} in front"
    if isinstance(values, np.ma.MaskedArray) and values.dtype.kind in "biufc":
        kind = complex if values.dtype.kind == "c" else float
        values = np.where(values.mask, np.nan, values.data.astype(kind))  # what is masked: unknown
    try:
        array = np.asarray(values)
    except ValueError:
        raise MeasureShapeError(
            f"{wanted}, but returned rows of different lengths; pad them with NaN."
        ) from None
    if array.shape[:1] != (size,):
        raise MeasureShapeError(f"{wanted}, but returned shape {array.shape}.")
    if array.dtype.kind not in "biufc":
        raise MeasureShapeError(f"{wanted}, of numbers, but returned type {array.dtype}.")
    return array


def placed(
    values: np.ndarray | None, name: str, size: int, members: Any, array: np.ndarray
) -> np.ndarray:
    """Values of a batch with those of some members of it; the others are NaN to begin with."""
    if values is None:
        values = filled_with_nan((size, *array.shape[1:]), array.dtype)
    if values.shape[1:] != array.shape[1:]:
        raise MeasureShapeError(
            f"Measure {name!r} returns rows of shape {values.shape[1:]} at some points and "
            f"{array.shape[1:]} at others; a map needs one shape: pad them with NaN."
        )
    if np.iscomplexobj(array) and not np.iscomplexobj(values):
        values = values.astype(complex)
    values[members] = array
    return values


def filled_with_nan(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Array of NaN; integers and booleans become floats, which can hold it."""
    kind = np.dtype(dtype)
    return np.full(shape, np.nan, dtype=kind if kind.kind in "fc" else float)


def parts_of(bad: np.ndarray) -> list[np.ndarray]:
    """Two parts of a batch that has failed: the bad systems apart, or halves.

    Of systems that are made from those of the batch, in another order say, it would not be the
    bad ones that have failed: they are only set apart, and tried again.
    """
    size = len(bad)
    apart = bad if bad.any() else np.arange(size) >= (size + 1) // 2
    return [np.flatnonzero(~apart), np.flatnonzero(apart)]


def joined_causes(causes: Mapping[str, Mapping[int, str]], measures: int) -> dict[int, str]:
    """One message for each point at which measures failed, from those of each measure."""
    failures = {}
    for k in sorted({k for of_one in causes.values() for k in of_one}):
        names: dict[str, list[str]] = {}
        for name, of_one in causes.items():
            if k in of_one:
                names.setdefault(of_one[k], []).append(name)
        text, failed = next(iter(names.items()))
        if len(failed) == measures > 1 and text != NOT_FINITE:  # of the point, it seems
            failures[k] = text.removeprefix(": ")
            continue
        failures[k] = "; ".join(
            f"measure{'s' * (len(those) > 1)} {', '.join(map(repr, those))}"
            f"{text if len(those) == 1 or text != NOT_FINITE else ' are not finite'}"
            for text, those in names.items()
        )
    return failures
