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
from quantsync.papers.vaidya2024.baths import (
    FIGURE_3,
    FIGURE_5,
    FIGURE_14,
    attrs,
    baths,
    described,
    gains,
    study,
)
from quantsync.search import PlanarZeros, find_planar_zeros

SITES = ("A", "B")
LARGEST_CROSSING = 4.0
"""Zero crossings above this are red in Fig. 4(a), as in the paper."""
DETUNING = 1.0
"""Drive detuning of Figs. 5(a) and (b), which is not printed."""
AROUND = (0.6, 1.0, 1.6)
"""Couplings of Figs. 3(b) and 5(b) in units of the zero crossing; they are not printed."""


def figure_3(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Phase response of both qubits against the coupling, on resonance.

    Parameters
    ----------
    full : bool, default False
        Four times as many couplings.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``response`` |<S+>|/drive and its first-order theory ``response_moments``, Eqs. (C3) and
        (C4), over (site, coupling); ``zero_crossing`` over site; ``phase_density``
        delta P(phi)/drive over (site, around, phi) at couplings around the zero crossings.
    """
    coupling = np.linspace(0, 4, 321 if full else 81)
    pair = study(*FIGURE_3, coupling=coupling, drive=drive)
    moments = first_order_moments(**baths(*FIGURE_3), coupling=coupling)[:2]
    crossing = np.array([pair_zero(FIGURE_3, drive, site) for site in SITES])
    phi = np.linspace(-np.pi, np.pi, 121)
    densities = []
    for site, at in zip(SITES, crossing, strict=True):
        near = study(*FIGURE_3, coupling=np.multiply(AROUND, at), drive=drive)
        densities.append(phase_density(near.phase_response(site), phi))
    return xr.Dataset(
        {
            "response": (
                ("site", "coupling"),
                np.abs([pair.phase_response(site) for site in SITES]),
                attrs("|<S+>|/drive", "1/Gamma"),
            ),
            "response_moments": (
                ("site", "coupling"),
                np.abs(moments),
                attrs("|<S+>|/drive from Eqs. (C3) and (C4)", "1/Gamma"),
            ),
            "zero_crossing": ("site", crossing, attrs("zero crossing g_0", "Gamma")),
            "phase_density": (
                ("site", "around", "phi"),
                np.array(densities),
                attrs("(P(phi) - 1/2pi)/drive", "1/(rad Gamma)"),
            ),
        },
        coords=_coordinates(coupling, phi),
        attrs=described(drive, **_floats(baths(*FIGURE_3))),
    )


def figure_4(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Zero crossings of both qubits over the baths, on resonance.

    Parameters
    ----------
    full : bool, default False
        100 x 100 instead of 40 x 40 baths.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``zero_crossing`` (NaN where there is none), ``count`` of zero crossings and
        ``closed_form`` (of the limit) over (site, gain_a, gain_b).
    """
    w = gains(100 if full else 40)
    pairs = study(w[:, None], w, drive=drive)
    found = [pairs.zero_crossings(site) for site in SITES]
    closed = [resonant_zero_crossing_a(w[:, None], w), resonant_zero_crossing_b(w[:, None], w)]
    dims = ("site", "gain_a", "gain_b")
    return xr.Dataset(
        {
            "zero_crossing": (
                dims,
                np.array([zeros.first for zeros in found]),
                attrs("zero crossing g_0", "Gamma"),
            ),
            "count": (
                dims,
                np.array([zeros.count for zeros in found]),
                attrs("number of zero crossings", "1"),
            ),
            "closed_form": (dims, np.array(closed), attrs("g_0 in closed form", "Gamma")),
        },
        coords={
            "site": list(SITES),
            "gain_a": ("gain_a", w, attrs("gain rate of qubit A", "Gamma")),
            "gain_b": ("gain_b", w, attrs("gain rate of qubit B", "Gamma")),
        },
        attrs=described(drive),
    )


def figure_5(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Phase response of qubit A to a detuned drive, and the detuning of B that restores g_0.

    Parameters
    ----------
    full : bool, default False
        Four times as many couplings and detunings.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``response`` and ``response_moments`` over (case, coupling), the cases being qubit B
        resonant with A and B detuned; ``phase_density`` over (case, around, phi);
        ``restoring_detuning``, ``zero_crossing`` and the number ``count`` of such pairs over
        drive_detuning.
    """
    detuning = np.linspace(-4, 4, 129 if full else 33)
    zeros = restoring(detuning, drive)
    (restored,), (crossing,) = (a[..., 0] for a in _single(restoring([DETUNING], drive)))
    coupling = np.linspace(0, 4, 321 if full else 81)
    tuned = np.array([0.0, restored])
    phi = np.linspace(-np.pi, np.pi, 121)
    fixed = {"drive": drive, "drive_detuning": DETUNING}
    line = study(*FIGURE_5, coupling=coupling, qudit_detuning=tuned[:, None], **fixed)
    near = study(
        *FIGURE_5, coupling=np.multiply(AROUND, crossing), qudit_detuning=tuned[:, None], **fixed
    )
    moments = first_order_moments(
        **baths(*FIGURE_5),
        coupling=coupling,
        drive_detuning=DETUNING,
        qudit_detuning=tuned[:, None],
    )
    return xr.Dataset(
        {
            "response": (
                ("case", "coupling"),
                np.abs(line.phase_response("A")),
                attrs("|<S+_A>|/drive", "1/Gamma"),
            ),
            "response_moments": (
                ("case", "coupling"),
                np.abs(moments[0]),
                attrs("|<S+_A>|/drive from Eqs. (C3) and (C4)", "1/Gamma"),
            ),
            "qudit_detuning": ("case", tuned, attrs("detuning of B from A", "Gamma")),
            "phase_density": (
                ("case", "around", "phi"),
                phase_density(near.phase_response("A"), phi),
                attrs("(P(phi) - 1/2pi)/drive", "1/(rad Gamma)"),
            ),
            "restoring_detuning": (
                "drive_detuning",
                _single(zeros)[0][..., 0],
                attrs("detuning of B from A that restores the zero crossing", "Gamma"),
            ),
            "zero_crossing": (
                "drive_detuning",
                _single(zeros)[1][..., 0],
                attrs("restored zero crossing g_0", "Gamma"),
            ),
            "count": ("drive_detuning", zeros.count, attrs("number of such pairs", "1")),
        },
        coords={
            **{k: v for k, v in _coordinates(coupling, phi).items() if k != "site"},
            "case": ["resonant", "detuned"],
            "drive_detuning": ("drive_detuning", detuning, attrs("drive detuning", "Gamma")),
        },
        attrs=described(drive, **_floats(baths(*FIGURE_5)), drive_detuning_ab=DETUNING),
    )


def figure_14(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Spherical-tensor moments of qutrit A against the coupling, on resonance.

    Parameters
    ----------
    full : bool, default False
        Twice as many couplings.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``moment`` over (tensor, coupling), real numbers up to a constant phase: <T_k^q> over
        drive^q, times i for odd q; ``zero_crossing`` over (tensor, crossing).
    """
    coupling = np.linspace(0, 4, 801 if full else 401)
    line = study(*FIGURE_14, coupling=coupling, drive=drive, spin=1)
    point = study(*FIGURE_14, drive=drive, spin=1)
    tensors = {"T11": (1, 1), "T21": (2, 1), "T22": (2, 2)}
    moments, zeros = [], []
    for k, q in tensors.values():
        scale = drive**q if drive else 1.0
        moments.append(np.real(line.spherical_moment(k, q) * 1j ** (q % 2)) / scale)
        zeros.append(point.moment_zero_crossings(k, q).location)
    width = max(len(z) for z in zeros)
    padded = np.array([np.pad(z, (0, width - len(z)), constant_values=np.nan) for z in zeros])
    return xr.Dataset(
        {
            "moment": (("tensor", "coupling"), np.array(moments), attrs("<T_k^q>/drive^q", "1")),
            "zero_crossing": (("tensor", "crossing"), padded, attrs("zero crossings", "Gamma")),
        },
        coords={
            "tensor": list(tensors),
            "coupling": ("coupling", coupling, attrs("coupling g", "Gamma")),
        },
        attrs=described(drive, spin=1, **_floats(baths(*FIGURE_14))),
    )


def pair_zero(gains_ab: tuple[float, float], drive: float, site: str) -> float:
    """The first zero crossing of a qubit on resonance; NaN if there is none."""
    return float(study(*gains_ab, drive=drive).zero_crossings(site).first)


def restoring(detuning: Any, drive: float = 0.0) -> PlanarZeros:
    """Pairs (coupling, detuning of B) at which <S+_A> vanishes, for each drive detuning."""

    def response(g: np.ndarray, tuned: np.ndarray, driven: np.ndarray) -> np.ndarray:
        pair = study(
            *FIGURE_5,
            coupling=g,
            qudit_detuning=tuned,
            drive_detuning=driven,
            drive=drive,
            workers=1,
        )
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
        empty = np.full((*zeros.count.shape, 1), np.nan)
        return empty, empty
    return zeros.y, zeros.x


def _coordinates(coupling: np.ndarray, phi: np.ndarray) -> dict[str, Any]:
    return {
        "site": list(SITES),
        "coupling": ("coupling", coupling, attrs("coupling g", "Gamma")),
        "around": ("around", list(AROUND), attrs("coupling over the zero crossing", "1")),
        "phi": ("phi", phi, attrs("phase", "rad")),
    }


def _floats(parameters: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in parameters.items()}
