"""The models by name, with their parameters, units and defaults read from their docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

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
    unit: str  # empty for pure numbers
    description: str  # one sentence from the model's docstring

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is inspect.Parameter.empty

    @property
    def is_text(self) -> bool:
        """Whether it is a name, such as a variant, instead of a number."""
        return isinstance(self.default, str)

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
        described = _described(inspect.getdoc(self.function) or "")
        return {
            p.name: Parameter(p.name, p.default, *described.get(p.name, ("", "")))
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


def _described(docstring: str) -> dict[str, tuple[str, str]]:
    """Unit and description of each parameter in a NumPy-style docstring."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-{3,}$|\Z)", docstring, re.M | re.S)
    found = {}
    for entry in re.finditer(
        r"^(\w[\w, ]*?) *:([^\n]*)\n((?:^[ \t]+[^\n]*\n?|^\n)+)",
        section[1] if section else "",
        re.M,
    ):
        text = " ".join(entry[3].split())
        unit = re.search(r" \(units of ([^()]+)\)", text)
        text = text.replace(unit[0], "") if unit else text
        if choices := re.search(r"\{(.*)\}", entry[2]):
            text += " One of " + choices[1].replace('"', "") + "."
        for name in entry[1].split(","):
            found[name.strip()] = (unit[1] if unit else "", text)
    return found
