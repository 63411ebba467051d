"""Dark states: common eigenvectors of the jump operators and the effective Hamiltonian.

Between two of them every operator |psi><psi'| is an eigen-operator of the generator.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import require_finite
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.lindblad.undecaying._effective_hamiltonian import (
    EffectiveHamiltonian,
    frobenius_norm,
)

DARK = 1e-9  # allowed ||A psi - a psi|| relative to ||A||
SAME_LABEL = 1e-8  # parts of states and differences of eigenvalues below are zero
ROUNDING = 1e-13  # entries of a projector below are the rounding of zero


def checked_dark_states(
    given: Any, form: EffectiveHamiltonian, n: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Normalised dark states, each with its eigenvalues under the jump operators and the drift."""
    if given is None:
        return []
    array = np.asarray(given)
    states = np.atleast_2d(array).astype(complex)
    if states.ndim != 2 or states.shape[1] != n:
        raise DimensionError(
            f"Argument `dark_states` must hold state vectors of length {n}, one per row, "
            f"but has shape {array.shape}."
        )
    require_finite("dark_states", states)
    found = []
    for k, state in enumerate(states):
        norm = np.linalg.norm(state)
        if norm == 0:
            raise InvalidArgumentError(f"Argument `dark_states[{k}]` is zero; leave it out.")
        psi = state / norm
        operators = [
            *zip(form.jumps, (f"the jump operator of {s}" for s in form.names), strict=True),
            (form.drift, "the effective Hamiltonian H - (i/2) sum rate L^dag L"),
        ]
        values = []
        for operator, name in operators:
            moved = operator @ psi
            value = np.vdot(psi, moved)
            rest = float(np.linalg.norm(moved - value * psi))
            if rest > DARK * frobenius_norm(operator):
                raise InvalidArgumentError(
                    f"Argument `dark_states[{k}]` is not dark: it is no eigenvector of {name}, "
                    f"which moves it by {rest:.3g} out of itself, so that |psi><psi| is not "
                    "stationary. Pass common eigenvectors of all of them, or leave it out."
                )
            values.append(value)
        found.append((psi, np.array(values)))
    return found


def dark_projectors(
    dark: list[tuple[np.ndarray, np.ndarray]], basis: sp.csc_array, sectors: list[np.ndarray]
) -> list[sp.csr_array]:
    """Projectors on the dark states with the same eigenvalues, each sector's part by itself."""
    # A strong symmetry maps dark states to dark states of the same eigenvalues, so the parts of a
    # dark state in the sectors are dark too. States of different eigenvalues are orthogonal: the
    # generator keeps the trace of |psi><psi'|.
    groups: list[tuple[np.ndarray, list[np.ndarray]]] = []
    for psi, values in dark:
        for known, members in groups:
            if np.abs(values - known).max() <= SAME_LABEL * max(1.0, np.abs(known).max()):
                members.append(psi)
                break
        else:
            groups.append((values, [psi]))
    projectors = []
    for _, members in groups:
        total = np.zeros((len(members[0]),) * 2, complex)
        for sector in sectors:
            vectors = basis[:, sector]
            part = vectors.conj().T @ np.array(members).T
            span, sizes, _ = np.linalg.svd(part, full_matrices=False)
            inside = vectors @ span[:, sizes > SAME_LABEL]
            total += inside @ inside.conj().T
        total[np.abs(total) < ROUNDING] = 0
        projectors.append(sp.csr_array(total))
    return projectors
