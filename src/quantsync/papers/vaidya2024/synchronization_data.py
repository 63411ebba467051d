"""Data of Figs. 6, 7, 8, 12 and 15: the relative entropy of synchronization."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from quantsync.lindblad import linear_response, steady_state
from quantsync.measures import (
    BlockDiagonalStates,
    DiagonalStates,
    SpannedStates,
    relative_entropy_of_synchronization,
)
from quantsync.models import driven_pair, driving
from quantsync.papers.keeping import store_of
from quantsync.papers.vaidya2024.baths import (
    DAMPING,
    ENHANCED,
    FIGURE_8_A,
    FIGURE_8_B,
    FIGURE_12,
    SUPPRESSED,
    attrs,
    baths,
    described,
    gains,
    study,
)
from quantsync.search import Extrema
from quantsync.sweeps import sweep

OPTIMISED_DRIVE = 0.1
"""Drive of Fig. 12 unless another is asked for: the families only differ at finite drives."""


def figure_6(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Enhancement and suppression of synchronization by the coupling of two qubits.

    Parameters
    ----------
    full : bool, default False
        Four times as many couplings.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``ratio`` R over (baths, coupling) and the moduli of the ``coherence`` per drive in the
        basis of the dressed states over (baths, transition, coupling).
    """
    dataset = _ratios(np.linspace(0, 5, 401 if full else 101), drive, 1 / 2)
    first = np.array([ENHANCED, SUPPRESSED])[:, :, None]
    states = _per_drive(first[:, 0], first[:, 1], dataset.coupling.values, drive)
    dressed = dressed_basis()
    inside = dressed.T @ states @ dressed
    # Rows and columns: U, T, S, D. <T|U> in the paper is the matrix element <T|rho|U>.
    picked = {"TU": (1, 0), "TD": (1, 3), "SU": (2, 0), "SD": (2, 3)}
    dataset["coherence"] = (
        ("baths", "transition", "coupling"),
        np.abs(np.stack([inside[..., i, j] for i, j in picked.values()], axis=1)),
        attrs("modulus of a coherence over drive", "1/Gamma"),
    )
    return dataset.assign_coords(transition=list(picked))


def figure_7(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Largest enhancement over the baths, and the synchronization behind it at w_B = 0.

    Parameters
    ----------
    full : bool, default False
        100 x 100 instead of 40 x 40 baths.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``largest_ratio`` R_max and the coupling ``best_coupling`` where it is reached over
        (gain_a, gain_b); ``largest_omega`` and ``uncoupled_omega`` over cut_gain_a at
        gain_b = 0.
    """
    w = gains(100 if full else 40)
    found = _map_over_baths(w, ["largest_omega_ratio", "best_coupling"], drive)
    cut = np.linspace(0, 1, 201 if full else 101)[1:-1]
    line = study(cut, 0.0, drive=drive)
    return xr.Dataset(
        {
            "largest_ratio": found.largest_omega_ratio,
            "best_coupling": found.best_coupling,
            "largest_omega": (
                "cut_gain_a",
                line.largest_omega()[0],
                attrs("Omega maximal over g", "nat"),
            ),
            "uncoupled_omega": (
                "cut_gain_a",
                line.uncoupled_omega(),
                attrs("Omega at g = 0", "nat"),
            ),
        },
        coords={
            **_bath_axes(w),
            "cut_gain_a": ("cut_gain_a", cut, attrs("gain rate of qubit A", "Gamma")),
        },
        attrs=described(drive),
    )


def figure_8(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Local minima of the synchronization over the baths, and how they come about.

    Parameters
    ----------
    full : bool, default False
        100 x 100 instead of 40 x 40 baths.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``ratio_at_minimum`` R_min and ``minimum_coupling`` over (gain_a, gain_b), NaN where
        there is no local minimum; ``omega`` over (line_gain_a, coupling) at gain_b = 0.82.
    """
    w = gains(100 if full else 40)
    found = _map_over_baths(w, ["minimum_omega_ratio", "minimum_coupling"], drive)
    coupling = np.linspace(0, 5, 401 if full else 101)
    line = np.array(FIGURE_8_A)
    return xr.Dataset(
        {
            "ratio_at_minimum": found.minimum_omega_ratio,
            "minimum_coupling": found.minimum_coupling,
            "omega": (
                ("line_gain_a", "coupling"),
                study(line[:, None], FIGURE_8_B, coupling=coupling, drive=drive).omega(),
                attrs("Omega", "nat"),
            ),
        },
        coords={
            **_bath_axes(w),
            "line_gain_a": ("line_gain_a", line, attrs("gain rate of qubit A", "Gamma")),
            "coupling": ("coupling", coupling, attrs("coupling g", "Gamma")),
        },
        attrs=described(drive, line_gain_b=FIGURE_8_B),
    )


def figure_12(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Three families of limit cycles: diagonal, block diagonal, and optimised.

    Parameters
    ----------
    full : bool, default False
        Four times as many couplings.
    drive : float, default 0
        Strength of the drive; 0 stands for 0.1, because the families agree in the limit.

    Returns
    -------
    xarray.Dataset
        ``omega`` over (family, coupling), divided by the drive squared, and ``limit``.
    """
    drive = drive or OPTIMISED_DRIVE
    coupling = np.linspace(0, 5, 161 if full else 41)
    fixed = {**baths(*FIGURE_12), "coupling": coupling}
    driven, undriven = (steady_state(driven_pair(**fixed, drive=e)) for e in (drive, 0.0))
    total = charge()
    families = {
        "diagonal": DiagonalStates(undriven.rho, charge=total),
        "block diagonal": BlockDiagonalStates(total),
        "optimised": SpannedStates(partially_coherent()),
    }
    omega = [relative_entropy_of_synchronization(driven.rho, f) for f in families.values()]
    return xr.Dataset(
        {
            "omega": (("family", "coupling"), np.array(omega) / drive**2, attrs("Omega", "nat")),
            "limit": (
                "coupling",
                study(*FIGURE_12, coupling=coupling).omega(),
                attrs("Omega/drive^2 for drive -> 0", "nat"),
            ),
        },
        coords={
            "family": list(families),
            "coupling": ("coupling", coupling, attrs("coupling g", "Gamma")),
        },
        attrs=described(drive, gain_a=FIGURE_12[0], gain_b=FIGURE_12[1]),
    )


def figure_15(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Enhancement and suppression of synchronization by the coupling of two qutrits.

    Parameters
    ----------
    full : bool, default False
        Four times as many couplings.
    drive : float, default 0
        Strength of the drive; 0 is the limit.

    Returns
    -------
    xarray.Dataset
        ``ratio`` R over (baths, coupling).
    """
    return _ratios(np.linspace(0, 5, 401 if full else 101), drive, 1)


def extrema(gain_a: Any, gain_b: Any, drive: float = 0.0, spin: float = 1 / 2) -> Extrema:
    """Local extrema of Omega over the coupling, for arrays of baths."""
    return study(gain_a, gain_b, drive=drive, spin=spin).omega_extrema


def dressed_basis() -> np.ndarray:
    """|U>, |T>, |S>, |D> in the columns, in the product basis uu, ud, du, dd."""
    half = np.sqrt(0.5)
    return np.array([[1.0, 0, 0, 0], [0, half, half, 0], [0, half, -half, 0], [0, 0, 0, 1.0]])


def charge() -> Any:
    """Total Sz of the pair of qubits."""
    space = driving().space
    return space["A"].z + space["B"].z


def partially_coherent() -> list[np.ndarray]:
    """Hermitian operators that span the block-diagonal states of App. B, in the |E_j> basis.

    The eigenstates of the undriven Hamiltonian are those of its blocks, so the structure is that
    of the blocks whatever the coupling.
    """
    span = []
    for block in ([0], [1, 2], [3]):
        for i in block:
            for j in block:
                operator = np.zeros((4, 4), complex)
                operator[i, j] = 1 if i <= j else 1j
                span.append(operator + operator.conj().T)
    return span


def _map_over_baths(w: np.ndarray, measures: list[str], drive: float) -> xr.Dataset:
    return sweep(
        "driven_pair",
        {"gain_a": w, "gain_b": w},
        measures,
        fixed={"drive": drive},
        tied=DAMPING,
        store=store_of(),
    )


def _per_drive(gain_a: Any, gain_b: Any, coupling: Any, drive: float) -> np.ndarray:
    """Coherences between blocks per drive: rho_1 in the limit, rho/drive otherwise."""
    fixed = {**baths(gain_a, gain_b), "coupling": coupling}
    if drive:
        return steady_state(driven_pair(**fixed, drive=drive)).rho / drive
    return linear_response(driven_pair(**fixed), driving()).orders[1]


def _ratios(coupling: np.ndarray, drive: float, spin: float) -> xr.Dataset:
    chosen = np.array([ENHANCED, SUPPRESSED])
    pairs = study(chosen[:, :1], chosen[:, 1:], coupling=coupling, drive=drive, spin=spin)
    return xr.Dataset(
        {"ratio": (("baths", "coupling"), pairs.omega_ratio(), attrs("R", "1"))},
        coords={
            "baths": ["enhanced", "suppressed"],
            "gain_a": ("baths", chosen[:, 0], attrs("gain rate of spin A", "Gamma")),
            "gain_b": ("baths", chosen[:, 1], attrs("gain rate of spin B", "Gamma")),
            "coupling": ("coupling", coupling, attrs("coupling g", "Gamma")),
        },
        attrs=described(drive, spin=spin),
    )


def _bath_axes(w: np.ndarray) -> dict[str, Any]:
    return {
        "gain_a": ("gain_a", w, attrs("gain rate of qubit A", "Gamma")),
        "gain_b": ("gain_b", w, attrs("gain rate of qubit B", "Gamma")),
    }
