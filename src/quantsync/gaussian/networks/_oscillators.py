"""Coupled harmonic oscillators: coordinates, stability, normal modes, and probes among them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from quantsync.checks import SQUARABLE, name_list, named_arguments
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    UnstableNetworkError,
    unknown_name,
)
from quantsync.gaussian.networks import _normal_modes as normal_modes
from quantsync.gaussian.networks._graphs import one_per_node, stiffness_matrix
from quantsync.gaussian.networks._horizon import krylov_part
from quantsync.gaussian.networks._positive_solver import positive_solver
from quantsync.gaussian.networks.star import Star
from quantsync.lazy import lazy

ROUNDING = 64 * np.finfo(float).eps

MOST_SOLVED = 200  # oscillators whose normal modes are computed only to be shown


class CoupledOscillators:
    """What every `HarmonicNetwork` is, however it was made; its docstring describes this."""

    stiffness: sp.csr_array
    masses: np.ndarray
    names: tuple[Any, ...]
    probes: tuple[Any, ...] = ()
    environment: CoupledOscillators | None = None

    @named_arguments
    def __init__(self, stiffness: Any, masses: Any = 1.0, names: Sequence[Any] | None = None):
        self._set(stiffness_matrix(stiffness), masses, names)
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
        self.masses = one_per_node(
            masses, size, "masses", above=0, at_least=1 / SQUARABLE, at_most=SQUARABLE
        )
        self.names = tuple(range(size) if names is None else name_list(names, "names"))
        if len(self.names) != size:
            raise DimensionError(
                f"Argument `names` must have {size} entries, one per oscillator, but has "
                f"{len(self.names)}."
            )
        try:
            self._positions = {name: k for k, name in enumerate(self.names)}
        except TypeError as error:
            raise InvalidArgumentError(
                f"Argument `names` must hold names that can be keys of a dictionary, but one is an "
                f"{error}."
            ) from None
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
        if self.probes:
            return self.star().spectrum[0]
        chain = normal_modes.uniform_chain(self._weighted)
        if chain is not None:
            return np.sqrt(normal_modes.uniform_chain_values(len(self), *chain))
        return self._eigenmodes[0]

    @property
    def modes(self) -> np.ndarray:
        """Normal modes in columns, orthonormal in ``sqrt(m_i) x_i``, shape (N, N)."""
        return self._eigenmodes[1]

    def mode_rows(self, positions: np.ndarray) -> np.ndarray:
        """Rows of `modes`, shape (R, N); for a uniform chain without the others."""
        chain = normal_modes.uniform_chain(self._weighted)
        if chain is not None:
            return normal_modes.uniform_chain_rows(len(self), chain[1], positions)
        return self.modes[positions]

    def _modes_within(
        self, horizon: float | None, positions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Frequencies (R,) and rows (len(positions), R) of the modes that matter until a time."""
        known = "_eigenmodes" in self.__dict__
        if horizon is not None and not known and normal_modes.bandwidth(self._weighted) > 1:
            found = krylov_part(self._weighted, positions, horizon)
            if found is not None:
                return np.sqrt(found[0]), found[1]
        return self.frequencies, self.mode_rows(positions)

    @property
    def hamiltonian(self) -> np.ndarray:
        """The matrix h of ``H = r.h.r/2`` with r = (x_1, p_1, x_2, ...), shape (2N, 2N)."""
        size = len(self)
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
        for name in name_list(names, "names"):
            if not isinstance(name, Hashable) or name not in self._positions:
                few = len(self) < 20
                known = self.names if few else [f"{self.names[0]} ... {self.names[-1]}"]
                raise unknown_name("oscillator", str(name), map(str, known))
        return np.array([self._positions[name] for name in names], dtype=int)

    def _chosen(self, probes: Sequence[Any] | None) -> tuple[Any, ...]:
        """Names of different oscillators; by default the probes, or all if there are none."""
        if probes is None:
            return self.probes or self.names
        names = tuple(name_list(probes, "probes"))
        self.positions(names)
        if len(set(names)) != len(names) or not names:
            raise InvalidArgumentError(
                f"Argument `probes` must name one oscillator or several different ones, but is "
                f"{probes!r}."
            )
        return names

    def star(self, probes: Sequence[Any] | None = None, horizon: float | None = None) -> Star:
        """The probes and the normal modes of all the rest.

        Parameters
        ----------
        probes : sequence of names, optional
            Any oscillators; those attached by `with_probes` by default.
        horizon : float, optional
            The largest time that matters. Of a large sparse network without a closed form only
            the part that the probes can notice until then is kept, to rounding; all by default.

        Returns
        -------
        Star

        Raises
        ------
        UnknownNameError
            If there is no such oscillator.
        InvalidArgumentError
            If there are no probes, or one is given twice.
        """
        names = self._chosen(probes)
        if probes is None and not self.probes:
            raise InvalidArgumentError(
                "The network has no probes; name some oscillators, or attach probes with "
                "with_probes()."
            )
        if names == self.probes and (horizon is None or "_probe_star" in self.__dict__):
            return self._probe_star
        return self._star(names, horizon)

    @lazy
    def _probe_star(self) -> Star:
        return self._star(self.probes)

    def _star(self, names: tuple[Any, ...], horizon: float | None = None) -> Star:
        probes = self.positions(names)
        rest = np.setdiff1d(np.arange(len(self)), probes)
        corner, masses = self._weighted[probes][:, probes].toarray(), self.masses[probes]
        if not len(rest):
            return Star(corner, np.zeros((len(probes), 0)), np.zeros(0), masses)
        # The network that the probes were attached to may know its normal modes already.
        environment = self.environment if names == self.probes else None
        if environment is None:
            part = self.stiffness[rest][:, rest]
            environment = CoupledOscillators._trusted(part, self.masses[rest])
        border = sp.csc_array(self._weighted[probes][:, rest])
        touched = np.flatnonzero(np.diff(border.indptr))
        frequencies, rows = environment._modes_within(horizon, touched)
        return Star(corner, border[:, touched] @ rows, frequencies, masses)

    def __len__(self) -> int:
        return len(self.names)
