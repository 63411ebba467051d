"""Rotating frames in which perturbations stand still, and the way back to the frame of the lab.

In the frame ``rho_lab = U rho U^dag``, ``U = e^{-iKt}``, ``K = sum_s theta_s n_s`` with the levels
n_s of the sites, an entry of a perturbation that changes the levels by D has the frequency
``Omega - theta.D``. The static part must not change: its Hamiltonian conserves K, and each of its
jump operators changes K by one amount. A mode that is driven near its resonance needs hundreds of
harmonics in the lab, and few or none in a frame that turns with the drive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from quantsync.errors import HarmonicsError
from quantsync.lindblad.generator import Generator, channels
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.lindblad.quasi_periodic._frequencies import PeriodicDrives
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState
from quantsync.memory import require_memory

ROUNDING = 64 * float(np.finfo(float).eps)  # of a difference of frequencies, relative to them
MOST_TOGETHER = 3  # perturbations that one frame is asked to stop
MOST_FRAMES = 4  # that are tried


@dataclass(frozen=True)
class RotatingFrame:
    """A system and its perturbations as they are in a frame."""

    system: Lindbladian
    perturbations: list[tuple[float, sp.csr_array]]
    theta: np.ndarray  # how fast each site's levels turn
    restlessness: float  # sum of strength over frequency of the perturbations

    def to_lab(self, state: QuasiPeriodicState, most: int) -> QuasiPeriodicState:
        """The state in the lab, with at most so many harmonics: the frame's, and those it adds."""
        turning = np.flatnonzero(self.theta)
        levels = _levels(self.system)[turning] * np.sign(self.theta[turning]).astype(int)[:, None]
        change = levels[:, :, None] - levels[:, None, :]
        steps, which = np.unique(change.reshape(len(turning), -1), axis=1, return_inverse=True)
        which = which.reshape(state.rho.shape)
        # An entry that changes the levels by D turns by e^{-i theta.D t}.
        found = [
            ([*n, *-steps[:, k]], rho, k)
            for n, rho in zip(state.harmonics, state.components, strict=True)
            for k in np.unique(which[rho != 0])
        ]
        if len(found) > most:
            raise HarmonicsError(
                f"The lab needs {len(found)} harmonics, above max_harmonics={most}.",
                residual=state.residual,
                harmonics=len(found),
            )
        require_memory(16.0 * state.rho.size * len(found), f"A state with {len(found)} harmonics")
        found.sort(key=lambda item: any(item[0]))  # n = 0 first
        return QuasiPeriodicState(
            harmonics=np.array([n for n, _, _ in found], int),
            components=np.array([np.where(which == k, rho, 0) for _, rho, k in found]),
            base_frequencies=np.concatenate([state.base_frequencies, abs(self.theta[turning])]),
            residual=state.residual,
            leakage=state.leakage,
            gap=state.gap,
            space=state.space,
        )


def rotating_frames(system: Generator, drives: PeriodicDrives) -> list[RotatingFrame]:
    """Frames in which at least one perturbation stands still, the quietest first."""
    if not isinstance(system, Lindbladian) or not any(v.nnz for v in drives.operators):
        return []
    levels = _levels(system)
    static = sp.csr_array(system.hamiltonian())
    jumps = channels(system)
    conserved = [_changes(static, levels)]
    for _, jump in jumps:
        change = _changes(jump, levels)
        conserved.append(change - change[:1])
    free = scipy.linalg.null_space(np.concatenate(conserved).astype(float), rcond=1e-9)
    parts = [
        (f, change, part)
        for f, operator in zip(drives.vectors @ drives.base, drives.operators, strict=True)
        for change, part in _parts(operator, levels)
    ]
    shifts = np.array([change for _, change, _ in parts]) @ free
    speeds = np.array([f for f, _, _ in parts])
    thetas: list[np.ndarray] = []
    for count in range(1, min(free.shape[1], MOST_TOGETHER) + 1):
        for chosen in combinations(range(len(parts)), count):
            rows = shifts[list(chosen)]
            if np.linalg.matrix_rank(rows, tol=1e-9) < count:
                continue
            theta = free @ np.linalg.lstsq(rows, speeds[list(chosen)], rcond=None)[0]
            theta[np.abs(theta) < 1e-12 * np.abs(theta).max()] = 0
            if not any(np.allclose(theta, known, rtol=1e-12, atol=0) for known in thetas):
                thetas.append(theta)
    found = [_frame(system, static, jumps, parts, theta) for theta in thetas]
    return sorted(found, key=lambda frame: frame.restlessness)[:MOST_FRAMES]


def _frame(
    system: Lindbladian, static: Any, jumps: list[Any], parts: list[Any], theta: np.ndarray
) -> RotatingFrame:
    energy = static - sp.diags_array(theta @ _levels(system))
    moving: list[tuple[float, sp.csr_array]] = []
    for frequency, change, part in parts:
        terms = theta * change
        speed = frequency - float(terms.sum())
        if abs(speed) <= ROUNDING * (abs(frequency) + np.abs(terms).sum()):
            energy = energy + part + part.conj().T
            continue
        if speed < 0:
            speed, part = -speed, sp.csr_array(part.conj().T)
        near = [f for f, _ in moving if abs(f - speed) <= ROUNDING * abs(frequency)]
        moving.append((near[0] if near else speed, part))
    turned = Lindbladian(system.space, [(1.0, sp.csr_array(energy))], jumps)
    restlessness = sum(float(abs(part).sum(axis=1).max()) / speed for speed, part in moving)
    return RotatingFrame(turned, moving, theta, restlessness)


def _levels(system: Generator) -> np.ndarray:
    """Level of each site in every basis state, int (sites, n)."""
    return np.array(np.unravel_index(np.arange(system.dimension), system.space.dimensions))


def _changes(operator: Any, levels: np.ndarray) -> np.ndarray:
    """By what the entries of an operator change the levels, int (entries, sites)."""
    row, column = operator.nonzero()
    return np.unique((levels[:, row] - levels[:, column]).T, axis=0)


def _parts(operator: Any, levels: np.ndarray) -> Iterator[tuple[np.ndarray, sp.csr_array]]:
    """An operator, cut by what its entries change the levels by."""
    entries = sp.coo_array(operator)
    row, column = entries.coords
    changes, which = np.unique((levels[:, row] - levels[:, column]).T, axis=0, return_inverse=True)
    for k, change in enumerate(changes):
        own = which.ravel() == k
        yield (
            change,
            sp.csr_array((entries.data[own], (row[own], column[own])), shape=operator.shape),
        )
