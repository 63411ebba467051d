"""Independent subsystems of a generator: groups of sites that no static term couples.

The generator is then a Kronecker sum, L = L_A (x) 1 + 1 (x) L_B + ..., and the modes of the whole
are products of those of the subsystems: of 81 elements each where the whole has 6561. Everything
is real in the products of the subsystems' Hermitian bases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from quantsync.lazy import lazy
from quantsync.lindblad.generator import Generator, channels
from quantsync.lindblad.steady import steady_state
from quantsync.memory import require_memory
from quantsync.operators import Space

NEGLIGIBLE = 1e-14  # part of an operator that acts on a site, relative to its largest entry
LARGEST_DENSE_SUBSYSTEM = 1000  # elements of a subsystem whose modes are found by dense algebra
LARGEST_CONDITION = 1e9  # of eigenvectors, beyond which modes are of no use


@dataclass(frozen=True)
class Modes:
    """Eigenmodes of a subsystem's real generator, G = right B left with B block diagonal."""

    values: np.ndarray  # a complex one is followed by its conjugate
    right: np.ndarray  # eigenvectors v in the columns, or the parts a, b of v = a + i b
    left: np.ndarray  # the inverse
    first: np.ndarray  # where pairs of complex eigenvalues begin
    condition: float  # of `right`; infinite if the modes do not span the space

    @lazy
    def conjugate(self) -> np.ndarray:
        """Index of the complex conjugate of every mode, shape (m,)."""
        partner = np.arange(len(self.values))
        partner[self.first], partner[self.first + 1] = self.first + 1, self.first
        return partner

    @lazy
    def vectors(self) -> np.ndarray:
        """Complex right eigenvectors in the columns, shape (m, m)."""
        result = self.right.astype(complex)
        a, b = self.right[:, self.first], self.right[:, self.first + 1]
        result[:, self.first], result[:, self.first + 1] = a + 1j * b, a - 1j * b
        return result

    @lazy
    def covectors(self) -> np.ndarray:
        """Complex left eigenvectors in the rows, shape (m, m); dual to `vectors`."""
        result = self.left.astype(complex)
        a, b = self.left[self.first], self.left[self.first + 1]
        result[self.first], result[self.first + 1] = (a - 1j * b) / 2, (a + 1j * b) / 2
        return result


def modes_of(generator: sp.csr_array) -> Modes:
    """Eigenmodes of a real generator, found in each of its sectors by itself."""
    size = len(generator.indptr) - 1
    values = np.zeros(size, complex)
    require_memory(8.0 * 4 * size**2, f"Eigenvectors of a generator on {size} elements")
    right, first = np.zeros((size, size)), []
    count, labels = connected_components(generator, directed=False)
    for sector in range(count):
        members = np.flatnonzero(labels == sector)
        block = generator[members][:, members].toarray()
        solved: Any = scipy.linalg.eig(block)
        own, vectors = solved
        # LAPACK returns the conjugate pairs of a real matrix next to each other, + first.
        starts = np.flatnonzero(own.imag > 0)
        real = vectors.real.copy()
        real[:, starts + 1] = vectors.imag[:, starts]
        values[members], first = own, [*first, *members[starts]]
        right[np.ix_(members, members)] = real
        if (members[starts + 1] != members[starts] + 1).any():
            # Members of a sector need not be neighbours: put them so, sector by sector.
            return _reordered(generator, np.argsort(labels, kind="stable"))
    condition = float(np.linalg.cond(right))
    usable = np.isfinite(condition) and condition < LARGEST_CONDITION
    left = np.linalg.inv(right) if usable else np.zeros_like(right)
    return Modes(values, right, left, np.array(sorted(first), int), condition)


def _reordered(generator: sp.csr_array, order: np.ndarray) -> Modes:
    found = modes_of(sp.csr_array(generator[order][:, order]))
    right, left = np.empty_like(found.right), np.empty_like(found.left)
    right[order], left[:, order] = found.right, found.left
    return Modes(found.values, right, left, found.first, found.condition)


class Subsystems:
    """The independent subsystems of a system, the product basis and the stationary state."""

    def __init__(self, system: Generator):
        self.space = system.space
        self.groups = _groups(system)
        self.members = [_restricted(system, group) for group in self.groups]
        self.sizes = tuple(member.dimension**2 for member in self.members)
        states = []
        for member in self.members:
            rho = steady_state(member, workers=1, truncation="ignore").rho
            states.append(member.terms.basis.components(rho))
        self.stationary = reduce(np.kron, states)

    @lazy
    def basis(self) -> sp.csr_array:
        """Product basis, unitary (N, N): column k is element k, flattened row by row."""
        dimensions = self.space.dimensions
        places = np.arange(self.space.dimension**2).reshape(dimensions * 2)
        count = len(dimensions)
        order = [axis for g in self.groups for axis in (*g, *(count + s for s in g))]
        full = places.transpose(order).reshape(-1)  # row of the whole for each row of the product
        product = reduce(
            lambda left, right: sp.kron(left, right, format="csr"),
            [member.terms.basis.vectors for member in self.members],
        )
        return sp.csr_array(sp.csr_array(product)[np.argsort(full)])

    @lazy
    def trace(self) -> np.ndarray:
        """Vector t of shape (N,) with t . x = Tr rho."""
        parts = [(np.arange(m.dimension**2) < m.dimension).astype(float) for m in self.members]
        return reduce(np.kron, parts)

    @lazy
    def generators(self) -> list[sp.csr_array]:
        """Real generator of every subsystem in its Hermitian basis."""
        result = []
        for member in self.members:
            total = sp.csr_array((member.dimension**2,) * 2)
            table = member.coefficient_table()[0]
            for c, term in zip(table, member.terms.real, strict=True):
                total = total + c * term
            result.append(sp.csr_array(total))
        return result

    @lazy
    def generator(self) -> sp.csr_array:
        """Real generator of the whole in the product basis, (N, N)."""
        total = sp.csr_array((1, 1))
        for own in self.generators:
            here, there = (sp.eye_array(len(m.indptr) - 1) for m in (total, own))
            total = sp.csr_array(sp.kron(total, there) + sp.kron(here, own))
        return total

    @lazy
    def modes(self) -> list[Modes] | None:
        """Modes of every subsystem; None if one is too large or its modes do not span its space."""
        if max(self.sizes) > LARGEST_DENSE_SUBSYSTEM:
            return None
        found = [modes_of(own) for own in self.generators]
        return found if all(m.condition < LARGEST_CONDITION for m in found) else None

    def superoperator(self, matrix: sp.csr_array) -> sp.csr_array:
        """A superoperator on flattened operators, (N, N), in the product basis; complex."""
        return sp.csr_array(self.basis.conj().T @ matrix @ self.basis)

    def operators(self, vectors: np.ndarray) -> np.ndarray:
        """Operators (..., n, n) from vectors (N, ...) in the product basis."""
        n = self.space.dimension
        flat = self.basis @ vectors.reshape(n * n, -1)
        return np.moveaxis(flat, 0, -1).reshape(*vectors.shape[1:], n, n)

    def __repr__(self) -> str:
        names = ", ".join("+".join(member.space.names) for member in self.members)
        return f"<Subsystems {names}: sizes {self.sizes}>"


def _groups(system: Generator) -> list[tuple[int, ...]]:
    """Positions of the sites in every subsystem."""
    dimensions = system.space.dimensions
    count = len(dimensions)
    joined = np.eye(count, dtype=bool)
    energy = system.hamiltonian()
    size = np.abs(energy).max(initial=0)
    for s, t in combinations(range(count), 2):
        # What is left of H without the parts that act on only one of the two sites.
        shared = _acting_on(_acting_on(energy, dimensions, s), dimensions, t)
        joined[s, t] = np.abs(shared).max(initial=0) > NEGLIGIBLE * size
    for _, jump in channels(system):
        matrix = jump.toarray()
        size = np.abs(matrix).max(initial=0)
        touched = [
            s
            for s in range(count)
            if np.abs(_acting_on(matrix, dimensions, s)).max(initial=0) > NEGLIGIBLE * size
        ]
        for s, t in combinations(touched, 2):
            joined[s, t] = True
    number, labels = connected_components(sp.csr_array(joined), directed=False)
    return [tuple(int(s) for s in np.flatnonzero(labels == k)) for k in range(number)]


def _acting_on(matrix: np.ndarray, dimensions: tuple[int, ...], site: int) -> np.ndarray:
    """The part of an operator that does not act as the identity on a site."""
    before = int(np.prod(dimensions[:site]))
    own, after = dimensions[site], int(np.prod(dimensions[site + 1 :]))
    parts = matrix.reshape(before, own, after, before, own, after)
    mean = np.einsum("aibcid->abcd", parts) / own
    rest = parts - np.einsum("abcd,ij->aibcjd", mean, np.eye(own))
    return rest.reshape(matrix.shape)


def _restricted(system: Generator, group: tuple[int, ...]) -> Generator:
    """The generator of one subsystem; the identity on the others is divided out."""
    whole = system.space
    names = [whole.names[s] for s in group]
    space = Space(**{name: whole.sites[name] for name in names})
    energy = _mean_over_rest(system.hamiltonian(), whole.dimensions, group)
    energy = (energy + energy.conj().T) / 2
    dissipators = []
    for rate, jump in channels(system):
        local = _mean_over_rest(jump.toarray(), whole.dimensions, group)
        traceless = local - np.trace(local) / len(local) * np.eye(len(local))
        if np.abs(traceless).max() > NEGLIGIBLE * abs(jump).max():
            dissipators.append((rate, local))
    return type(system)(space, [(1.0, energy)], dissipators)


def _mean_over_rest(
    matrix: np.ndarray, dimensions: tuple[int, ...], group: tuple[int, ...]
) -> np.ndarray:
    count = len(dimensions)
    rest = [s for s in range(count) if s not in group]
    parts = matrix.reshape(dimensions * 2)
    order = [*group, *rest, *(count + s for s in group), *(count + s for s in rest)]
    own = int(np.prod([dimensions[s] for s in group]))
    others = int(np.prod([dimensions[s] for s in rest]))
    return np.einsum("aibi->ab", parts.transpose(order).reshape(own, others, own, others)) / others
