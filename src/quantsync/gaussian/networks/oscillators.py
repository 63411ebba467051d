"""Coupled harmonic oscillators: coordinates, stability and normal modes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    UnstableNetworkError,
    unknown_name,
)
from quantsync.gaussian.networks import normal_modes
from quantsync.gaussian.networks.graphs import broadcast_to_nodes, checked_stiffness, positive
from quantsync.gaussian.networks.horizon import krylov_part
from quantsync.gaussian.networks.positive_solver import positive_solver
from quantsync.lazy import lazy

ROUNDING = 64 * np.finfo(float).eps


class CoupledOscillators:
    """What every `HarmonicNetwork` is, however it was made: V, masses, names, normal modes.

    Parameters, attributes and errors are those of `HarmonicNetwork`.

    Examples
    --------
    >>> from quantsync.gaussian.networks.oscillators import CoupledOscillators
    >>> len(CoupledOscillators([[2.0, -1.0], [-1.0, 2.0]]))
    2
    """

    stiffness: sp.csr_array
    masses: np.ndarray
    names: tuple[Any, ...]

    def __init__(self, stiffness: Any, masses: Any = 1.0, names: Sequence[Any] | None = None):
        self._set(checked_stiffness(stiffness), masses, names)
        self._require_stable()

    @classmethod
    def _trusted(
        cls, stiffness: sp.csr_array, masses: np.ndarray, names: Sequence[Any] | None = None
    ) -> Self:
        """Oscillators whose stability is known, or shown elsewhere."""
        oscillators = cls.__new__(cls)
        oscillators._set(stiffness, masses, names)
        return oscillators

    def _set(self, stiffness: sp.csr_array, masses: Any, names: Sequence[Any] | None) -> None:
        self.stiffness = stiffness
        size = normal_modes.matrix_size(stiffness)
        self.masses = broadcast_to_nodes(positive(masses, "masses"), size, "masses")
        self.names = tuple(range(size)) if names is None else tuple(names)
        if len(self.names) != size:
            raise DimensionError(
                f"Argument `names` must have {size} entries, one an oscillator, but has "
                f"{len(self.names)}."
            )
        self._positions = {name: k for k, name in enumerate(self.names)}
        if len(self._positions) != size:
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise InvalidArgumentError(f"Argument `names` holds {twice!r} twice.")

    def _require_stable(self) -> None:
        if normal_modes.is_safely_positive(self._weighted):
            return
        lowest = normal_modes.lowest_eigenvalue(self._weighted)
        if lowest <= ROUNDING * abs(self._weighted).sum(axis=1).max():
            raise UnstableNetworkError(
                f"The stiffness matrix is not positive definite: divided by the masses it has the "
                f"eigenvalue {lowest:.6g}, so that H has no ground state. Weaken the couplings or "
                "raise the frequencies.",
                eigenvalue=lowest,
            )

    @lazy
    def _inverse(self) -> Any:
        return positive_solver(self.stiffness)

    @lazy
    def _weighted(self) -> sp.csr_array:
        """``V_ij/sqrt(m_i m_j)``, whose eigenvalues are the squared frequencies."""
        if (self.masses == 1).all():
            return self.stiffness
        root = sp.diags_array(1 / np.sqrt(self.masses))
        return sp.csr_array(root @ self.stiffness @ root)

    @lazy
    def _eigenmodes(self) -> tuple[np.ndarray, np.ndarray]:
        values, vectors = normal_modes.eigenmodes(self._weighted)
        return np.sqrt(values), vectors

    @lazy
    def frequencies(self) -> np.ndarray:
        """Frequencies of the normal modes, ascending, shape (N,)."""
        chain = normal_modes.uniform_chain(self._weighted)
        if chain is not None:
            return np.sqrt(normal_modes.uniform_chain_values(len(self.names), *chain))
        return self._eigenmodes[0]

    @property
    def modes(self) -> np.ndarray:
        """Normal modes in columns, orthonormal in ``sqrt(m_i) x_i``, shape (N, N)."""
        return self._eigenmodes[1]

    def mode_rows(self, positions: np.ndarray) -> np.ndarray:
        """Rows of `modes`, shape (R, N); for a uniform chain without the others."""
        chain = normal_modes.uniform_chain(self._weighted)
        if chain is not None:
            return normal_modes.uniform_chain_rows(len(self.names), chain[1], positions)
        return self.modes[positions]

    def modes_within(
        self, horizon: float, positions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Modes that stand for all of them at some positions up to a time; None if all are needed.

        Frequencies (R,) and rows (len(positions), R), see `quantsync.gaussian.networks.horizon`.
        """
        matrix = self._weighted
        if "_eigenmodes" in self.__dict__ or normal_modes.bandwidth(matrix) <= 1:
            return None  # known, or quickly computed
        found = krylov_part(matrix, positions, horizon)
        return None if found is None else (np.sqrt(found[0]), found[1])

    @property
    def hamiltonian(self) -> np.ndarray:
        """The matrix h of ``H = r.h.r/2`` with r = (x_1, p_1, x_2, ...), shape (2N, 2N)."""
        size = len(self.names)
        matrix = np.zeros((2 * size, 2 * size))
        matrix[::2, ::2] = self.stiffness.toarray()
        matrix[1::2, 1::2] = np.diag(1 / self.masses)
        return matrix

    def positions(self, names: Sequence[Any]) -> np.ndarray:
        """Where oscillators of given names stand in the order of coordinates, counted from 0.

        Raises
        ------
        UnknownNameError
            If there is no such name.
        """
        for name in names:
            if name not in self._positions:
                first, last = self.names[0], self.names[-1]
                if isinstance(name, str) and len(self.names) < 20:
                    raise unknown_name("oscillator", name, map(str, self.names))
                raise unknown_name("oscillator", repr(name), [f"{first!r} ... {last!r}"])
        return np.array([self._positions[name] for name in names], dtype=int)

    def __len__(self) -> int:
        return len(self.names)
