"""Evolution without dissipation, from the energies: unitary at any time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad._record import Record
from quantsync.lindblad._sectors import connected_groups
from quantsync.lindblad._terms import Terms
from quantsync.semigroups import EPSILON, LATEST, RESOLVED, rounding_of, turned_by

CONSERVED = 1e-11  # of an operator: what is smaller is the rounding of a symmetry


def propagate_closed(
    terms: Terms,
    coefficients: np.ndarray,
    starts: np.ndarray,
    times: np.ndarray,
    members: np.ndarray,
    record: Record,
) -> None:
    """Record ``U(t) rho U(t)^dag`` of systems with coefficients (B, T) and starts (B, n, n)."""
    for row, start, member in zip(coefficients, starts, members, strict=True):
        _propagate_one(terms, row, start, times, int(member), record)


def _propagate_one(
    terms: Terms,
    row: np.ndarray,
    start: np.ndarray,
    times: np.ndarray,
    member: int,
    record: Record,
) -> None:
    pairs = [(c, h) for c, h in zip(row, terms.hamiltonian, strict=False) if c != 0]
    energies, U, rounding = _levels(pairs, terms.space.dimension)
    known = _merged(energies, U, rounding, pairs)
    c = U.conj().T @ start @ U
    omega = energies[:, None] - energies
    unknown = np.add.outer(rounding, rounding)
    unknown[(omega == 0) & known] = 0
    np.fill_diagonal(unknown, 0)
    size = np.abs(c)
    whole = max(1.0, float(np.linalg.norm(size)))  # of states at most 1
    turned = [
        (name, U.conj().T @ (operator @ U)) for name, operator in (record.operators or {}).items()
    ]
    for k, t in enumerate(times):
        now = c * turned_by(-omega, t) if t > 0 else c
        lost = np.minimum(np.minimum(t, LATEST) * unknown, 2.0) * size
        record.error[member, k] += np.linalg.norm(lost) + 2 * rounding_of(len(c)) * whole
        for name, operator in turned:
            record.values[name][member, k] = np.einsum("ab,ba->", operator, now)
        if record.rho is not None:
            rho = U @ now @ U.conj().T if t > 0 else start
            record.rho[member, k] = (rho + rho.conj().T) / 2


def _levels(
    pairs: Sequence[tuple[float, sp.csr_array]], n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Energies (n,), eigenvectors (n, n) and the rounding (n,) of the energies."""
    energies, rounding = np.zeros(n), np.zeros(n)
    U = np.eye(n, dtype=complex)
    if not pairs:
        return energies, U, rounding
    H, pattern = sp.csr_array((n, n), dtype=complex), sp.csr_array((n, n))
    for c, h in pairs:
        H, pattern = sp.csr_array(H + c * h), pattern + abs(c) * abs(h)
    for group in connected_groups(sp.csr_array(pattern)):
        block = H[group][:, group].toarray()
        values, vectors = np.linalg.eigh(block)
        energies[group] = values
        U[np.ix_(group, group)] = vectors
        size = float(np.abs(values).max())
        rounding[group] = size * (rounding_of(len(group)) if len(group) > 1 else EPSILON)
    return energies, U, rounding


def _merged(
    energies: np.ndarray,
    U: np.ndarray,
    rounding: np.ndarray,
    pairs: Sequence[tuple[float, sp.csr_array]],
) -> np.ndarray:
    """Make energies equal that cannot be told apart, and say where every term makes them equal."""
    n = len(energies)
    order = np.argsort(energies, kind="stable")
    least = RESOLVED * np.maximum(rounding[order][1:], rounding[order][:-1])
    groups = np.split(order, np.flatnonzero(np.diff(energies[order]) > least) + 1)
    known = np.zeros((n, n), bool)
    for group in groups:
        if len(group) == 1:
            continue
        energies[group] = energies[group].mean()
        V = U[:, group]
        # Not a splitting of two terms, or more, that is too small to be seen.
        known[np.ix_(group, group)] = all(_is_scalar(h, V) for _, h in pairs)
    return known


def _is_scalar(h: sp.csr_array, V: np.ndarray) -> bool:
    moved = h @ V
    rest = moved - V * (np.vdot(V, moved) / V.shape[1])
    return bool(np.linalg.norm(rest) <= CONSERVED * max(np.linalg.norm(h.data), 1e-300))
