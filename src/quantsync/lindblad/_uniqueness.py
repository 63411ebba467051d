"""When is the steady state unique, whatever the Hamiltonian? Proofs from the jump operators.

Facts used (Frigerio 1978; Baumgartner and Narnhofer, Rev. Math. Phys. 24, 1250001 (2012)):
the support of an extremal stationary state is invariant under every jump operator, and two
different extremal stationary states have two supports whose intersection is zero. If all
nonzero subspaces invariant under some of the jump operators share a vector, the steady state is
therefore unique, for any Hamiltonian, positive rates and further jump operators. Three ways to
see that they do:

*Ladders.* Let the operators L_k shift the sites' indices n by fixed amounts, as a, S+ and a^dag b
do: each takes a basis state to a multiple of another. Let one state be reachable from all, and C
be the states reachable from it. An invariant subspace that basis states span contains C. (i) The
span of C is minimal: of an invariant subspace V of it, the leading components (of the highest n
in lexicographic order) are dim V basis states, and closed under the L_k, so they are C, and V is
all. (ii) Nothing else is minimal: D = exp(i theta n) changes each L_k by a phase, so it maps the
sum S of all minimal invariant subspaces to itself, and basis states span S. Minimal subspaces
have complements in S: a projection of S onto the span of C commutes with the L_k. So does its
average over theta, which commutes with D as well. Basis states span its kernel, which is
invariant but does not contain C, and is therefore zero.

*Lowering.* Let the operators be strictly lowering in one order of the basis: long words of them
vanish. Take any vector of an invariant subspace and a longest word that does not annihilate it:
all the operators annihilate the result. If they annihilate one vector only, each subspace has it.

*Algebra.* All nonzero invariant subspaces share a vector exactly when the algebra of the
operators has a simple socle, which is linear algebra on small matrices.

The socle of a product of sites is the product of their socles: sites may be looked at one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from quantsync.lindblad._sectors import connected_groups
from quantsync.lindblad._terms import Terms
from quantsync.operators import Space
from quantsync.parallel import one_blas_thread

# Largest space on which the algebra itself is computed (its basis has up to d^2 elements).
LARGEST_ALGEBRA = 10
# Most basis states that operators may mix where their common kernel is counted.
LARGEST_MIXED = 500
# Numbers of unit scale between the two decide nothing, and there is no proof.
ROUNDING, NONZERO = 1e-13, 1e-6


def jumps_force_uniqueness(terms: Terms, active: np.ndarray) -> bool:
    """Whether the active jump operators alone prove that the steady state is unique."""
    # Sufficient, not necessary, and independent of the Hamiltonian and of the rates.
    # Rate matrices must be of full rank: then the channels span the jump operators, and a subspace
    # is invariant under all of the ones if under all of the others.
    used = np.asarray(active[len(terms.hamiltonian) :][: len(terms.jumps)])
    jumps = [jump for jump, on in zip(terms.jumps, used, strict=True) if on]
    return terms.derive(("unique", used.tobytes()), lambda: _proven(terms.space, jumps))


def _proven(space: Space, jumps: list[sp.csr_array]) -> bool:
    dimensions = space.dimensions
    if ladders_meet(jumps, dimensions):
        return True
    local = (
        [part for jump in jumps if (part := _local_part(space, jump, name)) is not None]
        for name in space.names
    )
    return all(map(_relaxes, local, dimensions)) or _relaxes(jumps, space.dimension)


def _relaxes(operators: list[sp.csr_array], dimension: int) -> bool:
    """Whether one of the proofs holds for operators on one site, or on a space taken for one."""
    return (
        ladders_meet(operators, (dimension,))
        or lowered_to_one_vector(operators, dimension)
        or (
            dimension <= LARGEST_ALGEBRA
            and has_simple_socle([operator.toarray() for operator in operators], dimension)
        )
    )


def _local_part(space: Space, jump: sp.csr_array, name: str) -> sp.csr_array | None:
    """The matrix l if the jump operator is l on this site and the identity elsewhere."""
    position = space.names.index(name)
    size = space.dimensions[position]
    after = math.prod(space.dimensions[position + 1 :])
    # Rows and columns of the block with every other site in its first state.
    block = np.arange(size) * after
    matrix = sp.csr_array(jump[block][:, block])
    if jump.nnz == 0 or jump.nnz != matrix.nnz * (space.dimension // size):
        return None
    return matrix if (jump - space.embed(name, matrix)).nnz == 0 else None


def ladders_meet(operators: Sequence[sp.csr_array], dimensions: Sequence[int]) -> bool:
    """Whether those that shift all indices by fixed amounts lead from all states to a common one.

    The first of the proofs.
    """
    n = math.prod(dimensions)
    steps = sp.csr_array((n, n), dtype=bool)
    for operator in operators:
        to, start = operator.nonzero()
        if len(to) == 0:
            continue
        shifts = np.subtract(*(np.unravel_index(states, dimensions) for states in (to, start)))
        if (shifts == shifts[:, :1]).all():
            # Reachable is what is clearly so: an entry may be the rounding of a zero.
            steps = steps + (abs(operator) > NONZERO * abs(operator).max())
    # Entry (i, j) leads from j to i; every last component holds a closed set of states.
    count, component = connected_components(steps.T, directed=True, connection="strong")
    to, start = steps.nonzero()
    left = component[start][component[to] != component[start]]
    return count - len(np.unique(left)) == 1


def lowered_to_one_vector(operators: Sequence[sp.csr_array], dimension: int) -> bool:
    """Whether some are strictly lowering in one order of the basis, with one vector in the end.

    The second of the proofs.
    """
    lowering = [operator for operator in operators if operator.nnz and _has_no_cycle(operator)]
    patterns = [operator != 0 for operator in lowering]
    tried = set()
    for first in range(len(lowering)):
        family, union = {first}, patterns[first]
        for k, pattern in enumerate(patterns):
            if k not in family and _has_no_cycle(union + pattern):
                family.add(k)
                union = union + pattern
        if frozenset(family) not in tried:
            tried.add(frozenset(family))
            if _annihilate_one_vector([lowering[k] for k in sorted(family)]):
                return True
    return False


def _has_no_cycle(pattern: sp.csr_array) -> bool:
    """Whether an operator or a pattern is strictly triangular in some order of the basis."""
    count, _ = connected_components(pattern != 0, directed=True, connection="strong")
    return int(count) == len(pattern.indptr) - 1 and not pattern.diagonal().any()


def _annihilate_one_vector(operators: Sequence[sp.csr_array]) -> bool:
    """Whether operators that have a common kernel have one of dimension 1, beyond doubt."""
    stacked = sp.csr_array(sp.vstack([operator / abs(operator).max() for operator in operators]))
    dimension = 0
    # The kernel is a direct sum over groups of columns that share rows.
    for group in connected_groups(sp.csr_array(abs(stacked).T @ abs(stacked))):
        if len(group) > LARGEST_MIXED:
            return False
        block = stacked[:, group]
        block = block[np.diff(block.indptr) > 0].toarray()
        # What is doubtful counts as kernel: too large a kernel proves nothing.
        values = np.linalg.svd(block, compute_uv=False) if block.size else np.zeros(0)
        dimension += len(group) - int((values > NONZERO).sum())
    return dimension == 1


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
