"""The transmons of Vaidya et al., PRA 109, 033718 (2024), Tables I and II, by figure."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from quantsync.errors import unknown_name
from quantsync.models.circuit_qed.transmon import PumpedTransmon

GHZ, MHZ, KHZ = 1000.0, 1.0, 0.001  # in MHz

# Table I; pairs are for A and B. The resonators are on resonance with the e-f transitions, at
# omega_q - |alpha|: as printed for A, but 4.5 instead of 4.6 GHz for B, without which neither its
# gain nor its shift comes out. The pumps are not at Table I's frequencies but follow the transmons,
# 5 GHz - Delta - |alpha|/2.
TABLE_I = MappingProxyType(
    {
        "frequency": (5 * GHZ, 5 * GHZ),
        "resonator_frequency": (4.6 * GHZ, 4.5 * GHZ),
        "anharmonicity": (400 * MHZ, 500 * MHZ),
        "resonator_coupling": (8 * MHZ, 4 * MHZ),
        "resonator_decay": (60 * MHZ, 60 * MHZ),
        "decay": (53 * KHZ, 53 * KHZ),
        "dephasing": (53 * KHZ, 53 * KHZ),
        "coupling": (0 * KHZ, 350 * KHZ),  # from, to
    }
)
# Table II, by figure: "10b" is also Fig. 11(a).
TABLE_II = MappingProxyType(
    {
        "10a": {
            "drive": 20 * KHZ,
            "pump": (0 * MHZ, 8.0 * MHZ),
            "shift": (160 * KHZ, 1013.72 * KHZ),
        },
        "10b": {
            "drive": 20 * KHZ,
            "pump": (5.5 * MHZ, 9.0 * MHZ),
            "shift": (763.3 * KHZ, 1230 * KHZ),
        },
        "11b": {"drive": 40 * KHZ, "pump": (7 * MHZ, 4.1 * MHZ), "shift": (1135 * KHZ, 300 * KHZ)},
    }
)
PRESETS = tuple(TABLE_II)


def preset_values(preset: str, side: int) -> dict[str, Any]:
    """Parameters of transmon A (side 0) or B (1) of a figure, in MHz."""
    if preset not in TABLE_II:
        raise unknown_name("preset", str(preset), PRESETS)
    names = ("frequency", "resonator_frequency", "anharmonicity", "resonator_coupling")
    values = {name: TABLE_I[name][side] for name in (*names, "resonator_decay", "decay")}
    return values | {name: TABLE_II[preset][name][side] for name in ("pump", "shift")}


def preset_transmons(preset: str) -> tuple[PumpedTransmon, PumpedTransmon]:
    """Transmons A and B of a figure, without dephasing."""
    a, b = (PumpedTransmon(**preset_values(preset, s)) for s in (0, 1))
    return a, b
