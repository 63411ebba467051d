"""The models by name, with their parameters, units and defaults read from their docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError, unknown_name
from quantsync.models.circuit_qed.model import circuit_qed
from quantsync.models.collective_decay_pair import collective_decay_pair
from quantsync.models.dephased_chain import dephased_chain
from quantsync.models.driven_pair.model import driven_pair
from quantsync.models.driven_spin import driven_spin
from quantsync.models.harmonic_chain.model import harmonic_chain
from quantsync.models.pseudo_boson_pair.model import pseudo_boson_pair
from quantsync.models.spin_pair.model import spin_pair

MODELS: dict[str, Callable[..., Any]] = {
    "spin_pair": spin_pair,
    "driven_spin": driven_spin,
    "driven_pair": driven_pair,
    "dephased_chain": dephased_chain,
    "collective_decay_pair": collective_decay_pair,
    "harmonic_chain": harmonic_chain,
    "circuit_qed": circuit_qed,
    "pseudo_boson_pair": pseudo_boson_pair,
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model.

    Attributes
    ----------
    name : str
    default : Any
        ``inspect.Parameter.empty`` if there is none.
    unit : str
        Empty for pure numbers.
    description : str
        One sentence from the model's docstring.
    """

    name: str
    default: Any
    unit: str
    description: str

    @property
    def is_text(self) -> bool:
        """Whether it is a name, such as a variant, instead of a number."""
        return isinstance(self.default, str)

    @property
    def shown_default(self) -> str:
        """The default for tables; empty if there is none, or none that holds in all cases."""
        if self.default is inspect.Parameter.empty or self.default is None:
            return ""
        return self.default if self.is_text else f"{self.default:g}"


def find_model(model: str | Callable[..., Any]) -> Callable[..., Any]:
    """Return a model given by name; a function is returned as it is.

    Raises
    ------
    UnknownNameError
        If no model has that name.
    """
    if callable(model):
        return model
    if model not in MODELS:
        raise unknown_name("model", str(model), MODELS)
    return MODELS[model]


def model_name(model: Callable[..., Any]) -> str:
    """Name under which a model goes in files and messages."""
    return getattr(model, "__name__", type(model).__name__)


def model_parameters(model: Callable[..., Any]) -> dict[str, Parameter]:
    """Parameters of a model by name, in order, documented as far as its docstring is.

    Examples
    --------
    >>> from quantsync.models import spin_pair
    >>> model_parameters(spin_pair)["gain_a"]
    Parameter(name='gain_a', default=100.0, unit='damping_a', description='Gain rate of spin A.')
    """
    described = _described(inspect.getdoc(model) or "")
    result = {}
    for parameter in inspect.signature(model).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        unit, text = described.get(parameter.name, ("", ""))
        result[parameter.name] = Parameter(parameter.name, parameter.default, unit, text)
    return result


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
        unit = re.search(r" \(units of (\w+)\)", text)
        text = text.replace(unit[0], "") if unit else text
        if choices := re.search(r"\{(.*)\}", entry[2]):
            text += " One of " + choices[1].replace('"', "") + "."
        for name in entry[1].split(","):
            found[name.strip()] = (unit[1] if unit else "", text)
    return found


def single_values(parameters: Mapping[str, Any], hint: str) -> dict[str, Any]:
    """The parameters as plain Python values.

    Raises
    ------
    InvalidArgumentError
        If one of them is an array; the message ends with the way out.
    """
    for name, value in parameters.items():
        if np.ndim(value) != 0:
            raise InvalidArgumentError(
                f"Parameter `{name}` must be a single value, but has shape {np.shape(value)}; "
                f"{hint}."
            )
    return {
        name: value.item() if isinstance(value, np.generic | np.ndarray) else value
        for name, value in parameters.items()
    }


def check_parameters(model: Callable[..., Any], names: Any) -> None:
    """Raise unless the model has all these parameters.

    Raises
    ------
    UnknownNameError
        For a parameter that the model does not have.
    InvalidArgumentError
        If a parameter without default is missing.
    """
    known = model_parameters(model)
    kinds = [p.kind for p in inspect.signature(model).parameters.values()]
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        for name in names:
            if name not in known:
                raise unknown_name(f"parameter of {model_name(model)}", str(name), known)
    missing = [
        n for n, p in known.items() if p.default is inspect.Parameter.empty and n not in names
    ]
    if missing:
        raise InvalidArgumentError(
            f"Model {model_name(model)} needs a value for {', '.join(missing)}."
        )
