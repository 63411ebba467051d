"""`converged`: how many levels of its modes a measure needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quantsync import html
from quantsync.catalogue.models import Model, single_values
from quantsync.checks import name_list, named_arguments, real_number, shown, whole_number
from quantsync.errors import InvalidArgumentError, LevelsError, OutOfMemoryError
from quantsync.sweeps.compute import measured

FIRST_LEVELS = 8  # where neither the parameters nor the model say with how many to begin
GROWTH = 0.2  # of the levels from one trial to the next
DIGITS = 8  # of a value in a table
AGREEMENTS = 2  # trials in a row that change nothing any more


@dataclass(frozen=True)
class Trial:
    """Measures with some number of levels, and the estimate of what the cut-off changes."""

    levels: int
    values: dict[str, Any]
    truncation: float | str | None  # None if the solutions say nothing of it


@dataclass(frozen=True)
class Converged:
    """How many levels some measures need, and their values.

    Attributes
    ----------
    levels : int
        The fewest levels, of those tried, with which every measure is within the tolerance of its
        value with the most levels, and the truncation of the state as well.
    values : dict
        The measures with the most levels that were tried.
    tolerance : float
        That was asked for.
    history : tuple of Trial
        All that was tried: ``levels``, ``values`` and ``truncation`` of each.
    """

    levels: int
    values: dict[str, Any]
    tolerance: float
    history: tuple[Trial, ...] = field(repr=False)

    def _repr_html_(self) -> str:
        def shown(trial: Trial) -> str:
            values = [f"{n} {np.round(v, DIGITS)}" for n, v in trial.values.items()]
            cut = trial.truncation
            if cut is not None:
                values.append(f"truncation {cut if isinstance(cut, str) else f'{cut:.1e}'}")
            return ", ".join(values)

        title = f"Converged to {self.tolerance:g} with {self.levels} levels"
        return html.table(title, {f"{t.levels} levels": shown(t) for t in self.history})


@named_arguments
def converged(
    model: str | Callable[..., Any],
    parameters: Mapping[str, Any],
    measures: Any,
    *,
    levels: str | list[str] = "levels",
    tolerance: float = 1e-6,
    max_levels: int = 200,
) -> Converged:
    """Find how many levels of its modes measures of a model need, by raising them.

    The levels grow by a fifth at a time, and by an odd number, so that even and odd cut-offs
    alternate: under squeezing, say, they differ. Measures have settled when they have not changed
    by more than the tolerance twice in a row, and the state's own ``truncation.estimate`` is not
    above it either, where its solution has one: two values may agree by accident. A second branch
    of states far above the levels that were tried stays unseen.

    Parameters
    ----------
    model : str or callable
        As in `compute`, with a parameter that is the number of levels.
    parameters : mapping of str to number
        Parameters; the others have the model's defaults. What it says of the levels is the first
        number that is tried; else it is the model's default, or 8.
    measures : list of (str or callable), or mapping
        As in `sweep`.
    levels : str or list of str, default "levels"
        Name of the parameter; several are raised together.
    tolerance : float, default 1e-6
        How much a value may change: in absolute terms up to 1, relative to it above. Angles, in
        "rad", modulo 2 pi.
    max_levels : int, default 200
        Where to give up.

    Returns
    -------
    Converged

    Raises
    ------
    LevelsError
        If the measures have not settled with ``max_levels``, or the memory does not hold more.
        It has the history. A mode with more gain than loss never settles.
    UnknownNameError
        If the model has no such parameter.
    InvalidArgumentError
        If an argument cannot be used.

    Examples
    --------
    A van der Pol oscillator with few quanta, driven:

    >>> import quantsync as qs
    >>> def oscillator(levels=6, drive=0.3):
    ...     space = qs.Space(A=qs.Fock(levels))
    ...     a = space["A"]
    ...     jumps = [(1.0, a.create), (3.0, a.destroy @ a.destroy)]
    ...     return qs.Lindbladian(space, [(drive, a.create + a.destroy)], jumps)
    >>> found = qs.converged(oscillator, {}, "purity", tolerance=1e-4)
    >>> found.levels, round(float(found.values["purity"]), 4)
    (9, 0.4427)
    """
    chosen = Model.of(model)
    parameters = single_values(parameters, "converged() works at one point")
    names = [levels] if isinstance(levels, str) else list(name_list(levels, "levels"))
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidArgumentError(
            f"Argument `levels` must name a parameter or several, but is {shown(levels)}."
        )
    tolerance = real_number(tolerance, "tolerance", above=0)
    most = whole_number(max_levels, "max_levels", at_least=2)
    chosen.require_parameters({**parameters, **dict.fromkeys(names)})
    first = max(_first(chosen, parameters, name) for name in names)
    if first > most:
        raise InvalidArgumentError(
            f"Argument `max_levels` must be at least the first number of levels, {first}, but is "
            f"{most}."
        )
    history: list[Trial] = []
    agreed, count = 0, first
    while True:
        point = {**parameters, **dict.fromkeys(names, count)}
        try:
            values, certificates, resolved = measured(chosen, point, measures)
        except OutOfMemoryError as error:
            raise LevelsError(_unsettled(history, tolerance, str(error)), tuple(history)) from error
        units = {name: getattr(measure, "units", "1") for name, measure in resolved.items()}
        history.append(Trial(count, values, certificates.get("truncation")))
        same = len(history) > 1 and _agree(history[-2].values, values, units, tolerance)
        agreed = agreed + 1 if same else 0
        if agreed >= AGREEMENTS and _is_whole(history[-1], tolerance):
            return Converged(_fewest(history, units, tolerance), values, tolerance, tuple(history))
        if count >= most:
            why = f"{most} levels were allowed (max_levels)"
            raise LevelsError(_unsettled(history, tolerance, why), tuple(history))
        step = math.ceil(GROWTH * count)
        count = min(count + step + 1 - step % 2, most)


def _first(chosen: Model, parameters: Mapping[str, Any], name: str) -> int:
    given = parameters.get(
        name, chosen.parameters[name].default if name in chosen.parameters else 0
    )
    if name not in parameters and not isinstance(given, int | np.integer):
        return FIRST_LEVELS
    return whole_number(given, f"parameters[{name!r}]", at_least=2)


def _agree(
    before: Mapping[str, Any], now: Mapping[str, Any], units: Mapping[str, str], tolerance: float
) -> bool:
    """Whether no measure has changed by more than the tolerance."""
    for name, value in now.items():
        first, second = np.asarray(before[name]), np.asarray(value)
        if first.shape != second.shape:
            return False
        with np.errstate(invalid="ignore"):
            change = np.abs(second - first)
            if units[name] == "rad":
                change = np.minimum(change % (2 * np.pi), -change % (2 * np.pi))
            within = change <= tolerance * np.maximum(1, np.abs(second))
        # Undefined, or infinite, with both numbers of levels: nothing has changed.
        if not (within | (first == second) | (np.isnan(first) & np.isnan(second))).all():
            return False
    return True


def _is_whole(trial: Trial, tolerance: float) -> bool:
    """Whether the state's own certificate says that its cut-off does not matter."""
    if trial.truncation is None:
        return True
    return not isinstance(trial.truncation, str) and trial.truncation <= tolerance


def _fewest(history: list[Trial], units: Mapping[str, str], tolerance: float) -> int:
    """The fewest levels from which on nothing is further than the tolerance from the last."""
    fewest = history[-1].levels
    for trial in reversed(history):
        settled = _agree(trial.values, history[-1].values, units, tolerance)
        if not (settled and _is_whole(trial, tolerance)):
            break
        fewest = trial.levels
    return fewest


def _unsettled(history: list[Trial], tolerance: float, why: str) -> str:
    if not history:
        return f"Not even the first number of levels could be tried: {why}"
    last = history[-1]
    shown = ", ".join(f"{name} {np.round(value, 8)}" for name, value in last.values.items())
    cut = f" and a truncation of {last.truncation}" if last.truncation is not None else ""
    return (
        f"The measures have not settled to {tolerance:g}: with {last.levels} levels, {shown}{cut}. "
        f"{why.rstrip('.')}. A mode with more gain than loss never settles."
    )
