"""The models by name, with their parameters, units and defaults read from their docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

import numpy as np

from quantsync.catalogue.docstrings import Described, described
from quantsync.catalogue.ranges import Bounds, Range, guessed_kind, guessed_range
from quantsync.catalogue.registered import Registry
from quantsync.checks import known_name, shown
from quantsync.errors import InvalidArgumentError
from quantsync.lazy import lazy
from quantsync.models.circuit_qed.model import circuit_qed
from quantsync.models.collective_decay_pair import collective_decay_pair
from quantsync.models.dephased_chain import dephased_chain
from quantsync.models.driven_pair.model import driven_pair
from quantsync.models.driven_spin import driven_spin
from quantsync.models.harmonic_chain.model import harmonic_chain
from quantsync.models.optomechanical_pair.model import optomechanical_pair
from quantsync.models.pseudo_boson_pair.model import pseudo_boson_pair
from quantsync.models.spin_mode import spin_mode
from quantsync.models.spin_pair.model import spin_pair
from quantsync.models.van_der_pol import van_der_pol
from quantsync.models.van_der_pol_pair import van_der_pol_pair
from quantsync.runs import as_system
from quantsync.system import Measure, System, require_system

_OWN: dict[str, Callable[..., Any]] = {
    "spin_pair": spin_pair,
    "driven_spin": driven_spin,
    "driven_pair": driven_pair,
    "dephased_chain": dephased_chain,
    "collective_decay_pair": collective_decay_pair,
    "harmonic_chain": harmonic_chain,
    "circuit_qed": circuit_qed,
    "pseudo_boson_pair": pseudo_boson_pair,
    "van_der_pol": van_der_pol,
    "van_der_pol_pair": van_der_pol_pair,
    "spin_mode": spin_mode,
    "optomechanical_pair": optomechanical_pair,
}


def _declared(name: str, model: Any) -> Callable[..., Any]:
    """A model that a package declares."""
    if not callable(model):
        raise InvalidArgumentError(f"it must be a function, but is {shown(model)}.")
    inspect.signature(model)
    return model


MODELS: Registry[Callable[..., Any]] = Registry("model", _OWN, _declared)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model."""

    name: str
    default: Any  # `inspect.Parameter.empty` if there is none
    described: Described = field(default_factory=Described)  # in the model's docstring
    annotation: Any = inspect.Parameter.empty

    @property
    def unit(self) -> str:
        """Its unit; empty for pure numbers."""
        return self.described.unit

    @property
    def description(self) -> str:
        """What the docstring says of it, with the names that it can take."""
        names = f" One of {', '.join(self.choices)}." if self.choices else ""
        return self.described.description + names

    @property
    def kind(self) -> str:
        """Which values it takes.

        "number", "whole" (levels, sites), "half" (spin quantum numbers: 1/2, 1, 3/2), "switch",
        "text", or "other" for what is none of these. The docstring's type tells; without one the
        default and the annotation do, as far as they can.
        """
        return self.described.kind or guessed_kind(self.default, self.annotation)

    @property
    def choices(self) -> tuple[str, ...]:
        """The names that it can take; empty if it is none, or these are not known."""
        return self.described.choices

    @property
    def bounds(self) -> Bounds:
        """The least and the largest value that make sense; None for an open side."""
        low, high = self.described.bounds
        return (0.5 if self.kind == "half" and low is None else low), high

    @property
    def range(self) -> Range | None:
        """Where a slider runs: what the docstring says, or a guess; None if it is no number."""
        if self.kind not in ("number", "whole", "half"):
            return None
        if given := self.described.range(self.name):
            return given
        strict = self.described.excludes_bound
        return guessed_range(self.kind, self.default, self.bounds, strict)

    def values(self, points: int, within: Range | None = None) -> np.ndarray:
        """Values along a range, by default its own; fewer where only whole or half ones count."""
        within = within or self.range
        if within is None:
            raise InvalidArgumentError(f"Parameter `{self.name}` is no number: it has no range.")
        space = np.geomspace if within.scale == "log" else np.linspace
        found = space(within.first, within.last, points)
        if self.kind == "half":
            return np.unique(np.round(2 * found)) / 2
        return np.unique(np.round(found).astype(int)) if self.kind == "whole" else found

    @property
    def is_automatic(self) -> bool:
        """Whether it may be None, and is by default: then the model has a value for it."""
        return self.default is None

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is inspect.Parameter.empty

    @property
    def is_text(self) -> bool:
        """Whether it is a name, such as a variant, instead of a number."""
        return isinstance(self.default, str) or (self.is_open and self.kind == "text")

    @property
    def is_open(self) -> bool:
        """Whether its default does not tell whether it is a number or a text."""
        return self.is_required or self.default is None

    @property
    def shown_default(self) -> str:
        """The default for tables; empty if there is none, or none that holds in all cases."""
        if self.is_required or self.default is None:
            return ""
        if isinstance(self.default, int | float) and not isinstance(self.default, bool):
            return f"{self.default:g}"
        return str(self.default)


@dataclass(frozen=True)
class Model:
    """A model of the catalogue, or a function of a user's: from parameters to systems."""

    function: Callable[..., Any]

    @classmethod
    def of(cls, model: Any) -> Model:
        """The model of that name, or that a function is."""
        if isinstance(model, Model):
            return model
        if isinstance(model, Measure):
            raise InvalidArgumentError(
                f"{model.name!r} is a measure; a model is a function of parameters."
            )
        if not callable(model):
            return cls(MODELS[known_name("model", model, MODELS)])
        try:
            inspect.signature(model)
        except (ValueError, TypeError):
            raise InvalidArgumentError(
                f"A model must be a function with named parameters, but is {shown(model)}."
            ) from None
        return cls(model)

    @property
    def name(self) -> str:
        """Name under which it goes in files and messages."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    @property
    def is_registered(self) -> bool:
        """Whether it is a model of this package, under its name."""
        return MODELS.own.get(self.name) is self.function

    @property
    def systems(self) -> type[System]:
        """The class of systems that a model of the catalogue returns, from its annotation."""
        return get_type_hints(self.function)["return"]

    @property
    def summary(self) -> str:
        """First line of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @lazy
    def parameters(self) -> dict[str, Parameter]:
        """Its parameters by name, in order, documented as far as its docstring is."""
        found = described(inspect.getdoc(self.function) or "")
        return {
            p.name: Parameter(p.name, p.default, found.get(p.name, Described()), p.annotation)
            for p in inspect.signature(self.function).parameters.values()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        }

    @property
    def text_parameters(self) -> set[str]:
        """Names of the parameters that are names themselves."""
        return {name for name, parameter in self.parameters.items() if parameter.is_text}

    def require_parameters(self, names: Collection[str]) -> None:
        """Raise unless it has all these parameters, and needs no other."""
        kinds = [p.kind for p in inspect.signature(self.function).parameters.values()]
        if inspect.Parameter.POSITIONAL_ONLY in kinds:
            raise InvalidArgumentError(
                f"Model {self.name} must take its parameters by name, but has some that come by "
                "position only: leave out the `/`."
            )
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            for name in names:
                known_name(f"parameter of {self.name}", name, self.parameters)
        missing = [n for n, p in self.parameters.items() if p.is_required and n not in names]
        if missing:
            raise InvalidArgumentError(f"Model {self.name} needs a value for {', '.join(missing)}.")

    def __call__(self, /, **parameters: Any) -> System:
        """The systems at some parameters, which are checked by name."""
        self.require_parameters(parameters)
        found = self.function(**parameters)
        system = as_system(found)
        return require_system(found if system is None else system, self.name)


def single_values(parameters: Mapping[str, Any], hint: str) -> dict[str, Any]:
    """The parameters as plain Python values; an array is refused, with the hint."""
    if not isinstance(parameters, Mapping):
        raise InvalidArgumentError(
            "Parameters must be a dict of names and values, as {'epsilon': 0.1}, but are "
            f"{shown(parameters)}."
        )
    for name, value in parameters.items():
        if isinstance(value, list | tuple | set | dict) or getattr(value, "ndim", 0):
            raise InvalidArgumentError(
                f"Parameter `{name}` must be a single value, but is {shown(value)}; {hint}."
            )
    return {
        name: value.item() if isinstance(value, np.generic | np.ndarray) else value
        for name, value in parameters.items()
    }
