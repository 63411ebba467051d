"""The driven pair's measures by name, as sweeps, `compute` and the command line know them."""

from __future__ import annotations

from quantsync.measures.named import NamedMeasure, table_of

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
