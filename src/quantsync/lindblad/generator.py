"""`Generator`: a batch of Lindblad generators that are affine in their coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from quantsync.checks import (
    broadcast_shape,
    coefficient_array,
    rate_array,
    require_broadcast_to,
    shown,
)
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad._terms import Terms, terms_of
from quantsync.operators import Space


class Generator:
    """A batch of Lindblad generators, as solvers know it; users build a `Lindbladian`."""

    def __init__(
        self,
        space: Space,
        hamiltonian: Iterable[tuple[Any, Any]] = (),
        dissipators: Iterable[tuple[Any, Any]] = (),
    ):
        if not isinstance(space, Space):
            raise InvalidArgumentError(
                f"Argument `space` must be a Space, but is {type(space).__name__}."
            )
        energies, operators = _separated(hamiltonian, "hamiltonian")
        rates, jumps = _separated(dissipators, "dissipators")
        self._terms = terms_of(space, operators, jumps)
        self._coefficients, self._shape = _checked_coefficients(energies, rates)

    @classmethod
    def _from_terms(
        cls, terms: Terms, coefficients: tuple[np.ndarray, ...], shape: tuple[int, ...]
    ) -> Self:
        new = cls.__new__(cls)
        new._terms, new._coefficients, new._shape = terms, coefficients, shape
        return new

    @property
    def space(self) -> Space:
        """The space the operators act on."""
        return self._terms.space

    @property
    def terms(self) -> Terms:
        """The operators and their superoperators, shared by all systems of the batch."""
        return self._terms

    @property
    def dimension(self) -> int:
        """Dimension n of the space."""
        return self.space.dimension

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape: what the coefficients broadcast to; ``()`` for a single system."""
        return self._shape

    @property
    def size(self) -> int:
        """Number of systems in the batch."""
        return math.prod(self._shape)

    def coefficient_table(self, systems: Any = None) -> np.ndarray:
        """Coefficients of some systems, one row a system and one column a term.

        Parameters
        ----------
        systems : ndarray of int, optional
            Flat indices into the batch; all of them by default.

        Returns
        -------
        ndarray of shape (len(systems), T)
            Hamiltonian coefficients first, then rates.
        """
        systems = np.arange(self.size) if systems is None else np.asarray(systems)
        index = np.unravel_index(systems, self.shape) if self.shape else ()
        table = np.empty((len(systems), self._terms.count))
        for k, values in enumerate(self._coefficients):
            table[:, k] = np.broadcast_to(values, self._shape)[index]
        return table

    def __getitem__(self, index: Any) -> Self:
        picked = tuple(np.broadcast_to(c, self._shape)[index] for c in self._coefficients)
        shape = np.broadcast_to(0, self._shape)[index].shape
        return self._from_terms(self._terms, tuple(np.asarray(c) for c in picked), shape)

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """The same systems repeated to a larger batch shape.

        Raises
        ------
        BroadcastError
            If the batch does not broadcast to that shape.
        """
        require_broadcast_to(self.shape, shape, "Systems")
        return self._from_terms(self._terms, self._coefficients, tuple(shape))

    def take(self, systems: Any) -> Self:
        """Some systems of the batch, by flat index, as a batch of shape (len(systems),)."""
        table = self.coefficient_table(systems)
        return self._from_terms(self._terms, tuple(table.T), (len(table),))

    def hamiltonian(self) -> np.ndarray:
        """The Hamiltonian of every system, shape (..., n, n)."""
        result = np.zeros((*self.shape, self.dimension, self.dimension), dtype=complex)
        for c, h in zip(self._coefficients, self._terms.hamiltonian, strict=False):
            result += np.asarray(c)[..., None, None] * h.toarray()
        return result

    def apply(self, rho: Any) -> np.ndarray:
        """Apply the generator to operators, term by term: ``-i[H, rho] + sum gamma D[L] rho``.

        Parameters
        ----------
        rho : array_like of shape (..., n, n)
            Operators; the batch shape broadcasts against `shape`.

        Returns
        -------
        ndarray of shape (..., n, n), complex
        """
        rho = np.asarray(rho)
        energy = self.hamiltonian()
        result = -1j * (energy @ rho - rho @ energy)
        rates = self._coefficients[len(self._terms.hamiltonian) :]
        for rate, jump in zip(rates, self._terms.jumps, strict=True):
            L = jump.toarray()
            decay = L.conj().T @ L
            change = L @ rho @ L.conj().T - (decay @ rho + rho @ decay) / 2
            result = result + np.asarray(rate)[..., None, None] * change
        return result

    def superoperator(self) -> sp.csr_array:
        """The complex (n^2, n^2) matrix of a single system, on row-by-row flattened operators.

        Raises
        ------
        InvalidArgumentError
            If this is a batch: pick one system first, as in ``lindbladian[0]``.
        """
        if self.shape:
            raise InvalidArgumentError(
                f"superoperator() is for a single system, but the batch has shape {self.shape}. "
                "Pick one first, as in lindbladian[0]."
            )
        n = self.dimension
        total = sp.csr_array((n * n, n * n), dtype=complex)
        for c, term in zip(self._coefficients, self._terms.superoperators, strict=True):
            total = total + float(c) * term
        return sp.csr_array(total)

    def __repr__(self) -> str:
        def counted(number: int, noun: str) -> str:
            return f"{number} {noun}{'' if number == 1 else 's'}"

        batch = (
            f"{counted(self.size, 'system')} of shape {self.shape}" if self.shape else "1 system"
        )
        return (
            f"<{type(self).__name__} of {self.space}: dimension {self.dimension}, "
            f"{counted(len(self._terms.hamiltonian), 'Hamiltonian term')}, "
            f"{counted(len(self._terms.jumps), 'dissipator')}, {batch}>"
        )


def _separated(terms: Any, name: str) -> tuple[list[Any], list[Any]]:
    """Coefficients and operators of pairs."""
    pairs = list(terms)
    for k, pair in enumerate(pairs):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InvalidArgumentError(
                f"{name}[{k}] must be a pair (coefficient, operator), but is {shown(pair)}."
            )
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _checked_coefficients(
    energies: list[Any], rates: list[Any]
) -> tuple[tuple[np.ndarray, ...], tuple[int, ...]]:
    """Coefficients as float arrays, Hamiltonian first, and the shape they broadcast to."""
    arrays = {
        f"hamiltonian[{k}]": coefficient_array(value, f"Coefficient of hamiltonian[{k}]")
        for k, value in enumerate(energies)
    } | {
        f"dissipators[{k}]": rate_array(value, f"Rate of dissipators[{k}]")
        for k, value in enumerate(rates)
    }
    shape = broadcast_shape(
        {name: array.shape for name, array in arrays.items()},
        "Give axes their own dimensions, as np.meshgrid(..., indexing='ij') does.",
        "Coefficients",
    )
    return tuple(arrays.values()), shape
