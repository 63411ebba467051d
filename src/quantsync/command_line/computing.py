"""Measures at single points, as JSON: of one point, or of a point per line of standard input."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.catalogue.models import Model
from quantsync.catalogue.references import is_reference, load, told
from quantsync.checks import shown
from quantsync.errors import InvalidArgumentError
from quantsync.sweeps.compute import computed
from quantsync.version import __version__


def found_model(name: str) -> Model:
    """A model by its name, or a function by its place."""
    if is_reference(name):
        return Model.of(load(name))
    if Path(name).suffix == ".py":
        raise InvalidArgumentError(f"Name the function in {name}, as in {name}:function.")
    return Model.of(name)


def found_measures(names: Iterable[str]) -> list[Any]:
    """Measures by their names, which a model knows, or functions by their places."""
    return [load(name) if is_reference(name) else name for name in names]


def require_measures(model: Model, measures: list[Any]) -> None:
    """Raise before anything is computed if a model of the catalogue has no such measure."""
    if model.is_registered:
        resolve_measures(measures, measures_of(model.systems), model.name)


def point(model: Model, shown_name: str, values: dict[str, Any], measures: list[Any]) -> Any:
    """What is printed of a point."""
    with redirect_stdout(sys.stderr):  # what functions of one's own print is no answer
        found = computed(model, values, measures)
    defaults = {n: p.default for n, p in model.parameters.items() if not p.is_required}
    return {
        "model": shown_name,
        "parameters": {name: _json_value(v) for name, v in (defaults | values).items()},
        "measures": {name: _json_value(value) for name, value in found.values.items()},
        "units": found.units,
        "notes": {name: note for name, value in found.values.items() if (note := _note(value))},
        "certificates": {name: _json_value(v) for name, v in found.certificates.items()},
        "version": __version__,
    }


def points(
    lines: Iterable[str],
    model: Model,
    shown_name: str,
    common: Mapping[str, Any],
    measures: list[Any],
) -> Iterator[tuple[str, bool]]:
    """For each line, a JSON object of parameters, what is printed, and whether it is an answer.

    ``common`` are parameters of all lines, which a line may replace. What fails fails alone.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values = _parameters(line)
            answer, good = point(model, shown_name, {**common, **values}, measures), True
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:  # whatever a function of one's own raises
            answer, good = {"line": number, "error": told(error)}, False
        yield json.dumps(answer, allow_nan=False), good


def _parameters(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line, object_pairs_hook=_once)
    except InvalidArgumentError:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"The line is no JSON: {error}.") from None
    if not isinstance(values, dict):
        raise InvalidArgumentError(
            'A line must be an object of parameters, as {"epsilon": 0.1}, but is '
            f"{shown(values)}."
        )
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for name, _ in pairs:
        if [other for other, _ in pairs].count(name) > 1:
            raise InvalidArgumentError(f"{name!r} must be given once, but is given twice.")
    return dict(pairs)


def _json_value(value: Any) -> Any:
    """A value as JSON knows it, which has neither complex numbers nor infinities."""
    if isinstance(value, list | tuple):
        return [_json_value(entry) for entry in value]
    if isinstance(value, complex):
        return [_json_value(value.real), _json_value(value.imag)]
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if isinstance(value, int | float | str | None) else str(value)


def _note(value: Any) -> str:
    """What a null or an infinity stands for; empty for numbers."""
    text = json.dumps(_json_value(value))
    notes = {"null": "null where it is undefined", "Infinity": "an infinite limit"}
    return "; ".join(note for word, note in notes.items() if word in text)
