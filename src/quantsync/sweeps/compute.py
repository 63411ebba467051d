"""`compute`: measures of a model at one point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.catalogue.models import Model, single_values
from quantsync.checks import named_arguments
from quantsync.sweeps._certificates import (
    Worst,
    attributes_of,
    certificates_of,
    warn_of_truncation,
)
from quantsync.sweeps._failing import texts_of
from quantsync.sweeps._measuring import batch_of_numbers
from quantsync.sweeps._systems import SystemsOfModel
from quantsync.system import View


@named_arguments
def compute(
    model: str | Callable[..., Any], parameters: Mapping[str, Any], measures: Any
) -> dict[str, Any]:
    """Take measures of a model at one point.

    Parameters
    ----------
    model : str or callable
        A model by name, or a function of keyword parameters that returns a `Lindbladian`, whose
        steady state is measured, or another `quantsync.system.System`.
    parameters : mapping of str to number
        Parameters; the others have the model's defaults.
    measures : list of (str or callable), or mapping
        As in `sweep`.

    Returns
    -------
    dict
        One number a measure (a list where it has several components); None where a measure is
        undefined, such as the locked phase of a uniform distribution, and infinity where that
        is its limit.

    Warns
    -----
    TruncationWarning
        If the cut-off of a mode matters.

    Raises
    ------
    UnknownNameError
        If the model, a parameter or a measure does not exist.
    InvalidArgumentError
        If a parameter is not a single number.
    NonUniqueSteadyStateError
        If the steady state is not unique.

    Examples
    --------
    >>> import quantsync as qs
    >>> point = qs.compute("spin_pair", {"epsilon": 0.1, "detuning": 0.0}, ["synchronization"])
    >>> round(point["synchronization"], 10)
    0.0210072299
    """
    return computed(Model.of(model), parameters, measures).values


@dataclass(frozen=True)
class Computed:
    """Measures at one point, with what stands behind them."""

    values: dict[str, Any]  # plain
    certificates: dict[str, Any]
    units: dict[str, str]  # empty for functions, which do not tell


def computed(model: Model, parameters: Mapping[str, Any], measures: Any) -> Computed:
    """What `compute` returns, and the certificates of the solution behind it."""
    values, certificates, resolved = measured(model, parameters, measures)
    warn_of_truncation(certificates)
    return Computed(
        {name: _plain(value) for name, value in values.items()},
        attributes_of(certificates),
        {name: getattr(resolved[name], "units", "") for name in values},
    )


def measured(
    model: Model, parameters: Mapping[str, Any], measures: Any
) -> tuple[dict[str, Any], Worst, Mapping[str, Any]]:
    """Measures of a model at one point, its certificates, and the measures by name."""
    view = view_at(model, parameters)
    resolved = resolve_measures(measures, measures_of(view.system), model.name)
    values = {name: value_at(view, name, measure) for name, measure in resolved.items()}
    return values, certificates_of(view), resolved


def view_at(model: Model, parameters: Mapping[str, Any]) -> View:
    """A model at one point as measures see it: a batch of one, as in a sweep."""
    system = model(**single_values(parameters, "sweep() takes arrays"))
    known = SystemsOfModel(model, parameters, {})
    return View(system.broadcast_to((1,)), parameters=lambda _=None: known.parameters({}, 1))


def value_at(view: View, name: str, measure: Any) -> np.ndarray:
    """A measure of the only system of a view: a number, or an array of its components."""
    return batch_of_numbers(name, view.value(measure), 1)[0]


def certificates_at(view: View) -> dict[str, Any]:
    """The certificates of what has been solved so far, as data sets have them."""
    return attributes_of(certificates_of(view))


def failure_text(error: Exception) -> str:
    """What an error says of a single point, as maps record it."""
    return texts_of(error, 1)[0]


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    if array.ndim:
        return [_plain(entry) for entry in array]
    number = array.item()
    return None if isinstance(number, float | complex) and np.isnan(number) else number
