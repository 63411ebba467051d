"""Phases along trajectories: unwrapped, and how often they slip by a whole turn."""

from __future__ import annotations

import numpy as np

from quantsync.operators import Fock, Operator, Space

TURN = 2 * np.pi
NO_PHASE = 1e-12  # of an amplitude: below it, its argument is rounding
COARSE = np.pi / 2  # a turn between two times that may as well have gone the other way


def phase_operator(space: Space, site: str) -> Operator:
    """The operator whose argument is the phase of a site, as `phase_response` takes it."""
    operators = space[site]
    if not isinstance(space.sites[site], Fock):
        return operators.plus
    mixed = any(not isinstance(other, Fock) for other in space.sites.values())
    return operators.create if mixed else operators.destroy


def unwrapped(amplitudes: np.ndarray) -> np.ndarray:
    """Phases (B, T) without jumps by a turn; without an amplitude, the phase before it stays."""
    phase = np.angle(amplitudes)
    if not phase.size:
        return phase
    clear = np.abs(amplitudes) > NO_PHASE
    last = np.maximum.accumulate(np.where(clear, np.arange(phase.shape[1]), -1), axis=1)
    first = np.argmax(clear, axis=1)[:, None]  # before the first amplitude: its phase
    phase = np.take_along_axis(phase, np.where(last >= 0, last, first), axis=1)
    return np.unwrap(phase, axis=1)


def slips(phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often unwrapped phases (B, T) get a whole turn ahead, and behind, of where they were."""
    up, down = np.zeros((2, len(phases)), np.int64)
    reached = phases[:, 0].copy() if phases.shape[1] else np.zeros(len(phases))
    for column in phases.T:
        turns = np.trunc((column - reached) / TURN).astype(np.int64)
        up += np.maximum(turns, 0)
        down += np.maximum(-turns, 0)
        reached += TURN * turns
    return up, down


def unresolved(phases: np.ndarray, amplitudes: np.ndarray) -> np.ndarray:
    """Of each sample, how many steps turn more than a quarter, or end where there is no phase."""
    lost = np.abs(amplitudes[:, 1:]) <= NO_PHASE
    return (lost | (np.abs(np.diff(phases, axis=1)) > COARSE)).sum(axis=1)
