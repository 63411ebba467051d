"""Sweeps described in a TOML file: data only, checked before anything runs."""

from __future__ import annotations

import math
import re
import sys
import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from quantsync.catalogue.models import Model, Parameter
from quantsync.catalogue.references import is_reference, load
from quantsync.checks import shown
from quantsync.errors import QuantsyncError, SpecError, unknown_name
from quantsync.sweeps.options import Refine, Store
from quantsync.sweeps.plan import SweepPlan, prepare_sweep
from quantsync.sweeps.refine.refinement import checked_refinement
from quantsync.sweeps.rules import Rule
from quantsync.sweeps.store.tasks import checked_chunk

Key = tuple[str, ...]
REFINING = ("level", "tolerance", "max_points")
KEYS = ("model", "measures", "store", "chunk", "refine", *REFINING, "axes", "fixed", "tied")
STANDARD = "-"  # standard input
SPACINGS: dict[str, Callable[..., np.ndarray]] = {
    "linspace": np.linspace,
    "logspace": np.logspace,
    "geomspace": np.geomspace,
}
MOST_VALUES = 10**8  # on an axis


@dataclass(frozen=True)
class SweepSpec:
    """A sweep read from a file."""

    plan: SweepPlan
    store: Store  # relative paths of the file are taken from its folder
    arguments: dict[str, Any]  # with which `sweep` computes it


def read_spec(path: str | Path, allowed: Collection[str] = ()) -> SweepSpec:
    """Read the description of a sweep, of the form in docs/sweeps.md, and check all of it.

    It may name functions of the modules that are allowed. "-" is standard input.
    """
    path = Path(path)
    is_standard = str(path) == STANDARD
    try:
        raw = sys.stdin.buffer.read() if is_standard else path.read_bytes()
        path = Path("standard input") if is_standard else path
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise SpecError(f"Cannot read {path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path} is not a text file in UTF-8.") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = where[1] if where else len(text.splitlines())
        raise SpecError(f"{path}, line {line}: {error}.") from None
    except RecursionError:
        raise SpecError(f"{path} nests lists or tables too deeply.") from None
    except ValueError as error:  # a whole number of more than 4300 digits
        raise SpecError(f"{path}: {str(error).partition(';')[0]}.") from None
    folder = Path() if is_standard else path.parent
    return _Reader(path, folder, data, lines_of_keys(text), allowed).spec()


def lines_of_keys(text: str) -> dict[Key, int]:
    """The line of every key of a TOML file, which its parser does not tell."""
    lines: dict[Key, int] = {}
    table: Key = ()
    depth = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = _without_strings(raw)
        inside, depth = depth > 0, max(0, depth + _opened(line))
        if inside:
            continue
        if header := re.match(r"\s*\[+([^\]]+)\]+\s*(#.*)?$", raw):
            table, depth = _parts(header[1]), 0
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], number)
            continue
        key = re.match(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*'|\s*\.\s*)+?)\s*=(.*)$""", raw)
        if key is None:
            continue
        name = table + _parts(key[1])
        for length in range(1, len(name) + 1):
            lines.setdefault(name[:length], number)
        if key[2].strip().startswith("{"):
            for inner in re.finditer(r"""([\w-]+|"[^"]*")\s*=""", key[2]):
                lines.setdefault((*name, *_parts(inner[1])), number)
    return lines


def _parts(key: str) -> Key:
    return tuple(a or b or c for a, b, c in re.findall(r"""([\w-]+)|"([^"]*)"|'([^']*)'""", key))


def _without_strings(line: str) -> str:
    return re.sub(r"#.*", "", re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'', '""', line))


def _opened(line: str) -> int:
    return sum(line.count(c) for c in "[{") - sum(line.count(c) for c in "]}")


def is_finite(value: float) -> bool:
    """Whether a number of the file is one in double precision."""
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number above 1.8e308
        return False


def takes_texts(parameter: Parameter | None) -> bool:
    """Whether a parameter may be a text: its default is one, or says nothing."""
    return parameter is None or parameter.is_text or parameter.is_open


def takes_numbers(parameter: Parameter | None) -> bool:
    """Whether a parameter may be a number."""
    return parameter is None or not parameter.is_text


class _Reader:
    """The checks, in the order in which the mistakes are best named."""

    def __init__(
        self,
        path: Path,
        folder: Path,
        data: dict[str, Any],
        lines: dict[Key, int],
        allowed: Collection[str],
    ):
        self.path, self.folder, self.data, self.lines = path, folder, data, lines
        self.allowed = allowed

    def fail(self, key: Key, message: str) -> NoReturn:
        known = key
        while known and known not in self.lines:
            known = known[:-1]
        where = f", line {self.lines[known]}" if known else ""
        raise SpecError(f"{self.path}{where}, key `{'.'.join(key)}`: {message}")

    def spec(self) -> SweepSpec:
        for key in self.data:
            if key not in KEYS:
                self.fail((key,), str(unknown_name("key", key, KEYS)))
        for key in ("model", "measures", "store", "axes"):
            if key not in self.data:
                raise SpecError(f"{self.path} has no key `{key}`; it needs one.")
        model, store = self.text("model"), self.text("store")
        model = self.named(("model",), lambda: self.found(model))
        chosen = self.named(("model",), lambda: Model.of(model))
        parameters = chosen.parameters
        axes = {
            name: self.axis(name, given, parameters.get(name))
            for name, given in self.table("axes").items()
        }
        if not axes:
            self.fail(("axes",), "there is no axis; give one, as in epsilon = [0.1, 0.2].")
        fixed, tied = self.table("fixed"), self.table("tied")
        needed = [n for n, p in parameters.items() if p.is_required]
        for part in ("axes", "fixed", "tied"):
            for name in self.table(part):
                self.named(
                    (part, name), lambda name=name: chosen.require_parameters([name, *needed])
                )
        for name, value in fixed.items():
            if name in axes:
                self.fail(("fixed", name), "it is an axis, too; take it out of one of the two.")
            if not isinstance(value, bool | int | float | str):
                self.fail(
                    ("fixed", name),
                    f"must be a single value, but is {value!r}; values that vary go into [axes].",
                )
            if isinstance(value, str) and not takes_texts(parameters.get(name)):
                self.fail(("fixed", name), f"must be a number, but is {value!r}.")
            if not isinstance(value, str) and not takes_numbers(parameters.get(name)):
                self.fail(("fixed", name), f"must be a text, but is {value!r}.")
        for name, rule in tied.items():
            self.rule(name, rule, axes, fixed)
        measures = self.measures()
        shape = tuple(len(values) for values in axes.values())
        self.named(("chunk",), lambda: checked_chunk(self.data.get("chunk"), shape))
        plan = self.planned(model, axes, measures, fixed, tied)
        return SweepSpec(
            plan,
            Store(self.folder / Path(store).expanduser(), self.data.get("chunk")),
            {
                "model": model,
                "axes": axes,
                "measures": measures,
                "fixed": fixed,
                "tied": tied,
                "refine": self.refinement(plan),
            },
        )

    def refinement(self, plan: SweepPlan) -> Refine | None:
        """The keys of a refinement, checked one by one, so that the right line is named."""
        given = {key: value for key, value in self.data.items() if key in REFINING}
        if "refine" not in self.data:
            for key in given:
                self.fail((key,), "needs the key `refine`, the measure whose border is wanted.")
            return None
        measure = self.data["refine"]
        self.named(("refine",), lambda: checked_refinement(plan, measure))
        for key, value in given.items():
            self.named((key,), lambda one={key: value}: Refine(measure, **one))
        return Refine(measure, **given)

    def named(self, key: Key, check: Callable[[], Any]) -> Any:
        """What a check returns; its error with the line."""
        try:
            return check()
        except QuantsyncError as error:
            self.fail(key, str(error))

    def text(self, key: str) -> str:
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            self.fail((key,), f"must be a text in quotation marks, but is {value!r}.")
        return value

    def table(self, key: str) -> dict[str, Any]:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.fail((key,), f"must be a table, as in [{key}], but is {value!r}.")
        return value

    def found(self, name: str) -> Any:
        """A name of the catalogue as it is, or the function that a reference stands for."""
        if not is_reference(name):
            return name
        return load(name, self.folder, self.allowed)

    def rule(self, name: str, rule: Any, axes: Collection[str], fixed: Collection[str]) -> None:
        key = ("tied", name)
        if not isinstance(rule, str):
            self.fail(
                key, f'must be arithmetic in quotation marks, as "1 - gain_a", but is {rule!r}.'
            )
        for other, where in ((axes, "an axis"), (fixed, "fixed")):
            if name in other:
                self.fail(key, f"it is {where}, too; take it out of one of the two.")
        for needs in self.named(key, lambda: Rule(rule)).axes:
            if needs not in axes:
                self.fail(key, str(unknown_name("axis", needs, axes)))

    def axis(self, name: str, given: Any, parameter: Parameter | None) -> np.ndarray:
        key = ("axes", name)
        if isinstance(given, dict):
            if len(given) != 1 or next(iter(given)) not in SPACINGS:
                self.fail(
                    key,
                    f"must be a list or one of {', '.join(SPACINGS)}, but has "
                    f"{', '.join(given) or 'nothing'}.",
                )
            ((spacing, values),) = given.items()
            return self.spaced((*key, spacing), spacing, values)
        if not isinstance(given, list):
            self.fail(
                key, f"must be a list of numbers, but is {given!r}; [fixed] has single values."
            )
        if not given:
            self.fail(key, "has no values.")
        switch = isinstance(getattr(parameter, "default", None), bool)
        for fits, kind in ((switch, bool), (takes_texts(parameter), str)):
            if fits and all(isinstance(value, kind) for value in given):
                return np.array(given)
        for k, value in enumerate(given):
            if not takes_numbers(parameter):
                if isinstance(value, str):
                    continue
                self.fail(key, f"must hold texts, but entry {k} is {value!r}.")
            if isinstance(value, bool) or not isinstance(value, int | float):
                self.fail(key, f"must hold numbers, but entry {k} is {value!r}.")
            if not is_finite(value):
                self.fail(key, f"must be finite, but entry {k} is {shown(value)}.")
        return np.array(given)

    def spaced(self, key: Key, spacing: str, values: Any) -> np.ndarray:
        numbers = isinstance(values, list) and all(
            isinstance(v, int | float) and not isinstance(v, bool) and is_finite(v) for v in values
        )
        if not numbers or len(values) != 3:
            self.fail(key, f"must be [first, last, number of values], but is {shown(values)}.")
        first, last, count = values
        if not isinstance(count, int) or not 1 <= count <= MOST_VALUES:
            self.fail(key, f"the number of values must be a positive integer, but is {count!r}.")
        if spacing == "geomspace" and first * last <= 0:
            self.fail(key, f"the ends must have one sign and not be 0, but are {first} and {last}.")
        with np.errstate(over="ignore"):
            axis = SPACINGS[spacing](first, last, count)
        if not np.isfinite(axis).all():
            self.fail(key, "its values overflow; logspace takes exponents of ten.")
        return axis

    def measures(self) -> Any:
        value = self.data["measures"]
        names = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(names, list) or not names:
            self.fail(("measures",), f"must be a list of names, but is {value!r}.")
        for name in names:
            if not isinstance(name, str):
                self.fail(("measures",), f"must hold names, but has {name!r}.")
        if isinstance(value, dict):
            return {
                key: self.named(("measures", key), lambda name=name: self.found(name))
                for key, name in value.items()
            }
        return [self.named(("measures",), lambda name=name: self.found(name)) for name in value]

    def planned(self, model: Any, axes: Any, measures: Any, fixed: Any, tied: Any) -> SweepPlan:
        try:
            return prepare_sweep(model, axes, measures, fixed, tied)
        except QuantsyncError as error:
            message = str(error)
            keys = [("axes", n) for n in axes] + [("fixed", n) for n in fixed]
            keys += [("tied", n) for n in tied]
            for key in keys:
                if re.search(rf"(?<!\w){re.escape(key[1])}(?!\w)", message):
                    self.fail(key, message)
            self.fail(("measures",) if "easure" in message else ("model",), message)
