"""Measures by name: those of a kind of solution, and those that a model's systems have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from quantsync import measures as functions
from quantsync.catalogue.models import MODELS, Model
from quantsync.catalogue.registered import Registry
from quantsync.catalogue.spectral_measures import SPECTRAL_MEASURES
from quantsync.catalogue.state_measures import DENSITY_MATRIX_MEASURES, STATE_MEASURES
from quantsync.checks import shown
from quantsync.errors import InvalidArgumentError, unknown_name
from quantsync.system import Measure, arguments_taken

MEASURES_OF_KIND: dict[str, Mapping[str, Measure]] = {
    "steady state": STATE_MEASURES | SPECTRAL_MEASURES,
    "evolution": DENSITY_MATRIX_MEASURES,  # of the state at the last time
}


def _declared(name: str, measure: Any) -> Any:
    """A measure that a package declares, under the name of its entry point."""
    if isinstance(measure, Measure):
        return replace(measure, name=name)
    arguments_taken(measure, f"Measure {name!r}")
    return measure


def _taken() -> set[str]:
    """Names of all measures of this package."""
    own = [measures_of(Model(function).systems) for function in MODELS.own.values()]
    return {name for table in (*MEASURES_OF_KIND.values(), *own) for name in table}


# Measures that installed packages add to those of every system.
ADDED_MEASURES: Registry[Any] = Registry("measure", {}, _declared, _taken)


def measures_of(system: Any) -> dict[str, Measure]:
    """All measures that systems have by name: those of their kind, and their own."""
    return {**MEASURES_OF_KIND.get(system.kind, {}), **system.measures}


def resolve_measures(
    measures: Any, known: Mapping[str, Measure], model: str = ""
) -> dict[str, Measure | Callable[[Any], Any]]:
    """Check a list of measures, names or functions, and return them by name.

    Names are looked up in ``known``, which are those of a model.
    """
    if isinstance(measures, str) or callable(measures):
        measures = [measures]
    if isinstance(measures, Measure):
        measures = [measures]
    if not isinstance(measures, list | tuple | set | frozenset | Mapping):
        raise InvalidArgumentError(
            "Argument `measures` must be a name, a function, or a list or dict of these, but is "
            f"{shown(measures)}."
        )
    items: Iterable[tuple[str | None, Any]]
    items = measures.items() if isinstance(measures, Mapping) else ((None, m) for m in measures)
    resolved: dict[str, Any] = {}
    for given, measure in items:
        if isinstance(measures, Mapping) and (not isinstance(given, str) or not given):
            raise InvalidArgumentError(
                f"The name of a measure must be a text, but is {given!r}: name it by letters and "
                "digits."
            )
        if isinstance(measure, str):
            name, value = given or measure, _find_measure(measure, known, model)
        elif isinstance(measure, Measure):
            name, value = given or measure.name, measure
        elif callable(measure):
            name, value = given or getattr(measure, "__name__", "measure"), measure
            arguments_taken(measure, f"Measure {name!r}")
        else:
            raise InvalidArgumentError(
                f"A measure must be a name or a function of the solution, but is {measure!r}."
            )
        if name in resolved:
            raise InvalidArgumentError(
                f"Measure {name!r} is given twice; name functions by passing a dictionary."
            )
        resolved[name] = value
    if not resolved:
        raise InvalidArgumentError("Argument `measures` is empty; name at least one measure.")
    return resolved


def _find_measure(name: str, known: Mapping[str, Measure], model: str) -> Any:
    if name in known:
        return known[name]
    if name in ADDED_MEASURES:
        return ADDED_MEASURES[name]
    if model:
        for other, function in MODELS.own.items():
            if name in measures_of(Model(function).systems):
                every = name in MEASURES_OF_KIND["steady state"]
                whose = "every steady state" if every else f"model {other}"
                raise InvalidArgumentError(
                    f"Measure {name!r} belongs to {whose}, not to {model}, whose own are "
                    f"{', '.join(known) or 'none: give functions'}."
                )
    if callable(getattr(functions, name, None)):
        raise InvalidArgumentError(
            f"Measure {name!r} is a function: give quantsync.{name} itself, without quotes, or a "
            f"function of yours that calls it (on the command line: -m quantsync:{name})."
        )
    raise unknown_name("measure", str(name), [*known, *ADDED_MEASURES])
