"""What is shown first of a model: two axes, a measure, and what differs from the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quantsync.catalogue.measures import measures_of
from quantsync.catalogue.models import Model, Parameter
from quantsync.catalogue.ranges import Range
from quantsync.errors import InvalidArgumentError


@dataclass(frozen=True)
class Start:
    """A first map of a model.

    Axes are in order, x first; a guess for a function of few parameters may have one or none. The
    measure is empty where systems have none by name. Points are those along an axis, few where one
    of them takes long.
    """

    axes: Mapping[str, Range]
    measure: str
    fixed: Mapping[str, Any] = field(default_factory=dict)
    points: int = 41


START: dict[str, Start] = {
    # Arnold tongue: Roulet and Bruder, Fig. 2(b).
    "spin_pair": Start(
        {"detuning": Range(-2, 2), "epsilon": Range(0, 0.1)},
        "synchronization",
    ),
    # Interference blockade at equal rates.
    "driven_spin": Start(
        {"detuning": Range(-2, 2), "gain": Range(0.01, 100, "log")},
        "synchronization",
    ),
    # The response of A vanishes near a coupling of 0.87: Vaidya et al., Fig. 3.
    "driven_pair": Start(
        {"drive_detuning": Range(-3, 3), "coupling": Range(0, 3)},
        "response_a",
    ),
    # Two strong symmetries: no parameters have one stationary state, and every point says so.
    "dephased_chain": Start(
        {"exchange": Range(-2, 2), "dephasing": Range(0.1, 5)},
        "synchronization",
        {"sites": 2},
        points=11,
    ),
    # Two dark states: the same.
    "collective_decay_pair": Start(
        {"exchange": Range(-2, 2), "decay": Range(0.1, 2)},
        "synchronization",
        points=11,
    ),
    # How antisynchronization comes about: the model of Benedetti et al., Fig. 1.
    "harmonic_chain": Start(
        {"time": Range(0, 150), "omega_2": Range(0.8, 1.4)},
        "pearson",
    ),
    # The response of B vanishes near 0.1 MHz, where B is on resonance: Vaidya et al., Fig. 10(b).
    "circuit_qed": Start(
        {"shift_b": Range(0.8, 1.7), "coupling": Range(0.02, 0.35)},
        "response_b",
        points=11,
    ),
    "pseudo_boson_pair": Start(
        {"frequency_2": Range(0.5, 1.5), "coupling_2": Range(0, 4)},
        "S_q",
    ),
    "van_der_pol": Start(
        {"detuning": Range(-1.5, 1.5), "drive": Range(0, 1)},
        "synchronization",
        {"nonlinear_damping": 1.0},
        points=31,
    ),
    "van_der_pol_pair": Start(
        {"detuning": Range(-3, 3), "dissipative_coupling": Range(0, 5)},
        "synchronization",
        {"levels": 9},
        points=21,
    ),
    # The pump locks spin and mode, and takes it away again.
    "spin_mode": Start(
        {"pump": Range(0.1, 100, "log"), "detuning": Range(-5, 5)},
        "synchronization",
        {"levels": 16},
    ),
    "optomechanical_pair": Start(
        {"frequency_2": Range(0.99, 1.01), "coupling": Range(0.005, 0.04)},
        "S_c",
        {"time": 400.0, "window": 100.0},
        points=15,
    ),
}


def start_of(model: Model) -> Start:
    """What is shown first of a model, or of a function of one's own.

    That is a guess for what is not in the table: the axes are the first two numbers, those that
    need a value before those that have a default; further ones that need a value are fixed. One
    system is built to see which measures there are.

    Raises
    ------
    InvalidArgumentError
        If a parameter needs a value, and is neither a number nor a switch nor one of some names.

    Examples
    --------
    >>> import quantsync as qs
    >>> from quantsync.catalogue.models import Model
    >>> from quantsync.catalogue.starts import start_of
    >>> def mine(detuning, drive=0.5):
    ...     return qs.models.driven_spin(drive, detuning)
    >>> start = start_of(Model(mine))
    >>> print(*(f"{name}: {range}" for name, range in start.axes.items()), start.measure)
    detuning: 0 to 1 drive: 0 to 1 synchronization
    """
    if model.is_registered and model.name in START:
        return START[model.name]
    parameters = model.parameters.values()
    # `sorted` keeps the order of those that are alike.
    by_need = sorted(
        parameters, key=lambda p: (not p.is_required, p.is_automatic, p.kind != "number")
    )
    axes = {p.name: p.range for p in by_need if p.range is not None}
    axes = dict(list(axes.items())[:2])
    needed = {p.name: start_value(p) for p in parameters if p.is_required}
    known = measures_of(model(**needed))
    best = "synchronization" if "synchronization" in known else next(iter(known), "")
    return Start(axes, best, {name: v for name, v in needed.items() if name not in axes})


def start_value(parameter: Parameter) -> Any:
    """The default of a parameter; where there is none, the middle of its slider, or a choice."""
    if not parameter.is_required:
        return parameter.default
    if parameter.range is not None:
        return parameter.values(3)[-2].item()
    if parameter.choices:
        return parameter.choices[0]
    if parameter.kind == "switch":
        return False
    raise InvalidArgumentError(
        f"Parameter `{parameter.name}` needs a value that no slider gives: give it a default."
    )
