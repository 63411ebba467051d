"""When is the steady state unique? A proof from the jump operators alone.

Facts used (Frigerio 1978; Baumgartner and Narnhofer, Rev. Math. Phys. 24, 1250001 (2012)):
the support of an extremal stationary state is invariant under every jump operator, and two
different extremal stationary states have two supports whose intersection is zero. If all
nonzero subspaces invariant under the jump operators share a vector, whatever the Hamiltonian
and the (positive) rates, the steady state is therefore unique. That is the case exactly when
the jump operators' algebra has a simple socle, which is linear algebra on small matrices.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from quantsync.lindblad._terms import Terms
from quantsync.parallel import one_blas_thread

# Largest space on which the algebra itself is computed (its basis has up to d^2 elements).
LARGEST_ALGEBRA = 10
# Numbers of unit scale between the two decide nothing, and there is no proof.
ROUNDING, NONZERO = 1e-13, 1e-6


def jumps_force_uniqueness(terms: Terms, active: np.ndarray) -> bool:
    """Whether the active jump operators alone prove that the steady state is unique."""
    # Sufficient, not necessary, and independent of the Hamiltonian and of the rates: either each
    # site's own jump operators have a simple socle, or those of the whole space do.
    return terms.derive(("unique", active.tobytes()), lambda: _proven(terms, active))


def _proven(terms: Terms, active: np.ndarray) -> bool:
    used = active[len(terms.hamiltonian) :]
    jumps = [jump for jump, on in zip(terms.jumps, used, strict=True) if on]
    return _every_site_relaxes(terms, jumps) or (
        terms.space.dimension <= LARGEST_ALGEBRA
        and has_simple_socle([jump.toarray() for jump in jumps], terms.space.dimension)
    )


def _every_site_relaxes(terms: Terms, jumps: list[sp.csr_array]) -> bool:
    for name, site in terms.space.sites.items():
        if site.dimension > LARGEST_ALGEBRA:
            return False
        local = [matrix for jump in jumps if (matrix := _local_part(terms, jump, name)) is not None]
        if not has_simple_socle(local, site.dimension):
            return False
    return True


def _local_part(terms: Terms, jump: sp.csr_array, name: str) -> np.ndarray | None:
    """The matrix l if the jump operator is l on this site and the identity elsewhere."""
    space = terms.space
    position = space.names.index(name)
    before = math.prod(space.dimensions[:position])
    size = space.dimensions[position]
    after = math.prod(space.dimensions[position + 1 :])
    # Rows and columns of the block with every other site in its first state.
    block = np.arange(size) * after
    matrix = jump[block][:, block].toarray()
    difference = jump - space.embed(name, matrix)
    scale = abs(jump).max() if jump.nnz else 0.0
    exact = difference.nnz == 0 or abs(difference).max() <= 1e-13 * scale
    return matrix if exact and before * after >= 1 and scale > 0 else None


def has_simple_socle(operators: list[np.ndarray], dimension: int) -> bool:
    """Whether all nonzero subspaces invariant under the operators share a nonzero vector."""
    # The unital algebra of the operators is spanned by words; its radical consists of the x with
    # tr(x y) = 0 for every y in it (Dickson), and has to be visibly nilpotent; the socle is what
    # the radical annihilates, and it is simple when the algebra acts on it irreducibly (Burnside).
    # Doubtful ranks count as "no".
    with one_blas_thread():
        words = _algebra(operators, dimension)
    if words is None:
        return False
    if len(words) == dimension**2:
        return True  # all matrices: irreducible (Burnside)
    gram = np.einsum("aij,bji->ab", words, words)
    _, values, rows = np.linalg.svd(gram)
    null = _null_count(values)
    if null is None:
        return False
    radical = np.einsum("ra,aij->rij", rows[len(rows) - null :].conj(), words)
    socle = np.eye(dimension, dtype=complex)
    if not _visibly_nilpotent(radical):
        return False
    if null:
        _, values, rows = np.linalg.svd(radical.reshape(-1, dimension))
        annihilated = _null_count(values)
        if not annihilated:
            return False
        socle = rows[dimension - annihilated :].conj().T
    k = socle.shape[1]
    acting = (socle.conj().T @ words @ socle).reshape(len(words), -1)
    values = np.linalg.svd(acting, compute_uv=False)
    return int((values > NONZERO * values[0]).sum()) == k * k


def _visibly_nilpotent(matrices: np.ndarray) -> bool:
    """Whether the matrices (r, d, d) are strictly triangular in some order of the basis."""
    # Rounding moves the eigenvalues of a nilpotent d x d matrix by up to eps^(1/d), so nilpotency
    # can be seen from the position of zeros only. Dark states that live on that difference exist.
    filled = np.abs(matrices).max(axis=0, initial=0) > 10 * ROUNDING
    count, _ = connected_components(filled, directed=True, connection="strong")
    return int(count) == matrices.shape[-1] and not bool(np.any(np.diagonal(filled)))


def _null_count(values: np.ndarray) -> int | None:
    scale = values[0] if len(values) and values[0] > 0 else 1.0
    doubtful = (values > ROUNDING * scale) & (values < NONZERO * scale)
    return None if doubtful.any() else int((values <= ROUNDING * scale).sum())


def _algebra(operators: list[np.ndarray], dimension: int) -> np.ndarray | None:
    """Orthonormal basis (r, d, d) of the unital algebra that the operators generate, or None."""
    # None if a word is neither clearly new nor zero to rounding: taking it for zero could make a
    # nearly nilpotent operator nilpotent, and prove what is not so.
    generators = [op / np.linalg.norm(op) for op in operators if np.linalg.norm(op) > 0]
    basis: list[np.ndarray] = [np.eye(dimension, dtype=complex) / math.sqrt(dimension)]
    for word in basis:  # grows while it is walked through
        for generator in generators:
            product = (generator @ word).ravel()
            span = np.array(basis).reshape(len(basis), -1)
            for _ in range(2):  # once more against the rounding of the first pass
                product = product - span.T @ (span.conj() @ product)
            rest = np.linalg.norm(product)
            if rest > NONZERO:
                basis.append((product / rest).reshape(dimension, dimension))
                if len(basis) == dimension**2:
                    return np.array(basis)
            elif rest > ROUNDING:
                return None
    return np.array(basis)
