"""Data of Figs. 6, 7, 8, 12 and 15: the relative entropy of synchronization."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from quantsync.lindblad import linear_response, steady_state
from quantsync.measures import relative_entropy_of_synchronization
from quantsync.measures.entropic import BlockDiagonalStates, DiagonalStates, SpannedStates
from quantsync.models import driven_pair, driving
from quantsync.papers.keeping import store_of
from quantsync.papers.paper import figure, labelled
from quantsync.papers.vaidya2024 import drawing
from quantsync.papers.vaidya2024.baths import (
    ENHANCED,
    FIGURE_8_A,
    FIGURE_8_B,
    FIGURE_12,
    SUPPRESSED,
    axes,
    baths,
    described,
    gains,
    study,
)
from quantsync.search import Extrema
from quantsync.sweeps import sweep

OPTIMISED_DRIVE = 0.1
"""Drive of Fig. 12 unless another is asked for: the families only differ at finite drives."""


@figure(
    "6",
    "Enhancement and suppression of synchronization",
    draw=drawing.draw_figure_6,
    caption=drawing.CAPTION_6,
)
def figure_6(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Enhancement and suppression of synchronization by the coupling of two qubits."""
    dataset = _ratios(full, drive, spin=1 / 2)
    first = np.array([ENHANCED, SUPPRESSED])[:, :, None]
    states = _per_drive(first[:, 0], first[:, 1], dataset.coupling.values, drive)
    dressed = dressed_basis()
    inside = dressed.T @ states @ dressed
    # Rows and columns: U, T, S, D. <T|U> in the paper is the matrix element <T|rho|U>.
    picked = {"TU": (1, 0), "TD": (1, 3), "SU": (2, 0), "SD": (2, 3)}
    dataset["coherence"] = labelled(
        ("baths", "transition", "coupling"),
        np.abs(np.stack([inside[..., i, j] for i, j in picked.values()], axis=1)),
        "modulus of a coherence over drive",
        "1/Gamma",
    )
    return dataset.assign_coords(transition=list(picked))


@figure("7", "Enhancement over the baths", draw=drawing.draw_figure_7, caption=drawing.CAPTION_7)
def figure_7(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Largest enhancement over the baths, and the synchronization behind it at w_B = 0."""
    w, found = _map_over_baths(["largest_omega_ratio", "best_coupling"], full, drive)
    cut = np.linspace(0, 1, 201 if full else 101)[1:-1]
    line = study(cut, 0.0, drive=drive)
    return xr.Dataset(
        {
            "largest_ratio": found.largest_omega_ratio,
            "best_coupling": found.best_coupling,
            "largest_omega": labelled(
                "cut_gain_a", line.largest_omega()[0], "Omega maximal over g", "nat"
            ),
            "uncoupled_omega": labelled(
                "cut_gain_a", line.uncoupled_omega(), "Omega at g = 0", "nat"
            ),
        },
        coords=axes(gain_a=w, gain_b=w, cut_gain_a=cut),
        attrs=described(drive),
    )


@figure("8", "Suppression over the baths", draw=drawing.draw_figure_8, caption=drawing.CAPTION_8)
def figure_8(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Local minima of the synchronization over the baths, and how they come about."""
    w, found = _map_over_baths(["minimum_omega_ratio", "minimum_coupling"], full, drive)
    coupling = np.linspace(0, 5, 401 if full else 201)
    line = np.array(FIGURE_8_A)
    return xr.Dataset(
        {
            "ratio_at_minimum": found.minimum_omega_ratio,
            "minimum_coupling": found.minimum_coupling,
            "omega": labelled(
                ("line_gain_a", "coupling"),
                study(line[:, None], FIGURE_8_B, coupling=coupling, drive=drive).omega(),
                "Omega",
                "nat",
            ),
        },
        coords=axes(gain_a=w, gain_b=w, line_gain_a=line, coupling=coupling),
        attrs=described(drive, line_gain_b=FIGURE_8_B),
    )


@figure(
    "12",
    "Diagonal and partially coherent limit cycles",
    draw=drawing.draw_figure_12,
    caption=drawing.CAPTION_12,
)
def figure_12(full: bool = False, drive: float = OPTIMISED_DRIVE) -> xr.Dataset:
    """Three families of limit cycles: diagonal, block diagonal, and optimised."""
    drive = drive or OPTIMISED_DRIVE  # the families agree in the limit
    coupling = np.linspace(0, 5, 321 if full else 161)
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
            "omega": labelled(("family", "coupling"), np.array(omega) / drive**2, "Omega", "nat"),
            "limit": labelled(
                "coupling",
                study(*FIGURE_12, coupling=coupling).omega(),
                "Omega/drive^2 for drive -> 0",
                "nat",
            ),
        },
        coords={"family": list(families), **axes(coupling=coupling)},
        attrs=described(drive, gain_a=FIGURE_12[0], gain_b=FIGURE_12[1]),
    )


@figure(
    "15",
    "Enhancement and suppression of two qutrits",
    draw=drawing.draw_figure_15,
    caption=drawing.CAPTION_15,
)
def figure_15(full: bool = False, drive: float = 0.0) -> xr.Dataset:
    """Enhancement and suppression of synchronization by the coupling of two qutrits."""
    return _ratios(full, drive, spin=1)


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
    """Hermitian operators that span the block-diagonal states of App. B, in the |E_j> basis."""
    # The eigenstates of the undriven Hamiltonian are those of its blocks, so the structure is that
    # of the blocks whatever the coupling.
    span = []
    for block in ([0], [1, 2], [3]):
        for i in block:
            for j in block:
                operator = np.zeros((4, 4), complex)
                operator[i, j] = 1 if i <= j else 1j
                span.append(operator + operator.conj().T)
    return span


def _map_over_baths(measures: list[str], full: bool, drive: float) -> tuple[np.ndarray, xr.Dataset]:
    w = gains(100 if full else 40)
    # Damping = 1 - gain, of either qubit.
    tied = {"damping_a": lambda gain_a: 1 - gain_a, "damping_b": lambda gain_b: 1 - gain_b}
    over, fixed = {"gain_a": w, "gain_b": w}, {"drive": drive}
    return w, sweep("driven_pair", over, measures, fixed=fixed, tied=tied, store=store_of())


def _per_drive(gain_a: Any, gain_b: Any, coupling: Any, drive: float) -> np.ndarray:
    """Coherences between blocks per drive: rho_1 in the limit, rho/drive otherwise."""
    fixed = {**baths(gain_a, gain_b), "coupling": coupling}
    if drive:
        return steady_state(driven_pair(**fixed, drive=drive)).rho / drive
    return linear_response(driven_pair(**fixed), driving()).orders[1]


def _ratios(full: bool, drive: float, spin: float) -> xr.Dataset:
    coupling = np.linspace(0, 5, 401 if full else 201)
    chosen = np.array([ENHANCED, SUPPRESSED])
    pairs = study(chosen[:, :1], chosen[:, 1:], coupling=coupling, drive=drive, spin=spin)
    return xr.Dataset(
        {"ratio": labelled(("baths", "coupling"), pairs.omega_ratio(), "R")},
        coords={
            "baths": ["enhanced", "suppressed"],
            "gain_a": labelled("baths", chosen[:, 0], "gain rate of spin A", "Gamma"),
            "gain_b": labelled("baths", chosen[:, 1], "gain rate of spin B", "Gamma"),
            **axes(coupling=coupling),
        },
        attrs=described(drive, spin=spin),
    )
