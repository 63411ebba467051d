"""What is known at one point of a map: numbers, certificates, and what can be drawn of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.catalogue.models import Model
from quantsync.catalogue.spectral_measures import SPECTRAL_MEASURES
from quantsync.errors import InvalidArgumentError, WarnedOnce
from quantsync.explorer.pictures import Picture, are_alike, drawn, pictures_of
from quantsync.explorer.style import raised
from quantsync.sweeps.compute import certificates_at, failure_text, value_at, view_at
from quantsync.system import TRUNCATION_TOLERANCE, View

# Measures that may take far longer than the state itself: only where they are asked for.
COSTLY = {"gap", *SPECTRAL_MEASURES}
DIGITS = 6
EPS = 1e-16  # as the notes of conditions have it
WORDS = {
    "largest_residual": ("residual", "by how much the equations are missed, in the unit of rates"),
    "largest_error": ("error", "how wrong the solution may be"),
    "smallest_reciprocal_condition": ("reciprocal condition", ""),
    "largest_truncation": ("truncation", "by how much the cut-off changes the state"),
}


@dataclass(frozen=True)
class Number:
    """One number of a point, as the page shows it."""

    name: str
    value: str  # some digits, or why there is none
    exact: str  # all digits; empty where there is no number
    unit: str
    long_name: str
    chosen: bool  # whether it was asked for
    failed: bool = False

    @classmethod
    def of(
        cls,
        name: str,
        number: complex,
        measure: Any,
        chosen: bool,
        absent: str = "",
        failed: bool = False,
    ) -> Number:
        """A number of a measure, or why it is ``absent``; NaN is what is undefined."""
        long_name = getattr(measure, "long_name", "")
        if absent or np.isnan(number):
            return cls(name, absent or "undefined", "", "", long_name, chosen, failed)
        text = written(number)
        return cls(name, text, repr(number), unit_of(measure), long_name, chosen, failed)


@dataclass(frozen=True)
class Certificate:
    """How good a solution is, in words."""

    name: str
    text: str
    good: bool = True


@dataclass
class Point:
    """A model at one point: solved once, with all that is said and drawn of it.

    A point without a solution has a ``failure`` in place of numbers, and a picture only where it
    has too many: of the modes that never decay.

    Examples
    --------
    >>> from quantsync.catalogue.models import Model
    >>> point = Point.of(Model.of("spin_pair"), {"epsilon": 0.1}, ["synchronization"])
    >>> point.numbers[0].value, point.numbers[0].unit, point.pictures[0]
    ('0.0210072', '1/rad', 'phase distribution')
    """

    model: Model
    parameters: dict[str, Any]
    view: View | None = None
    numbers: list[Number] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)  # of all measures that could be taken
    certificates: list[Certificate] = field(default_factory=list)
    failure: str = ""

    @classmethod
    def of(cls, model: Model, parameters: Mapping[str, Any], measures: Any) -> Point:
        """Solve a model at a point and take these measures, and all that cost little."""
        point = cls(model, dict(parameters))
        with WarnedOnce(passed_on=True):  # what they say is among the certificates
            try:
                view = view_at(model, parameters)
            except Exception as error:
                point.failure = failure_text(error)
                return point
            known = measures_of(view.system)
            chosen = resolve_measures(measures, known, model.name)
            unsolved = ""
            try:
                _ = view.solution  # solved here, so that no measure is blamed
            except Exception as error:
                unsolved = failure_text(error)
            for name, measure in chosen.items():
                point.numbers += point._taken(view, name, measure, True)
            failed = {number.value for number in point.numbers if number.failed}
            # Systems that compute when a measure asks them to have failed if all measures did.
            is_late = not unsolved and view.solution is view.system and len(failed) == 1
            if not point.values and (unsolved or is_late):
                point.failure = unsolved or failed.pop()
                point.view = view if unsolved else None
                return point
            point.view = None if unsolved else view
            for name, measure in {} if unsolved else known.items():
                if name not in COSTLY and name not in chosen:
                    point.numbers += point._taken(view, name, measure, False)
            point.certificates = list(_certificates(view, unsolved))
        return point

    def _taken(self, view: View, name: str, measure: Any, chosen: bool) -> list[Number]:
        """The rows of a measure; one that is not meant for such a system is only told if chosen."""
        try:
            value = np.asarray(value_at(view, name, measure))
        except Exception as error:
            if not chosen and isinstance(error, InvalidArgumentError):
                return []
            return [Number.of(name, np.nan, measure, chosen, failure_text(error), True)]
        self.values[name] = value
        undefined = getattr(measure, "may_be_undefined", False)
        names = _components(name, value.shape, measure, view.system)
        rows = []
        for label, entry in zip(names, value.reshape(-1), strict=True):
            failed = not undefined and not bool(np.isfinite(entry))
            absent = "not finite" if failed and np.isnan(entry) else ""
            rows.append(Number.of(label, entry.item(), measure, chosen, absent, failed))
        return rows

    @property
    def pictures(self) -> Sequence[str]:
        """Names of the pictures that there are of such a solution, the most telling one first."""
        if self.view is None:
            return ()
        with WarnedOnce(passed_on=True):
            return pictures_of(self.view)

    def draw(self, name: str, dark: bool = False, other: Point | None = None) -> Picture:
        """A picture of the point, or of two, called A and B.

        Parameters
        ----------
        name : str
            One of `pictures`.
        dark : bool, default False
            Whether it goes on a dark page.
        other : Point, optional
            A point to compare with; left out where it has no such picture, or other sites.

        Raises
        ------
        UnknownNameError
            If there is no such picture.
        QuantsyncError
            Why it cannot be drawn.
        """
        views: list[View] = [self.view] if self.view is not None else []
        with WarnedOnce(passed_on=True):
            if other is not None and other.view is not None and name in other.pictures:
                views += [view for view in [other.view] if are_alike(views[0], view)]
            return drawn(name, self.pictures, views, dark)


def unit_of(measure: Any) -> str:
    """The unit of a measure, a stored one included; nothing where there is none."""
    units = getattr(measure, "units", "")
    return "" if units == "1" else units


def written(number: complex, digits: int = DIGITS) -> str:
    """A number with some digits, as it is printed: real minus signs, no negative zero."""
    if isinstance(number, complex):
        real, imaginary = written(number.real, digits), written(abs(number.imag), digits)
        sign = "−" if number.imag < 0 else "+"
        return f"{real} {sign} {imaginary} i"
    if isinstance(number, bool):
        return "yes" if number else "no"
    if isinstance(number, float) and math.isinf(number):
        return "∞" if number > 0 else "−∞"
    mantissa, _, exponent = f"{number + 0.0:.{digits}g}".replace("-", "−").partition("e")
    return f"{mantissa}×10{raised(exponent)}" if exponent else mantissa


def _components(name: str, shape: tuple[int, ...], measure: Any, system: Any) -> list[str]:
    """A name for every number of a measure."""
    if not shape:
        return [name]
    told = measure.components(system) if getattr(measure, "components", None) else None
    if told is not None and len(shape) == 1 and len(told[1]) == shape[0]:
        return [f"{name} of {part}" for part in told[1]]
    return [f"{name}[{', '.join(map(str, index))}]" for index in np.ndindex(shape)]


def _certificates(view: View, unsolved: str) -> Iterator[Certificate]:
    """How good the solution is, as far as it tells."""
    if unsolved:
        yield Certificate("state", unsolved, False)
    solution: Any = None if unsolved else view.solution
    worst = certificates_at(view)
    cut: Any = getattr(solution, "truncation", None)
    if cut is not None and not getattr(cut, "population", True):
        worst.pop("largest_truncation", None)  # there is no mode that could be cut off
    for key, (name, meaning) in WORDS.items():
        if key not in worst:
            continue
        value = worst[key]
        if key == "smallest_reciprocal_condition":
            text = f"{_small(value)}: rounding changes the state by some {_small(EPS / value)}"
            yield Certificate(name, text, value > EPS / TRUNCATION_TOLERANCE)
        elif key == "largest_truncation":
            good = value <= TRUNCATION_TOLERANCE
            text = f"the cut-off changes the state by {_small(value)} in trace distance"
            yield Certificate(name, text + ("" if good else ": give it more levels"), good)
        else:
            text = f"{_small(value)}: {meaning}" if value else "0: the method is exact"
            yield Certificate(name, text)
    for part in filter(None, worst.get("unknown_certificates", "").split("; ")):
        attribute, _, reason = part.partition(": ")
        yield Certificate(WORDS[attribute][0], f"not known: {reason}", False)
    if hasattr(solution, "unique"):
        unique = bool(np.all(solution.unique))
        how = getattr(solution, "uniqueness", "")
        text = ("yes" if unique else "no") + (f", {how}" if how else "")
        yield Certificate("unique", text, unique)
    flows: Any = getattr(cut, "flow", {})
    for mode, held in getattr(cut, "population", {}).items():
        flow = _small(np.max(flows[mode]))
        text = f"hold {_small(max(0.0, np.max(held)))}, and would be left at the rate {flow}"
        yield Certificate(f"top levels of {mode}", text)
    for mode in getattr(cut, "finite", ()):
        yield Certificate(f"levels of {mode}", "end physically: nothing is cut off")
    if hasattr(solution, "sector_dimension"):
        whole = solution.space.dimension**2
        text = f"{solution.sector_dimension} of {whole} elements of the density matrix"
        yield Certificate("solved for", text)
    ended = np.ravel(getattr(solution, "ended", np.array([], str)))
    for reason in dict.fromkeys(str(word) for word in ended if word):
        time = float(np.nanmax(solution.end_time))
        yield Certificate("ended early", f"by {reason} at the time {written(time)}", False)
    method = getattr(solution, "method", "") or view.system.method
    if method:
        yield Certificate("method", method)


def _small(value: Any) -> str:
    """A number whose size matters, with two digits."""
    return "what is not known" if np.isnan(value) else written(float(value), 2)
