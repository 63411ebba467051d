"""What an evolution shows in a notebook, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync import html
from quantsync.checks import known_name, name_list
from quantsync.errors import InvalidArgumentError
from quantsync.operators import as_operator
from quantsync.plotting import axes_or_new, curves, require_one

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from quantsync.lindblad._path import Evolution

TIME = "time (1/unit of the rates)"


def draw(path: Evolution, observables: Any, axes: Any) -> Axes:
    """Expectation values over time."""
    require_one(path.error.shape[:-1], "evolution", "path")
    by_operator = isinstance(observables, Mapping) and len(observables) > 0
    values = _computed(path, observables) if by_operator else _kept(path, observables)
    axes = axes_or_new(axes, wide=True)
    named = {f"⟨{name}⟩": value for name, value in values.items()}
    label = next(iter(named)) if len(named) == 1 else "expectation value"
    curves(axes, path.times, named, TIME, label)
    return axes


def _kept(path: Evolution, observables: Any) -> dict[str, np.ndarray]:
    chosen = list(path.expectation) if observables is None else observables
    names = [
        known_name("observable", name, path.expectation)
        for name in name_list(chosen, "observables")
    ]
    if not names:
        raise InvalidArgumentError(
            "There is nothing to draw: give `observables`, as in plot({'z': space['A'].z})."
        )
    return {name: path.expectation[name] for name in names}


def _computed(path: Evolution, observables: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Tr O rho(t), real for Hermitian operators."""
    if path.states is None:
        raise InvalidArgumentError(
            "Argument `observables` must be names from `expectation`, since no states were kept: "
            f"{', '.join(path.expectation)}."
        )
    found = {}
    for name, given in observables.items():
        operator = as_operator(given, path.space.dimension, f"Operator of observables[{name!r}]")
        entries = operator.tocoo()
        values = path.states[:, entries.col, entries.row] @ entries.data
        is_hermitian = not (operator - operator.conj().T).nnz
        found[str(name)] = values.real if is_hermitian else values
    return found


def shown(path: Evolution) -> str:
    """The evolution as HTML: sizes and certificates."""
    rows = {
        "evolutions": html.batch(path.error.shape[:-1], "evolution"),
        "space": path.space,
        "times": f"{html.count(len(path.times), 'time')}, {html.extent(path.times)}",
        "states": "not kept" if path.states is None else "kept",
        "expectation": ", ".join(path.expectation),
        "error": html.largest(path.error),
        **({} if path.truncation is None else path.truncation.rows),
    }
    return html.table(type(path).__name__, rows)
