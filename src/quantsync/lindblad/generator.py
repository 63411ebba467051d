"""`Generator`: a batch of Lindblad generators that are affine in their coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from quantsync import html
from quantsync.checks import (
    SQUARABLE,
    broadcast_shape,
    coefficient_array,
    label,
    named_arguments,
    rate_array,
    require_broadcast_to,
    whole_array,
)
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.lindblad._rate_matrices import (
    channel_rates,
    channels_of,
    combined,
    operator_list,
    rate_matrix,
)
from quantsync.lindblad._terms import Terms, separated_pairs, terms_of
from quantsync.memory import require_memory
from quantsync.operators import Space, as_operator, require_space
from quantsync.qobj import is_qobj
from quantsync.states import square_matrices

MATRICES = 5  # of every system, while a generator is applied


class Generator:
    """A batch of Lindblad generators, as solvers know it; users build a `Lindbladian`."""

    @named_arguments
    def __init__(self, space: Space, hamiltonian: Any = (), dissipators: Any = ()):
        require_space(space)
        energies, operators = separated_pairs(hamiltonian, "hamiltonian", "coefficient")
        rates, jumps = separated_pairs(dissipators, "dissipators", "rate")
        arrays = {
            f"hamiltonian[{k}]": coefficient_array(value, f"Coefficient of hamiltonian[{k}]")
            for k, value in enumerate(energies)
        }
        baths = _Baths(space, rates, jumps)
        arrays |= baths.rates
        self._terms = terms_of(
            space, operators, baths.jumps, tuple(baths.crosses), list(baths.rates)
        )
        self._coefficients = (*arrays.values(), *baths.crosses.values())
        self._require_finite_terms(tuple(arrays))
        self._shape = broadcast_shape(
            {name: array.shape for name, array in arrays.items()},
            "Give axes their own dimensions, as np.meshgrid(..., indexing='ij') does.",
            "Coefficients",
        )

    def _require_finite_terms(self, names: tuple[str, ...]) -> None:
        """Raise `InvalidArgumentError` if sums of a few terms might overflow."""
        # Of a positive rate matrix nothing is larger than what is on its diagonal.
        operators = [*self._terms.hamiltonian, *self._terms.jumps]
        for k, (values, operator) in enumerate(zip(self._coefficients, operators, strict=False)):
            with np.errstate(over="ignore"):
                size = float(np.abs(operator.data).max(initial=0))
            power = 1 if k < len(self._terms.hamiltonian) else 2
            most = SQUARABLE**2 / max(size, 1 / SQUARABLE) ** power
            largest = np.ravel(values)[np.abs(values).argmax()] if np.size(values) else 0.0
            if abs(largest) > most:
                raise InvalidArgumentError(
                    f"{'Coefficient' if power == 1 else 'Rate'} of {names[k]} must be {most:.3g} "
                    f"at most beside entries of {size:.3g}, but is {largest:.3g}. Choose another "
                    "unit of time."
                )

    def _with(self, coefficients: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> Self:
        """The same operators under other coefficients."""
        new = type(self).__new__(type(self))
        new._terms, new._coefficients, new._shape = self._terms, coefficients, shape
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
        """Coefficients of some systems, one row per system and one column per term.

        Parameters
        ----------
        systems : ndarray of int, optional
            Flat indices into the batch; all of them by default.

        Returns
        -------
        ndarray of shape (len(systems), T)
            Hamiltonian coefficients first, then rates, then for each pair of jump operators that
            a rate matrix couples the real or the imaginary part of its entry.
        """
        count = self.size if systems is None else np.size(systems)
        need = 8.0 * count * (self._terms.count + 1 + len(self.shape))
        require_memory(need, f"Coefficients of {count} systems", "take the batch in parts")
        systems = np.arange(self.size) if systems is None else np.asarray(systems)
        index = np.unravel_index(systems, self.shape) if self.shape else ()
        table = np.empty((len(systems), self._terms.count))
        for k, values in enumerate(self._coefficients):
            table[:, k] = np.broadcast_to(values, self._shape)[index]
        return table

    def __getitem__(self, index: Any) -> Self:
        picked = tuple(
            np.asarray(np.broadcast_to(c, self._shape)[index]) for c in self._coefficients
        )
        return self._with(picked, np.broadcast_to(0, self._shape)[index].shape)

    def __iter__(self) -> Iterator[Self]:
        if not self.shape:
            raise TypeError("This is a single system, and no batch that could be iterated over.")
        return (self[k] for k in range(self.shape[0]))

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """The same systems repeated to a larger batch shape; `BroadcastError` if none fits."""
        require_broadcast_to(self.shape, shape, "Systems")
        return self._with(self._coefficients, tuple(shape))

    def take(self, systems: Any) -> Self:
        """Some systems of the batch, by flat index, as a batch of shape (len(systems),)."""
        chosen = whole_array(systems, "systems", at_least=0, at_most=self.size - 1)
        if chosen.ndim != 1:
            raise DimensionError(
                f"Argument `systems` must be one-dimensional, but has shape {chosen.shape}."
            )
        table = self.coefficient_table(chosen)
        return self._with(tuple(table.T), (len(table),))

    def hamiltonian(self) -> np.ndarray:
        """The Hamiltonian of every system, shape (..., n, n)."""
        self.require_memory(48.0 * self.dimension**2, "Hamiltonians")
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
        rho = square_matrices(rho, self.space)
        shape = broadcast_shape({"system": self.shape, "rho": rho.shape[:-2]})
        each = 16.0 * MATRICES * self.dimension**2
        self.broadcast_to(shape).require_memory(each, "Generators applied to matrices")
        energy = self.hamiltonian()
        result = -1j * (energy @ rho - rho @ energy)
        rates = self._coefficients[len(self._terms.hamiltonian) :]
        for rate, (first, second) in zip(rates, self._terms.pairs, strict=True):
            A, B = first.toarray(), second.toarray()
            decay, change = B.conj().T @ A, A @ rho @ B.conj().T
            if first is not second:
                decay = (decay + decay.conj().T) / 2
                change = (change + B @ rho @ A.conj().T) / 2
            change = change - (decay @ rho + rho @ decay) / 2
            result = result + np.asarray(rate)[..., None, None] * change
        return result

    def superoperator(self) -> sp.csr_array:
        """The complex (n^2, n^2) matrix of a single system, on row-by-row flattened operators.

        Raises
        ------
        InvalidArgumentError
            If this is a batch: pick one system first, as in ``system[0]``.
        """
        (coefficients,) = single_system(self, "The system of superoperator()").coefficient_table()
        n = self.dimension
        total = sp.csr_array((n * n, n * n), dtype=complex)
        for c, term in zip(coefficients, self._terms.superoperators, strict=True):
            total = total + c * term
        return sp.csr_array(total)

    def require_memory(self, each: float, what: str) -> None:
        """Raise `OutOfMemoryError` unless there are so many bytes for each system."""
        many = f"{self.size} systems" if self.size > 1 else "one system"
        hint = f"take {'the batch in parts, or ' if self.size > 1 else ''}fewer or smaller sites"
        require_memory(self.size * each, f"{what} of {many} of dimension {self.dimension}", hint)

    def _repr_html_(self) -> str:
        energies = self._coefficients[: len(self._terms.hamiltonian)]
        rates = self._coefficients[len(energies) : len(energies) + len(self._terms.jumps)]
        coupled = self._coupled()
        rows = {
            "systems": html.batch(self.shape, "system"),
            "space": self.space,
            "dimension": self.dimension,
            **html.numbered(
                "hamiltonian", (f"coefficient {html.extent(c)}" for c in energies), len(energies)
            ),
            **html.numbered("dissipators", (f"rate {html.extent(c)}" for c in rates), len(rates)),
            "rate matrices": f"couple {html.count(coupled, 'dissipator')}" if coupled else "",
        }
        return html.table(type(self).__name__, rows)

    def _coupled(self) -> int:
        """How many jump operators rate matrices couple to others."""
        return len({k for i, j, _ in self._terms.crosses for k in (i, j)})

    def __repr__(self) -> str:
        def counted(number: int, noun: str) -> str:
            return f"{number} {noun}{'' if number == 1 else 's'}"

        coupled = self._coupled()
        batch = (
            f"{counted(self.size, 'system')} of shape {self.shape}" if self.shape else "1 system"
        )
        return (
            f"<{type(self).__name__} of {self.space}: dimension {self.dimension}, "
            f"{counted(len(self._terms.hamiltonian), 'Hamiltonian term')}, "
            f"{counted(len(self._terms.jumps), 'dissipator')}"
            f"{f' ({coupled} coupled by rate matrices)' if coupled else ''}, {batch}>"
        )


class _Baths:
    """Jump operators one by one, what multiplies each, and the entries that couple two of them."""

    def __init__(self, space: Space, rates: list[Any], jumps: list[Any]):
        self.space = space
        self.jumps: list[Any] = []
        self.rates: dict[str, np.ndarray] = {}
        self.crosses: dict[tuple[int, int, bool], np.ndarray] = {}
        for k, (value, operator) in enumerate(zip(rates, jumps, strict=True)):
            several = operator_list(operator)
            if several is None:
                self.rates[f"dissipators[{k}]"] = rate_array(value, f"Rate of dissipators[{k}]")
                self.jumps.append(operator)
            else:
                gamma = rate_matrix(value, len(several), f"Rate matrix of dissipators[{k}]")
                self._add(gamma, several, k)

    def _add(self, gamma: np.ndarray, operators: list[Any], k: int) -> None:
        first, count = len(self.jumps), len(operators)
        found = channel_rates(gamma) if gamma.ndim == 2 else []
        if gamma.ndim == 2 and len(found) < count:  # what is dark is so beyond rounding
            known = [
                as_operator(operator, self.space, f"Operator of dissipators[{k}][{i}]")
                for i, operator in enumerate(operators)
            ]
            for m, (rate, weights) in enumerate(found):
                self.rates[f"dissipators[{k}][{m}]"] = np.array(rate)
                self.jumps.append(combined(weights, known))
            return
        for i in range(count):
            self.rates[f"dissipators[{k}][{i}]"] = np.real(gamma[..., i, i])
        for i, j in combinations(range(count), 2):
            entry = gamma[..., i, j]
            for imaginary, part in enumerate((np.real(entry), np.imag(entry))):
                if part.any():
                    self.crosses[first + i, first + j, bool(imaginary)] = part
        self.jumps += operators


def channels(system: Generator) -> list[tuple[float, sp.csr_array]]:
    """Rates > 0 and jump operators of a single system; of a rate matrix K_m = sum_i v_im L_i."""
    (row,) = single_system(system).coefficient_table()
    return channels_of(system.terms, row)


def by_channels(system: Generator, k: int) -> Generator:
    """One system of a batch, its rate matrices as the jump operators K_m that they stand for."""
    alone = system.take([k])[0]
    if not alone.terms.crosses:
        return alone
    energies = alone.coefficient_table()[0][: len(alone.terms.hamiltonian)]
    hamiltonian = list(zip(energies, alone.terms.hamiltonian, strict=True))
    return Generator(alone.space, hamiltonian, channels(alone))


def generator_of(system: Any, name: str = "system") -> Generator:
    """A batch of systems, and nothing else."""
    if not isinstance(system, Generator):
        hint = "; give the system whose state it is" if hasattr(system, "rho") else ""
        hint = "; from_qutip(H, c_ops) makes one" if is_qobj(system) else hint
        raise InvalidArgumentError(
            f"{label(name)} must be a Lindbladian, but is {type(system).__name__}{hint}."
        )
    return system


def single_system(system: Any, name: str = "system") -> Generator:
    """A single system, and no batch."""
    if generator_of(system, name).shape:
        raise InvalidArgumentError(
            f"{label(name)} must be a single system, but is a batch of shape {system.shape}; "
            "pick one, as in system[0]."
        )
    return system
