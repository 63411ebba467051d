"""What the sites of a space are, read from the operators on it: spins, modes, or undecided.

The q-th diagonal of (S+)^q p(Sz) on a spin of d levels has the entries

    sqrt(j (d-j) (j+1) (d-j-1) ...) p(j),  j = 1 ... d-q, with q factors j (d-j),

that of a^q p(n) on a mode the same without the (d-j), for a polynomial p. No low polynomial turns
one into the other: all divided differences of 1/sqrt(d-j) are positive. With two levels they agree.
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

import numpy as np

from quantsync.errors import AmbiguousSiteWarning, InvalidArgumentError, warn_caller
from quantsync.operators import Fock, Operator, Site, Space, Spin

HIGHEST_DEGREE = 2  # of p: higher ones come too close to any smooth function
FITS = 1e-10  # relative; what the operators' own rounding leaves
ROUNDING = 1e-13  # of the largest element; smaller ones are no evidence
CHUNK = 1 << 20  # numbers in the diagonals that are fitted at a time


def recognised_space(matrices: list[Operator], dimensions: tuple[int, ...]) -> Space:
    """The space that the operators show, with sites A, B, C, ...; asked for if they do not."""
    names = string.ascii_uppercase
    if len(dimensions) > len(names):
        raise InvalidArgumentError("More than 26 sites: pass `space` to name them.")
    shown_kinds = recognised(matrices, dimensions)
    has_modes = any(kinds == {"mode"} for kinds in shown_kinds)
    sites: dict[str, Site | None] = {}
    for name, size, kinds in zip(names, dimensions, shown_kinds, strict=False):
        if size == 2 and not has_modes:
            sites[name] = Spin(1 / 2)
        elif len(kinds) == 1:
            sites[name] = Spin((size - 1) / 2) if kinds == {"spin"} else Fock(size)
        else:
            sites[name] = None
    unknown = [name for name, site in sites.items() if site is None]
    if unknown:
        spins, modes = (
            ", ".join(
                f"{name}={site or (Fock(size) if size > 2 else qubit)}"
                for (name, site), size in zip(sites.items(), dimensions, strict=True)
            )
            for qubit in (Spin(1 / 2), Fock(2, finite=True))
        )
        way = f"space=, as in space=Space({spins})"
        if spins != modes:  # one of them turns every exchange with a mode into its opposite
            way = (
                f"space=Space({spins}) where sigmap() excites a site of two levels (its first "
                f"state is up), or space=Space({modes}) where destroy(2) takes its excitation, as "
                "in most Jaynes-Cummings models"
            )
        what = "sites {} are spins or modes" if len(unknown) > 1 else "site {} is a spin or a mode"
        state = " If this is a density matrix, state_from_qutip() converts it."
        is_state = len(matrices) == 1 and abs(matrices[0].trace() - 1) < 1e-9
        raise InvalidArgumentError(
            f"The operators on dimensions {list(dimensions)} do not tell whether "
            f"{what.format(', '.join(unknown))}: pass {way}."
            f"{state if is_state else ''}"
        )
    two = [name for name, size in zip(names, dimensions, strict=False) if size == 2]
    if two:
        what = "Sites {} with two levels are" if len(two) > 1 else "Site {} with two levels is"
        known = ", ".join(f"{name}={site}" for name, site in sites.items())
        warn_caller(
            f"{what.format(', '.join(two))} taken for Spin(1/2), the first state up; a mode cut at "
            "two levels has the same operators, but phase distributions of another height. Pass "
            f"space= to say which, as in space=Space({known}).",
            AmbiguousSiteWarning,
        )
    return Space(**cast("dict[str, Site]", sites))


def recognised(operators: Sequence[Operator], dimensions: tuple[int, ...]) -> list[set[str]]:
    """For every site what its operators show it to be: none, one or both of "spin", "mode"."""
    return [_shown(operators, dimensions, k) for k in range(len(dimensions))]


def _shown(operators: Sequence[Operator], dimensions: tuple[int, ...], site: int) -> set[str]:
    found: set[str] = set()
    size = dimensions[site]
    if size == 2:
        return found  # both are the same
    for operator in operators:
        for q, rows in _diagonals(operator, dimensions, site):
            # So few points that any polynomial fits say nothing.
            degree = min(HIGHEST_DEGREE, size - q - 2)
            if degree < 0:
                continue
            rows = rows / np.linalg.norm(rows, axis=1)[:, None]
            for kind in {"spin", "mode"} - found:
                shapes = _shapes(kind, size, q, degree)
                rest = rows - (rows @ shapes) @ shapes.T
                if np.linalg.norm(rest, axis=1).min() < FITS:
                    found.add(kind)
    return found


@lru_cache(maxsize=512)
def _shapes(kind: str, size: int, q: int, degree: int) -> np.ndarray:
    """Orthonormal columns that span what the q-th diagonal of such a site can be."""
    j = np.arange(1.0, size - q + 1)
    weight = np.ones(size - q)
    for step in range(q):
        weight *= (j + step) * ((size - j - step) if kind == "spin" else 1)
        weight /= weight.max()
    powers = (2 * j / size - 1)[:, None] ** np.arange(degree + 1)
    return np.linalg.qr(np.sqrt(weight)[:, None] * powers)[0]


def _diagonals(
    operator: Operator, dimensions: tuple[int, ...], site: int
) -> Iterator[tuple[int, np.ndarray]]:
    """The diagonals q > 0 of the operators on one site that the other sites' elements multiply.

    ``<r| O |s>`` of the other sites' basis states is an operator on this one; lower diagonals come
    as those of its adjoint. Rows of shape (..., d - q), none of them zero.
    """
    size, behind = dimensions[site], math.prod(dimensions[site + 1 :])
    # An operator's entries are sorted, and none is there twice.
    row = np.repeat(np.arange(len(operator.indptr) - 1), np.diff(operator.indptr))
    column, values = operator.indices.astype(np.int64), np.asarray(operator.data)
    modulus = np.abs(values)
    large = modulus > ROUNDING * modulus.max(initial=0)
    here, there = row // behind % size, column // behind % size
    step = there - here
    rest = math.prod(dimensions) // size
    others = [(i // (size * behind)) * behind + i % behind for i in (row, column)]
    label = (others[0] * rest + others[1]) * 2 + (step < 0)
    for q in np.unique(np.abs(step[step != 0])):
        chosen = np.flatnonzero((np.abs(step) == q) & large)
        groups, owner = np.unique(label[chosen], return_inverse=True)
        place = np.minimum(here, there)[chosen]
        width, most = size - int(q), max(1, CHUNK // size)
        for first in range(0, len(groups), most):
            part = (owner >= first) & (owner < first + most)
            rows = np.zeros((min(most, len(groups) - first), width), dtype=complex)
            rows[owner[part] - first, place[part]] = values[chosen][part]
            yield int(q), rows
