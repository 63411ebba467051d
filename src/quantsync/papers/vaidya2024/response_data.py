"""Data of Figs. 3, 4, 5 and 14: the phase response and its zero crossings."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from quantsync.models.driven_pair.moments import (
    first_order_moments,
    resonant_zero_crossing_a,
    resonant_zero_crossing_b,
)
from quantsync.papers.paper import figure, labelled
from quantsync.papers.vaidya2024 import drawing
from quantsync.papers.vaidya2024.baths import (
    FIGURE_3,
    FIGURE_5,
    FIGURE_14,
    axes,
    baths,
    described,
    gains,
    study,
)
from quantsync.search import PlanarZeros, find_planar_zeros

SITES = ("A", "B")
DETUNING = 1.0
"""Drive detuning of Figs. 5(a) and (b), which is not printed."""
AROUND = (0.6, 1.0, 1.6)
"""Couplings of Figs. 3(b) and 5(b) in units of the zero crossing; they are not printed."""
MOMENTS = "from Eqs. (C3) and (C4)"
DENSITY = ("(P(phi) - 1/2pi)/drive", "1/(rad Gamma)")


@figure(
    "3",
    "Phase response of two qubits and its zero crossings",
    draw=drawing.draw_figure_3,
    caption=drawing.CAPTION_3,
)
def figure_3(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Phase response of both qubits against the coupling, on resonance."""
    coupling = np.linspace(0, 4, 321 if full else 81)
    pair = study(*FIGURE_3, coupling=coupling, drive=drive)
    responses = np.abs([pair.phase_response(site) for site in SITES])
    moments = np.abs(first_order_moments(**baths(*FIGURE_3), coupling=coupling)[:2])
    zeros = [study(*FIGURE_3, drive=drive).zero_crossings(site).first for site in SITES]
    crossing = np.array([float(zero) for zero in zeros])
    phi = np.linspace(-np.pi, np.pi, 121)
    densities = []
    for site, at in zip(SITES, crossing, strict=True):
        near = study(*FIGURE_3, coupling=np.multiply(AROUND, at), drive=drive)
        densities.append(phase_density(near.phase_response(site), phi))
    over = ("site", "coupling")
    return xr.Dataset(
        {
            "response": labelled(over, responses, "|<S+>|/drive", "1/Gamma"),
            "response_moments": labelled(over, moments, f"|<S+>|/drive {MOMENTS}", "1/Gamma"),
            "zero_crossing": labelled("site", crossing, "zero crossing g_0", "Gamma"),
            "phase_density": labelled(("site", "around", "phi"), np.array(densities), *DENSITY),
        },
        coords={"site": list(SITES), **axes(coupling=coupling, around=list(AROUND), phi=phi)},
        attrs=described(drive, **baths(*FIGURE_3)),
    )


@figure("4", "Zero crossings over the baths", draw=drawing.draw_figure_4, caption=drawing.CAPTION_4)
def figure_4(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Zero crossings of both qubits over the baths, on resonance; the closed form is the limit."""
    w = gains(100 if full else 40)
    pairs = study(w[:, None], w, drive=drive)
    found = [pairs.zero_crossings(site) for site in SITES]
    first, count = (np.array([getattr(z, name) for z in found]) for name in ("first", "count"))
    closed = [resonant_zero_crossing_a(w[:, None], w), resonant_zero_crossing_b(w[:, None], w)]
    dims = ("site", "gain_a", "gain_b")
    return xr.Dataset(
        {
            "zero_crossing": labelled(dims, first, "zero crossing g_0", "Gamma"),
            "count": labelled(dims, count, "number of zero crossings"),
            "closed_form": labelled(dims, np.array(closed), "g_0 in closed form", "Gamma"),
        },
        coords={"site": list(SITES), **axes(gain_a=w, gain_b=w)},
        attrs=described(drive),
    )


@figure(
    "5", "Phase response to a detuned drive", draw=drawing.draw_figure_5, caption=drawing.CAPTION_5
)
def figure_5(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Phase response of qubit A to a detuned drive, and the detuning of B that restores g_0."""
    detuning = np.linspace(-4, 4, 129 if full else 33)
    zeros = restoring(detuning, drive)
    restoring_detuning, zero_crossing = _single(zeros)
    (restored,), (crossing,) = _single(restoring([DETUNING], drive))
    coupling = np.linspace(0, 4, 321 if full else 81)
    phi = np.linspace(-np.pi, np.pi, 121)
    tuned = np.array([0.0, restored])
    fixed: dict[str, Any] = {"drive_detuning": DETUNING, "qudit_detuning": tuned[:, None]}
    line = study(*FIGURE_5, coupling=coupling, drive=drive, **fixed)
    near = study(*FIGURE_5, coupling=np.multiply(AROUND, crossing), drive=drive, **fixed)
    response = np.abs(line.phase_response("A"))
    moments = np.abs(first_order_moments(**baths(*FIGURE_5), coupling=coupling, **fixed)[0])
    density = phase_density(near.phase_response("A"), phi)
    over, tuning = ("case", "coupling"), "detuning of B from A"
    return xr.Dataset(
        {
            "response": labelled(over, response, "|<S+_A>|/drive", "1/Gamma"),
            "response_moments": labelled(over, moments, f"|<S+_A>|/drive {MOMENTS}", "1/Gamma"),
            "qudit_detuning": labelled("case", tuned, tuning, "Gamma"),
            "phase_density": labelled(("case", "around", "phi"), density, *DENSITY),
            "restoring_detuning": labelled(
                "drive_detuning",
                restoring_detuning,
                f"{tuning} that restores the zero crossing",
                "Gamma",
            ),
            "zero_crossing": labelled(
                "drive_detuning", zero_crossing, "restored zero crossing g_0", "Gamma"
            ),
            "count": labelled("drive_detuning", zeros.count, "number of such pairs"),
        },
        coords={
            **axes(coupling=coupling, around=list(AROUND), phi=phi, drive_detuning=detuning),
            "case": ["resonant", "detuned"],
        },
        attrs=described(drive, **baths(*FIGURE_5), drive_detuning_ab=DETUNING),
    )


@figure(
    "14", "Spherical tensors of a qutrit", draw=drawing.draw_figure_14, caption=drawing.CAPTION_14
)
def figure_14(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Spherical-tensor moments of qutrit A against the coupling, on resonance."""
    coupling = np.linspace(0, 4, 801 if full else 401)
    line = study(*FIGURE_14, coupling=coupling, drive=drive, spin=1)
    point = study(*FIGURE_14, drive=drive, spin=1)
    tensors = {"T11": (1, 1), "T21": (2, 1), "T22": (2, 2)}
    moments, zeros = [], []
    for k, q in tensors.values():
        scale = drive**q if drive else 1.0
        # Real up to a constant phase: <T_k^q>, times i for odd q.
        moments.append(np.real(line.spherical_moment(k, q) * 1j ** (q % 2)) / scale)
        zeros.append(point.moment_zero_crossings(k, q).location)
    width = max(len(z) for z in zeros)
    padded = np.array([np.pad(z, (0, width - len(z)), constant_values=np.nan) for z in zeros])
    return xr.Dataset(
        {
            "moment": labelled(("tensor", "coupling"), np.array(moments), "<T_k^q>/drive^q"),
            "zero_crossing": labelled(("tensor", "crossing"), padded, "zero crossings", "Gamma"),
        },
        coords={"tensor": list(tensors), **axes(coupling=coupling)},
        attrs=described(drive, spin=1, **baths(*FIGURE_14)),
    )


def restoring(detuning: Any, drive: float = 0.0) -> PlanarZeros:
    """Pairs (coupling, detuning of B) at which <S+_A> vanishes, for each drive detuning."""

    def response(g: np.ndarray, tuned: np.ndarray, driven: np.ndarray) -> np.ndarray:
        detunings = {"qudit_detuning": tuned, "drive_detuning": driven}
        pair = study(*FIGURE_5, coupling=g, **detunings, drive=drive, workers=1)
        return pair.phase_response("A")

    return find_planar_zeros(
        response, np.linspace(0.05, 8, 25), np.linspace(-8, 8, 34), [np.asarray(detuning, float)]
    )


def phase_density(response: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Eq. (8): what <S+> adds to the uniform phase distribution of a qubit, shape (..., phi)."""
    return np.real(response[..., None] * np.exp(-1j * phi)) / 4


def _single(zeros: PlanarZeros) -> tuple[np.ndarray, np.ndarray]:
    """Detuning and coupling of the first zero; NaN where there is none."""
    if not zeros.x.shape[-1]:
        return np.full(zeros.count.shape, np.nan), np.full(zeros.count.shape, np.nan)
    return zeros.y[..., 0], zeros.x[..., 0]
