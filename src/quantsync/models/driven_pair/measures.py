"""The driven pair's measures by name, as sweeps, `compute` and the command line know them."""

from __future__ import annotations

from quantsync.catalogue.state_measures import NamedMeasure, table_of
from quantsync.models.driven_pair.extrema import first_minimum, largest_omega, largest_ratio

DRIVEN_PAIR_MEASURES: dict[str, NamedMeasure] = table_of(
    NamedMeasure(
        "response_a",
        "phase response |<S+>|/drive of A; its limit where drive is 0",
        "1/Gamma",
        lambda study: abs(study.phase_response("A")),
    ),
    NamedMeasure(
        "response_b",
        "phase response |<S+>|/drive of B; its limit where drive is 0",
        "1/Gamma",
        lambda study: abs(study.phase_response("B")),
    ),
    NamedMeasure(
        "omega",
        "relative entropy of synchronization; per drive squared where drive is 0",
        "nat",
        lambda study: study.omega(),
        may_be_undefined=True,
    ),
    NamedMeasure(
        "omega_ratio",
        "R: omega over its value without coupling; infinite where only that vanishes",
        "1",
        lambda study: study.omega_ratio(),
        may_be_undefined=True,
    ),
    NamedMeasure(
        "largest_omega",
        "omega maximal over the coupling",
        "nat",
        lambda study: largest_omega(study)[0],
        may_be_undefined=True,
    ),
    NamedMeasure(
        "largest_omega_ratio",
        "R maximal over the coupling; infinite where only the uncoupled omega vanishes, "
        "undefined where it diverges or both vanish",
        "1",
        largest_ratio,
        may_be_undefined=True,
    ),
    NamedMeasure(
        "best_coupling",
        "coupling at which omega is maximal",
        "Gamma",
        lambda study: largest_omega(study)[1],
    ),
    NamedMeasure(
        "minimum_omega_ratio",
        "R at its first local minimum over the coupling; undefined where there is none",
        "1",
        lambda study: first_minimum(study)[0],
        may_be_undefined=True,
    ),
    NamedMeasure(
        "minimum_coupling",
        "coupling at the first local minimum of omega; undefined where there is none",
        "Gamma",
        lambda study: first_minimum(study)[1],
        may_be_undefined=True,
    ),
    NamedMeasure(
        "zero_crossing_a",
        "smallest coupling g_0 at which <S+> of A vanishes; undefined where none does",
        "Gamma",
        lambda study: study.zero_crossings("A").first,
        may_be_undefined=True,
    ),
    NamedMeasure(
        "zero_crossing_b",
        "smallest coupling g_0 at which <S+> of B vanishes; undefined where none does",
        "Gamma",
        lambda study: study.zero_crossings("B").first,
        may_be_undefined=True,
    ),
    NamedMeasure(
        "t11",
        "spherical-tensor moment <T_1^1> of A, complex; per drive where drive is 0",
        "1",
        lambda study: study.spherical_moment(1, 1),
    ),
    NamedMeasure(
        "t21",
        "spherical-tensor moment <T_2^1> of A, complex; per drive where drive is 0",
        "1",
        lambda study: study.spherical_moment(2, 1),
    ),
    NamedMeasure(
        "t22",
        "spherical-tensor moment <T_2^2> of A, complex; per drive squared where drive is 0",
        "1",
        lambda study: study.spherical_moment(2, 2),
    ),
)
