"""The driven pair's measures by name, as sweeps, `compute` and the command line know them."""

from __future__ import annotations

from typing import Any

from quantsync.system import Measure, View, table_of


def _study(view: View) -> Any:
    """The study that all measures share."""
    system: Any = view.system
    return system.study(view.workers)


DRIVEN_PAIR_MEASURES: dict[str, Measure] = table_of(
    Measure(
        "response_a",
        "phase response |<S+>|/drive of A; its limit where drive is 0",
        "1/Gamma",
        lambda study: abs(study.phase_response("A")),
        of=_study,
    ),
    Measure(
        "response_b",
        "phase response |<S+>|/drive of B; its limit where drive is 0",
        "1/Gamma",
        lambda study: abs(study.phase_response("B")),
        of=_study,
    ),
    Measure(
        "omega",
        "relative entropy of synchronization; per drive squared where drive is 0",
        "nat",
        lambda study: study.omega(),
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "omega_ratio",
        "R: omega over its value without coupling; infinite where only that vanishes",
        "1",
        lambda study: study.omega_ratio(),
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "largest_omega",
        "omega maximal over the coupling",
        "nat",
        lambda study: study.largest_omega()[0],
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "largest_omega_ratio",
        "R maximal over the coupling; infinite where only the uncoupled omega vanishes, "
        "undefined where it diverges or both vanish",
        "1",
        lambda study: study.largest_omega_ratio(),
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "best_coupling",
        "coupling at which omega is maximal",
        "Gamma",
        lambda study: study.largest_omega()[1],
        of=_study,
    ),
    Measure(
        "minimum_omega_ratio",
        "R at its first local minimum over the coupling; undefined where there is none",
        "1",
        lambda study: study.first_minimum()[0],
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "minimum_coupling",
        "coupling at the first local minimum of omega; undefined where there is none",
        "Gamma",
        lambda study: study.first_minimum()[1],
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "zero_crossing_a",
        "smallest coupling g_0 at which <S+> of A vanishes; undefined where none does",
        "Gamma",
        lambda study: study.zero_crossings("A").first,
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "zero_crossing_b",
        "smallest coupling g_0 at which <S+> of B vanishes; undefined where none does",
        "Gamma",
        lambda study: study.zero_crossings("B").first,
        may_be_undefined=True,
        of=_study,
    ),
    Measure(
        "t11",
        "spherical-tensor moment <T_1^1> of A, complex; per drive where drive is 0",
        "1",
        lambda study: study.spherical_moment(1, 1),
        of=_study,
    ),
    Measure(
        "t21",
        "spherical-tensor moment <T_2^1> of A, complex; per drive where drive is 0",
        "1",
        lambda study: study.spherical_moment(2, 1),
        of=_study,
    ),
    Measure(
        "t22",
        "spherical-tensor moment <T_2^2> of A, complex; per drive squared where drive is 0",
        "1",
        lambda study: study.spherical_moment(2, 2),
        of=_study,
    ),
)
