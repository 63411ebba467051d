"""What a store holds: which sweep it is, and how another one differs from it."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.catalogue.references import found_as
from quantsync.errors import (
    InvalidArgumentError,
    SourceChangedWarning,
    StoreError,
    UnfollowedWarning,
    warn_caller,
)
from quantsync.sweeps._datasets import (
    component_axes,
    coordinate_attributes,
    measure_attributes,
    provenance,
)
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.rules import Rule
from quantsync.sweeps.store._description import check_description
from quantsync.sweeps.store.fingerprints import fingerprint
from quantsync.system import Measure
from quantsync.version import NUMERICS, __version__

FOUND = "found"  # where a function of one's own was found by its place, as module:name
NO_ATTRIBUTES = ("named", "source", FOUND)  # what a measure is, not what its values are
RULE = "= "  # before a rule that is a text, and not the fingerprint of a function
FORMAT = 2  # in format 1, of version 0.1, every task has all measures


@dataclass(frozen=True)
class Manifest:
    """The description of a stored sweep: plain values, as they are written into the store."""

    data: dict[str, Any]

    @classmethod
    def of(cls, plan: SweepPlan, chunk: tuple[int, ...] | None) -> Manifest:
        """Describe a sweep."""
        for name in plan.grid.names:
            _require_folder_name(name)
        source = Sources()
        axes = {
            name: describe_axis(values, coordinate_attributes(plan, name))
            for name, values in plan.grid.axes.items()
        }
        place = found_as(plan.model.function)
        found = cls(
            {
                "format": FORMAT,
                "model": plan.model.name,
                "registered": plan.model.is_registered,
                "model_source": source(plan.model.function),
                "axes": axes,
                "fixed": {name: _plain(name, value) for name, value in plan.fixed.items()},
                "defaults": _defaults(plan),
                "tied": {name: _rule(rule, source) for name, rule in plan.tied.items()},
                "measures": describe_measures(plan.measures, source, plan.example),
                "quantsync_version": __version__,
                "numerics": NUMERICS,
                "chunk": None if chunk is None else list(chunk),
                "provenance": provenance(plan),
            }
            | ({} if place is None else {FOUND: place})
        )
        source.warn()
        return found

    def with_chunk(self, chunk: tuple[int, ...]) -> Manifest:
        """The same sweep, in tasks of a shape."""
        return Manifest(self.data | {"chunk": list(chunk)})

    @classmethod
    def read(cls, data: Any, where: Any) -> Manifest:
        """Check what was read from a store."""
        known = data.get("format") if isinstance(data, dict) else None
        if known not in range(1, FORMAT + 1):
            later = isinstance(known, int) and known > FORMAT
            what = "a later version of quantsync; install that" if later else "no version of it"
            raise StoreError(
                f"{where} is not the store of a sweep of this version: its format is {known!r}, of "
                f"{what}, or choose another path. (This version reads formats 1 to {FORMAT}.)"
            )
        try:
            for part in ("axes", "measures", "inner"):  # their names become folders
                for name in data[part] if isinstance(data.get(part), dict) else ():
                    _require_folder_name(name)
            check_description(data)
        except InvalidArgumentError as error:
            raise StoreError(
                f"The description of the sweep in {where} is not one that quantsync has written "
                f"({error}); choose another path."
            ) from None
        return cls(data)

    def with_measures(self, new: Manifest) -> Manifest:
        """The same sweep with the measures of another one beside its own."""
        return Manifest(self.data | {"measures": self.measures | new.measures})

    def grown(self, new: Manifest) -> Manifest:
        """The description of a sweep that differs in its axes and has further measures."""
        kept = {"quantsync_version": self.data["quantsync_version"]}
        return Manifest(new.data | kept | {"measures": self.measures | new.measures})

    @property
    def chunk(self) -> tuple[int, ...]:
        """Shape of a task."""
        return tuple(self.data["chunk"])

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the grid."""
        return tuple(axis["size"] for axis in self.data["axes"].values())

    @property
    def token(self) -> str:
        """Hash of what belongs to the sweep on its present axes; measures have their own."""
        old = self.data["format"] == 1
        apart = () if old else ("measures", "quantsync_version", FOUND)
        return describes({key: value for key, value in self.data.items() if key not in apart})

    @property
    def measures(self) -> dict[str, dict[str, Any]]:
        """The measures, by name."""
        return self.data["measures"]

    @property
    def inner(self) -> dict[str, dict[str, Any]]:
        """Axes that every measure has at every point, as the etas of an ensemble."""
        return self.data.get("inner", {})

    def dimensions(self, name: str, extra: int) -> list[str]:
        """Names of the dimensions of an array over the grid with further ones behind."""
        inner = list(self.inner) if extra else []
        own = component_axes(name, self.attributes(name), extra - len(inner))
        return [*self.data["axes"], *inner, *own]

    def attributes(self, name: str) -> dict[str, Any]:
        """Long name, units and what else is known of a measure."""
        known = self.measures.get(name, {})
        return {key: value for key, value in known.items() if key not in NO_ATTRIBUTES}

    def matches_axis(self, name: str, values: np.ndarray) -> bool:
        """Whether these are the values of an axis, bit for bit."""
        axis, kept = self.data["axes"][name], stored_axis(values)
        return axis["size"] == len(kept) and axis["sha256"] == _hash(kept)

    def differences(self, new: Manifest) -> list[str]:
        """What differs but for the values on axes and measures that only one has, a line each."""
        old, now = self.data, new.data
        texts = [
            ("model", old["model"], now["model"]),
            ("axes", ", ".join(old["axes"]), ", ".join(now["axes"])),
        ]
        numbers = [data.get("numerics", 0) for data in (old, now)]
        if numbers[0] != numbers[1]:  # the versions say what the user knows
            texts.append(("numbers of quantsync", *map(_numbers_of, (old, now))))
        if old.get("inner", {}) != now.get("inner", {}):
            texts.append(("inner axes", *(describes(d.get("inner", {})) for d in (old, now))))
        if old["model"] == now["model"]:
            sources = old["model_source"], now["model_source"]
            texts.insert(2, (f"source of model {old['model']}", *sources))
        lines = [f"{what}: {a} in the store, {b} now" for what, a, b in texts if a != b]
        before, after = (data["defaults"] | data["fixed"] for data in (old, now))
        for name in sorted({*before, *after} - {*old["axes"], *now["axes"]}):
            a, b = before.get(name, "not there"), after.get(name, "not there")
            if a != b and not (a != a and b != b):  # NaN is NaN
                lines.append(f"parameter `{name}`: {a!r} in the store, {b!r} now")
        lines += _changed("rule of the tied parameter", old["tied"], now["tied"])
        shared = [name for name in self.measures if name in new.measures]
        sources = ({n: m.measures[n]["source"] for n in shared} for m in (self, new))
        edited = _changed("measure", *sources)
        hint = " (its source, or what it reads, has changed; under another name it is taken anew)"
        return lines + [line + hint for line in edited]

    def other_measures(self, new: Manifest) -> list[str]:
        """The measures that only one of two sweeps has, a line each."""
        names = (dict.fromkeys(m.measures, "") for m in (self, new))
        return [line for line in _changed("measure", *names) if "now" in line]


class Sources:
    """Fingerprints of functions, and the names of those whose file says something else."""

    def __init__(self) -> None:
        self.changed: list[str] = []
        self.unfollowed: list[str] = []

    def __call__(self, function: Any) -> str:
        """The fingerprint of a function."""
        return fingerprint(function, self.changed.append, self.unfollowed.append)

    def warn(self) -> None:
        """Say of which functions the file is not what was imported, and what is not followed."""
        if names := sorted(set(self.changed)):
            warn_caller(
                f"The file of {', '.join(names)} does not hold the code that runs here: it has "
                "been changed since it was imported. The store keeps what runs, and knows it by "
                "its code, which differs between versions of Python. Start Python anew to use the "
                "file.",
                SourceChangedWarning,
            )
        if names := sorted(set(self.unfollowed)):
            warn_caller(
                f"What is computed here depends on {', '.join(f'`{n}`' for n in names)}, which the "
                "store cannot look into: it does not notice when that changes, and would hand out "
                "the old numbers. Pass what is needed as a parameter (an axis, or in `fixed`), or "
                "choose another store when it changes.",
                UnfollowedWarning,
            )


def describes(data: Any) -> str:
    """Hash of a description, or of a part of it."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def _numbers_of(data: Mapping[str, Any]) -> str:
    return f"{data.get('numerics', 0)} (version {data['quantsync_version']})"


def describe_axis(values: np.ndarray, attributes: dict[str, Any]) -> dict[str, Any]:
    """An axis as the manifest has it."""
    kept = stored_axis(values)
    axis = {"dtype": kept.dtype.str, "size": len(kept), "sha256": _hash(kept)}
    if kept.dtype.kind != "U":
        return axis | {"attributes": attributes}
    return axis | {"texts": kept.tolist(), "attributes": attributes}


def axis_array(values: np.ndarray) -> np.ndarray:
    """The array of a store for an axis: the values, or the places of texts in their list."""
    return np.arange(len(values)) if values.dtype.kind == "U" else values


def axis_attributes(axis: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of that array: Zarr has no settled type for texts, numbers flag them."""
    names = axis.get("texts")
    if names is None:
        return axis["attributes"]
    flags = {"flag_values": list(range(len(names))), "flag_meanings": " ".join(names)}
    return axis["attributes"] | flags


def describe_measures(
    measures: Mapping[str, Any], source: Callable[[Any], str], system: Any
) -> dict[str, dict[str, Any]]:
    """Measures of such systems as the manifest has them; ``source`` gives fingerprints."""
    for name in measures:
        _require_folder_name(name)
    return {name: _described(measure, source, system) for name, measure in measures.items()}


def stored_axis(values: np.ndarray) -> np.ndarray:
    """The values of an axis as the store keeps them: little endian, at most 64 bits; or texts."""
    if values.dtype.kind == "U":
        return values.astype(f"<U{max(map(len, values.tolist()))}")
    kind = values.dtype if values.dtype.itemsize <= 8 else np.dtype(float)
    return np.ascontiguousarray(values, kind.newbyteorder("<"))


def _hash(values: np.ndarray) -> str:
    return hashlib.sha256(values.dtype.str.encode() + values.tobytes()).hexdigest()[:32]


def _changed(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    lines = []
    for key in sorted({*old, *new}):
        if key not in new:
            lines.append(f"{what} {key!r}: in the store, not asked for now")
        elif key not in old:
            lines.append(f"{what} {key!r}: not in the store, asked for now")
        elif old[key] != new[key]:
            lines.append(f"{what} {key!r}: {old[key]} in the store, {new[key]} now")
    return lines


def _rule(rule: Any, source: Callable[[Any], str]) -> str:
    return RULE + rule.canonical if isinstance(rule, Rule) else source(rule)


def _described(measure: Any, source: Callable[[Any], str], system: Any) -> dict[str, Any]:
    place = found_as(measure)
    return _told(measure, source, system) | ({} if place is None else {FOUND: place})


def _told(measure: Any, source: Callable[[Any], str], system: Any) -> dict[str, Any]:
    if isinstance(measure, Measure):
        text = f"{measure.name} {source(measure.function)}"
        text += "" if measure.of is None else f" of {source(measure.of)}"
        return {"named": measure.name, "source": text} | measure_attributes(measure, system)
    return {"source": f"function {source(measure)}"}


def _defaults(plan: SweepPlan) -> dict[str, Any]:
    given = {*plan.grid.axes, *plan.tied}
    return {
        name: value if isinstance(value, int | float | str | None) else _shown(value)
        for name, value in (
            (name, parameter.default) for name, parameter in plan.model.parameters.items()
        )
        if name not in given and value is not inspect.Parameter.empty
    }


def _shown(value: Any) -> str:
    """A default as text, the same in every process."""
    text = repr(value)
    return f"{type(value).__name__} {fingerprint(value)}" if " at 0x" in text else text


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise InvalidArgumentError(
        f"Parameter `{name}` is {value!r}; a store keeps numbers, texts and switches. Put it into "
        "the model, as a function of its own, or sweep without `store`."
    )


def _require_folder_name(name: str) -> None:
    why = ""
    if not re.fullmatch(r"\w[^/\\\x00-\x1f\ud800-\udfff]{0,200}", name) or name.startswith("__"):
        why = ": it must begin with a letter or a digit and contain no slash"
    elif name in ("status", "zarr.json"):
        why = ", which has it anyway"
    if why:
        raise InvalidArgumentError(
            f"{name!r} cannot name an array of a store{why}; rename the measure by passing a "
            "dictionary."
        )
