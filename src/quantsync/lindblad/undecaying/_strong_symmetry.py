"""Invariant blocks of a generator in a basis that its strong symmetries and dark states single out.

A strong symmetry is an operator that commutes with the Hamiltonian, every jump operator and their
adjoints (Buca and Prosen, New J. Phys. 14, 073007 (2012)). Its eigenspaces H_alpha divide the
operators into blocks |H_alpha><H_beta| that evolve by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.errors import ConvergenceError, InvalidArgumentError
from quantsync.lindblad._hermitian_basis import hermitian_basis
from quantsync.lindblad._sectors import connected_groups
from quantsync.lindblad.generator import Generator
from quantsync.lindblad.undecaying._dark_states import checked_dark_states, dark_projectors
from quantsync.lindblad.undecaying._effective_hamiltonian import (
    EffectiveHamiltonian,
    frobenius_norm,
)
from quantsync.memory import require_memory
from quantsync.operators import Space, as_operator
from quantsync.qobj import is_qobj

COMMUTES = 1e-10  # allowed ||[S, A]|| relative to ||S|| ||A||
SAME_LABEL = 1e-8  # eigenvalues of a symmetry closer than this part of its norm are one sector
# Rotated entries below this part of the largest are the rounding of exact zeros; kept, they
# would join blocks that are separate.
ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Block:
    """One invariant block of a generator; the operator X of it stands for ``left X right^dag``."""

    matrix: sp.csr_array  # (m, m), in an orthonormal basis; real where that is Hermitian
    vectors: Any  # the basis in the columns: operators (d, d') flattened row by row
    left: Any = None  # (n, d); None if d = d' = n
    right: Any = None  # (n, d')
    mirrored: bool = False  # whether it stands for the block of the adjoint operators too

    @property
    def dimension(self) -> int:
        """Number m of basis operators."""
        return self.vectors.shape[1]

    def operators(self, components: np.ndarray) -> np.ndarray:
        """Operators, shape (k, n, n), from their components, shape (m, k)."""
        n = round(np.sqrt(self.vectors.shape[0])) if self.left is None else self.left.shape[0]
        count = components.shape[1]
        require_memory(16.0 * 2 * (count + 2) * n**2, f"{count} modes of {n} levels")
        flat = np.asarray(self.vectors @ components).T
        if self.left is None:
            return flat.reshape(-1, n, n)
        shape = (-1, self.left.shape[1], self.right.shape[1])
        left, right = self.left.toarray(), self.right.toarray()
        return left @ flat.reshape(shape) @ right.conj().T


def strong_symmetry_blocks(
    system: Generator, strong_symmetry: Any = None, dark_states: Any = None
) -> tuple[list[Block], int, int]:
    """Invariant blocks by strong symmetries and dark states, and how many there are at least."""
    # Inside each block |H_alpha><H_beta| of the strong symmetry, the connected components of the
    # sparsity graph are the blocks; dark states become basis vectors. A block and its adjoint
    # appear once. The numbers are those of the sectors H_alpha and of the stationary states: one in
    # each sector, or one for every dark state of the sector if these are more.
    form = EffectiveHamiltonian.of(system)
    n = system.dimension
    family = _hermitian_parts(_checked_symmetries(strong_symmetry, form, system.space))
    basis = adapted_basis(family, n)
    sectors = _sectors(family, basis)
    stationary = len(sectors)
    dark = dark_projectors(checked_dark_states(dark_states, form, n), basis, sectors)
    if dark:
        # The projectors commute with the symmetries, so they refine the basis, not the sectors.
        basis = adapted_basis([*family, *dark], n)
        sectors = _sectors(family, basis)
        total = sp.csr_array(sum(dark[1:], dark[0]))
        weights = _expectation(total, basis)
        stationary = sum(max(1, round(float(weights[s].sum()))) for s in sectors)
    blocks = []
    for first, alpha in enumerate(sectors):
        for beta in sectors[first:]:
            blocks += _blocks(form, basis[:, alpha], basis[:, beta], alpha is beta)
    return blocks, len(sectors), stationary


def _checked_symmetries(
    given: Any, form: EffectiveHamiltonian, space: Space
) -> Sequence[sp.csr_array]:
    if given is None:
        return []
    several = isinstance(given, list | tuple) and all(
        sp.issparse(g) or is_qobj(g) or np.ndim(g) == 2 for g in given
    )
    several = several or (isinstance(given, np.ndarray) and given.ndim == 3)
    names = [f"strong_symmetry[{k}]" for k in range(len(given))] if several else ["strong_symmetry"]
    symmetries = [
        as_operator(g, space, f"Argument `{name}`")
        for g, name in zip(given if several else [given], names, strict=True)
    ]
    for k, (symmetry, name) in enumerate(zip(symmetries, names, strict=True)):
        others = [("the Hamiltonian", form.hamiltonian)]
        for jump, jump_name in zip(form.jumps, form.names, strict=True):
            others.append((f"the jump operator (rate included) of {jump_name}", jump))
            others.append((f"the adjoint of {jump_name}", sp.csr_array(jump.conj().T)))
        found = [(*_commutator(symmetry, other), text) for text, other in others]
        size, relative, text = max(found, key=lambda entry: entry[1])
        if relative > COMMUTES:
            raise InvalidArgumentError(
                f"Argument `{name}` is not a strong symmetry: its commutator with {text} has norm "
                f"{size:.3g} ({relative:.2g} of the product of their norms), the largest of all. "
                "A strong symmetry commutes with the Hamiltonian, every jump operator and their "
                "adjoints; restrict it to the sector where it does, or leave it out."
            )
        size, relative = _commutator(symmetry, sp.csr_array(symmetry.conj().T))
        if relative > COMMUTES:
            raise InvalidArgumentError(
                f"Argument `{name}` must be normal, but its commutator with its adjoint has norm "
                f"{size:.3g}. Pass a Hermitian or unitary operator, such as S + S^dag."
            )
        for other, other_name in zip(symmetries[:k], names, strict=False):
            size, relative = _commutator(symmetry, other)
            if relative > COMMUTES:
                raise InvalidArgumentError(
                    f"Arguments `{other_name}` and `{name}` must commute, but their commutator has "
                    f"norm {size:.3g}. Pass only one of them, or a commuting set."
                )
    return symmetries


def _commutator(first: sp.csr_array, second: sp.csr_array) -> tuple[float, float]:
    """Frobenius norm of the commutator, absolute and relative to the operators' norms."""
    size = float(frobenius_norm(sp.csr_array(first @ second - second @ first)))
    scale = frobenius_norm(first) * frobenius_norm(second)
    return size, size / scale if scale > 0 else 0.0


def _hermitian_parts(symmetries: Sequence[sp.csr_array]) -> list[sp.csr_array]:
    """Hermitian operators with the same joint eigenspaces as commuting normal ones."""
    parts = []
    for symmetry in symmetries:
        adjoint = symmetry.conj().T
        pieces = (symmetry + adjoint) / 2, (symmetry - adjoint) / 2j
        least = COMMUTES * frobenius_norm(symmetry)
        parts += [sp.csr_array(part) for part in pieces if frobenius_norm(part) > least]
    return parts


def adapted_basis(family: Sequence[sp.csr_array], n: int) -> sp.csc_array:
    """Common orthonormal eigenvectors (n, n) of commuting Hermitian operators, sparse."""
    # Each is supported on one connected component of the operators' common sparsity graph, so that
    # a diagonal symmetry leaves the basis as it is.
    pattern = sp.csr_array((n, n))
    for operator in family:
        size = abs(operator).copy()
        size.data[size.data <= ROUNDING * size.data.max(initial=0)] = 0
        size.eliminate_zeros()
        pattern = pattern + size
    result = sp.lil_array((n, n), dtype=complex)
    for members in connected_groups(pattern):
        if len(members) == 1:
            result[members[0], members[0]] = 1
            continue
        need = 16.0 * 4 * len(family) * len(members) ** 2
        require_memory(need, f"Common eigenvectors of operators on {len(members)} levels")
        local = np.array([operator[members][:, members].toarray() for operator in family])
        result[np.ix_(members, members)] = _common_eigenvectors(local)
    return sp.csc_array(result)


def _common_eigenvectors(operators: np.ndarray) -> np.ndarray:
    """Unitary (c, c) that diagonalises commuting Hermitian operators, shape (k, c, c)."""
    sizes = np.linalg.norm(operators, axis=(1, 2))
    scaled = operators / np.where(sizes > 0, sizes, 1)[:, None, None]
    rng = np.random.default_rng(0)  # any mixture without accidental degeneracy will do
    for _ in range(5):
        _, vectors = np.linalg.eigh(np.tensordot(rng.uniform(0.5, 1.5, len(scaled)), scaled, 1))
        turned = vectors.conj().T @ scaled @ vectors
        diagonal = np.einsum("kii->ki", turned)[:, :, None] * np.eye(turned.shape[-1])
        if np.abs(turned - diagonal).max() < SAME_LABEL:
            vectors[np.abs(vectors) < ROUNDING] = 0
            return vectors
    raise ConvergenceError(
        "No common eigenvectors of the strong symmetries and dark states were found to "
        f"{SAME_LABEL:g}; pass operators that commute to rounding."
    )


def _expectation(operator: sp.csr_array, basis: sp.csc_array) -> np.ndarray:
    turned: Any = basis.conj().multiply(operator @ basis)
    return np.real(np.asarray(turned.sum(axis=0))).ravel()


def _sectors(family: Sequence[sp.csr_array], basis: sp.csc_array) -> list[np.ndarray]:
    """Basis vectors with equal eigenvalues of the whole family, one entry for each sector."""
    n = len(basis.indptr) - 1
    if not family:
        return [np.arange(n)]
    labels = []
    for operator in family:
        values = _expectation(operator, basis)
        order = np.argsort(values, kind="stable")
        steps = np.diff(values[order], prepend=values[order[:1]])
        label = np.empty(n, int)
        label[order] = np.cumsum(steps > SAME_LABEL * np.abs(values).max())
        labels.append(label)
    _, sector = np.unique(np.array(labels), axis=1, return_inverse=True)
    return [np.flatnonzero(sector == k) for k in range(sector.max() + 1)]


def _blocks(form: EffectiveHamiltonian, left: Any, right: Any, same: bool) -> list[Block]:
    """The blocks of the operators ``left X right^dag``."""
    rows, columns = left.shape[1], right.shape[1]

    def within(operator: sp.csr_array, vectors: Any) -> sp.csr_array:
        return sp.csr_array(vectors.conj().T @ operator @ vectors)

    generator = sp.kron(within(form.drift, left), sp.eye_array(columns)) + sp.kron(
        sp.eye_array(rows), within(form.drift, right).conj()
    )
    for jump in form.jumps:
        generator = generator + sp.kron(within(jump, left), within(jump, right).conj())
    generator = _pruned(generator)
    identity = sp.csc_array(sp.eye_array(rows * columns))
    transposed = np.arange(rows * columns).reshape(rows, columns).T.ravel() if same else None
    hermitian = hermitian_basis(rows).vectors if same else None
    blocks = []
    for members in connected_groups(abs(generator)):
        partner = None if transposed is None else np.sort(transposed[members])
        if partner is None or hermitian is None:
            mirrored, vectors = True, identity[:, members]
        elif np.array_equal(partner, members):
            # Closed under the adjoint: real in a Hermitian basis, a quarter of the work.
            inside = np.isin(hermitian.indices[hermitian.indptr[:-1]], members)
            vectors = hermitian[:, np.flatnonzero(inside)]
            turned = sp.csr_array(vectors.conj().T @ generator @ vectors)
            parts = (np.real(turned.data), turned.indices, turned.indptr)
            real = _pruned(sp.csr_array(parts, shape=turned.shape))
            for part in connected_groups(abs(real)):
                matrix = sp.csr_array(real[part][:, part])
                blocks.append(Block(matrix, vectors[:, part], left, right))
            continue
        elif partner[0] < members[0]:
            continue  # the adjoint of a block that is already there
        else:
            mirrored, vectors = True, identity[:, members]
        matrix = sp.csr_array(generator[members][:, members])
        blocks.append(Block(matrix, vectors, left, right, mirrored))
    return blocks


def _pruned(matrix: Any) -> sp.csr_array:
    result = sp.csr_array(matrix)
    result.sum_duplicates()
    result.data[np.abs(result.data) <= ROUNDING * np.abs(result.data).max(initial=0)] = 0
    result.eliminate_zeros()
    return result
