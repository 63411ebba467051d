"""What is kept of a block of samples that are followed together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad.trajectories._equation import handy, overlaps, squares

AT_ONCE = 512  # states whose expectation values are taken together
HERMITIAN = 1e-14  # relative; what is smaller is rounding


class Observable:
    """An operator whose expectation values are taken of many kets at once."""

    def __init__(self, operator: sp.csr_array):
        rest = abs(operator - operator.conj().T)
        largest = float(abs(operator).max()) if operator.nnz else 0.0
        self.real = not rest.nnz or float(rest.max()) <= HERMITIAN * largest
        self.matrix = handy(operator)

    def of(self, psi: np.ndarray) -> np.ndarray:
        """Expectation values (B,) in normalised columns (n, B); real for a Hermitian operator."""
        moved = self.matrix @ psi
        return overlaps(psi, moved) if self.real else (psi.conj() * moved).sum(axis=0)


@dataclass(frozen=True)
class Asked:
    """What is taken of every sample along the way."""

    times: np.ndarray
    observables: Mapping[str, Observable]
    phases: Mapping[str, Observable]  # of a site: that whose argument is followed
    states: np.ndarray  # indices of the times at which the mean state is kept
    records: int  # of how many first samples all is kept


@dataclass
class Block:
    """Samples in a row: their values (B, T), phases, jumps or currents, and kets at times."""

    asked: Asked
    samples: range
    counted: int  # the first ones; the others are followed so that none depends on how many are
    channels: int
    dimension: int
    values: dict[str, np.ndarray] = field(init=False)
    phases: dict[str, np.ndarray] = field(init=False)
    states: np.ndarray = field(init=False)
    jumps: np.ndarray = field(init=False)
    history: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    currents: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        shape = len(self.samples), len(self.asked.times)
        self.values = {
            name: np.empty(shape, float if observable.real else complex)
            for name, observable in self.asked.observables.items()
        }
        self.phases = {site: np.empty(shape, complex) for site in self.asked.phases}
        self.jumps = np.zeros((shape[0], self.channels), np.int64)
        kept = self.asked.states
        self.states = np.empty((len(kept), shape[0], self.dimension), complex)
        self._waiting: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._places = np.full(shape[1], -1)
        self._places[kept] = np.arange(len(kept))

    @property
    def recorded(self) -> int:
        """How many samples of the block keep a record of their own."""
        return min(max(self.asked.records - self.samples.start, 0), self.counted)

    def record(self, members: np.ndarray, when: np.ndarray, psi: np.ndarray) -> None:
        """Take what was asked for of members at some times, from the directions of columns."""
        self._waiting.append((members, when, psi))
        if sum(len(members) for members, _, _ in self._waiting) >= AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Work on what waits: many columns at once take less time."""
        if not self._waiting:
            return
        members, when = (np.concatenate([part[k] for part in self._waiting]) for k in range(2))
        psi = np.concatenate([part[2] for part in self._waiting], axis=1)
        psi /= np.sqrt(squares(psi))
        self._waiting.clear()
        for name, observable in self.asked.observables.items():
            self.values[name][members, when] = observable.of(psi)
        for site, observable in self.asked.phases.items():
            self.phases[site][members, when] = observable.of(psi)
        place = self._places[when]
        kept = np.flatnonzero(place >= 0)
        if len(kept):
            self.states[place[kept], members[kept]] = psi[:, kept].T

    def mean_states(self) -> np.ndarray:
        """Sums (K, n, n) of the states of all counted samples."""
        kets = self.states[:, : self.counted]
        return kets.swapaxes(1, 2) @ kets.conj()

    def jumps_of(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Times and channels of a recorded sample's jumps, in order."""
        found = [(t[m == k], c[m == k]) for m, t, c in self.history]
        if not found:
            return np.zeros(0), np.zeros(0, int)
        times, channels = (np.concatenate(part) for part in zip(*found, strict=True))
        return times, channels

    def currents_of(self, k: int) -> np.ndarray:
        """Mean currents (T - 1, C) of a recorded sample."""
        rows = [current[:, k] for current in self.currents]
        return np.array(rows) if rows else np.zeros((0, 0))

    def jumped(self, members: np.ndarray, times: np.ndarray, channels: np.ndarray) -> None:
        """Note jumps of different members."""
        np.add.at(self.jumps, (members, channels), 1)
        if self.recorded:
            own = members < self.recorded
            self.history.append((members[own], times[own], channels[own]))
