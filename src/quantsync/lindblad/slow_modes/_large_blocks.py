"""The slow eigenvalues of a large sparse matrix, without gaps: discs that cover where they can be.

Shifted and inverted, the matrix has its eigenvalues next to the shift as the largest ones, which a
block Krylov space finds first: all in a disc around the shift. An eigenvalue that decays no faster
than d has its imaginary part in an interval. With a unit eigenvector x, lambda = x^dag A x, so that
for every mu >= 0

    Im lambda <= x^dag (K + mu (S + d)) x <= the largest eigenvalue of K + mu (S + d),

with A = S + i K in Hermitian parts; likewise for -Im lambda. Rows and columns are scaled
beforehand, which changes no eigenvalue but makes the bound much smaller. Shifts are added along the
imaginary axis until the discs cover the strip of that interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import ArpackNoConvergence, eigsh

from quantsync.errors import ConvergenceError
from quantsync.lindblad.slow_modes._invariant_subspaces import shifted_solver
from quantsync.memory import require_memory

BLOCK = 4  # vectors at a time: eigenvalues of so many eigenvectors are found with all of them
LARGEST_SPACE = 600
CONVERGED = 1e-9  # residuals of the inverse, relative to the eigenvalue of the inverse
PATIENCE = 1.25  # how much larger a Krylov space grows before its eigenvalues are looked at again
MOST_SHIFTS = 100
ROUNDING = 1e-13
NEAR_AXIS = 1e-4  # distance of the shifts from the imaginary axis, relative to the matrix
FACTORS = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)  # mu
MARGIN = 0.05  # relative, of bounds that a Krylov method finds from below to 0.01
CLEAR = 1e-4  # relative, of the gap in which a disc ends
OVERLAP = 0.9  # how much of a disc's width the next one is put aside


@dataclass(frozen=True)
class Disc:
    """All eigenvalues in a disc around a point next to the imaginary axis."""

    centre: complex
    radius: float
    values: np.ndarray

    def contains(self, values: np.ndarray) -> np.ndarray:
        """Which of some eigenvalues lie in it; none does on its edge."""
        return np.abs(values - self.centre) < self.radius

    def interval(self, decay: float) -> tuple[float, float]:
        """The imaginary parts at which it reaches from the axis to a decay rate."""
        reach = decay + self.centre.real
        width = np.sqrt(max(self.radius**2 - reach**2, 0.0))
        return self.centre.imag - width, self.centre.imag + width


def slow_eigenvalues(matrix: Any, count: int) -> tuple[np.ndarray, float]:
    """All eigenvalues whose real part exceeds a number, at least ``count`` of them; that number.

    `ConvergenceError` if the discs do not cover all places where they may be.
    """
    real = not np.iscomplexobj(matrix)
    matrix = _balanced(matrix)
    scale = float(abs(matrix).max()) or 1.0
    start = 0.0 if real else float(np.median(np.imag(matrix.diagonal())))
    discs = [_disc(matrix, complex(NEAR_AXIS * scale, start), 2 * count + BLOCK, scale)]
    bounds, decay = (start, start), np.inf
    for _ in range(MOST_SHIFTS):
        values = _joined(discs, real)
        slowest = np.sort(np.real(values))[::-1]
        slower = -float(slowest[min(count, len(slowest)) - 1]) * (1 + 1e-6)
        if slower < decay:
            decay = slower
            bounds = _imaginary_bounds(matrix, decay)
            if real:
                bounds = (0.0, bounds[1])
        place = _uncovered(discs, decay, bounds)
        if place is None:
            return values[np.real(values) > -decay], -decay
        discs.append(_disc(matrix, complex(NEAR_AXIS * scale, place), 2 * count + BLOCK, scale))
    raise ConvergenceError(
        f"Slow modes of a block of {matrix.shape[0]} elements may have imaginary parts from "
        f"{bounds[0]:.4g} to {bounds[1]:.4g}, and {MOST_SHIFTS} shifts did not cover all of it. "
        "Ask for fewer modes or for one `sector`, or take fewer levels."
    )


def _joined(discs: list[Disc], real: bool) -> np.ndarray:
    """The eigenvalues in some discs, each once; of real matrices with all conjugates."""
    found: list[np.ndarray] = []
    for k, disc in enumerate(discs):
        fresh = np.ones(len(disc.values), bool)
        for earlier in discs[:k]:
            known = earlier.contains(disc.values)
            if known.sum() != disc.contains(earlier.values).sum():
                raise ConvergenceError(
                    f"Searches for eigenvalues around {earlier.centre:.4g} and {disc.centre:.4g} "
                    "contradict each other. Rescale the system, or drop its weakest terms."
                )
            fresh &= ~known
        found.append(disc.values[fresh])
    values = np.concatenate(found)
    if real:
        rounding = 1e-12 * np.abs(values).max(initial=0.0)
        upper = values[np.imag(values) > rounding]
        values = np.concatenate([values[np.abs(np.imag(values)) <= rounding], upper, upper.conj()])
    return values


def _uncovered(discs: list[Disc], decay: float, bounds: tuple[float, float]) -> float | None:
    """Where the next shift should be; None where the discs cover everything."""
    intervals = sorted(disc.interval(decay) for disc in discs)
    width = max(high - low for low, high in intervals) / 2
    edge = bounds[0]
    for low, high in [*intervals, (bounds[1], np.inf)]:
        if low > edge:  # a gap from edge to low
            gap = min(low, bounds[1]) - edge
            if gap > 0:
                # From the side of a disc, if there is one.
                beside = OVERLAP * width
                if gap <= 2 * beside:
                    return edge + gap / 2
                return edge + beside if edge > bounds[0] else edge + gap - beside
        edge = max(edge, high)
        if edge >= bounds[1]:
            return None
    return None


def _disc(matrix: Any, centre: complex, count: int, scale: float) -> Disc:
    """The ``count`` eigenvalues next to a point, or a few more, by a block Krylov space."""
    m = matrix.shape[0]
    real = centre.imag == 0 and not np.iscomplexobj(matrix)
    shift = centre.real if real else centre
    solve = shifted_solver(matrix, shift, 0.0, 1e-12 * scale)
    rng = np.random.default_rng(0)
    most = min(m - m % BLOCK - BLOCK, LARGEST_SPACE)
    require_memory(16.0 * 2 * m * most, f"A Krylov space of {most} vectors of {m} elements")
    kind = float if real else complex
    basis = np.zeros((m, most + BLOCK), kind, order="F")
    images = np.zeros((m, most + BLOCK), kind, order="F")
    fresh = rng.normal(size=(m, BLOCK)) + (0 if real else 1j * rng.normal(size=(m, BLOCK)))
    size, look = 0, 3.0 * count
    while size < most:
        for _ in range(2):  # once more against the rounding of the first pass
            fresh = fresh - basis[:, :size] @ (basis[:, :size].conj().T @ fresh)
        fresh, _ = np.linalg.qr(fresh)
        basis[:, size : size + BLOCK] = fresh
        images[:, size : size + BLOCK] = fresh = solve(fresh, False)
        size += BLOCK
        if size >= min(most, look):
            look = PATIENCE * size
            disc = _from_space(basis[:, :size], images[:, :size], centre, count)
            if disc is not None:
                return disc
    raise ConvergenceError(
        f"The {count} eigenvalues next to {centre:.4g} of a block of {m} elements were not found "
        f"in a Krylov space of {most} vectors. Ask for fewer modes."
    )


def _from_space(basis: Any, images: Any, centre: complex, count: int) -> Disc | None:
    """The disc of converged eigenvalues, if there are enough."""
    between = basis.conj().T @ images
    inverse, vectors = np.linalg.eig(between)
    order = np.argsort(-np.abs(inverse))
    inverse, vectors = inverse[order], vectors[:, order]
    few = slice(0, count + 2)
    rest = images @ vectors[:, few] - (basis @ vectors[:, few]) * inverse[few]
    # The eigenvalue zero is next to the axis, and so large when inverted that its rounding counts.
    allowed = CONVERGED * np.abs(inverse[few]) + ROUNDING * np.abs(inverse[0])
    good = np.linalg.norm(rest, axis=0) <= allowed
    number = len(good) if good.all() else int(good.argmin())
    if number < count:
        return None
    values = centre + 1 / inverse[:number]
    # The edge lies in a gap that rounding does not fill.
    distance = np.abs(values - centre)
    gaps = np.diff(distance)[number // 2 - 1 :] / distance[-1]
    wide = np.flatnonzero(gaps >= CLEAR)
    last = number // 2 - 1 + int(wide[-1] if len(wide) else gaps.argmax())
    return Disc(centre, float(distance[last] + distance[last + 1]) / 2, values[: last + 1])


def _balanced(matrix: Any) -> Any:
    """A matrix scaled by a diagonal similarity until rows are as large as columns (Osborne)."""
    scaled: Any = sp.csr_array(matrix)
    own = sp.diags_array(scaled.diagonal())
    size = abs(scaled - own).power(2)
    factors = np.ones(scaled.shape[0])
    for _ in range(40):
        rows = np.asarray(size.sum(axis=1)).ravel()
        columns = np.asarray(size.sum(axis=0)).ravel()
        both = (rows > 0) & (columns > 0)
        step = np.ones(len(factors))
        step[both] = (rows[both] / columns[both]) ** 0.125
        factors *= step
        size = sp.diags_array(step**-2) @ size @ sp.diags_array(step**2)
    return sp.csr_array(sp.diags_array(1 / factors) @ scaled @ sp.diags_array(factors))


def _imaginary_bounds(matrix: Any, decay: float) -> tuple[float, float]:
    """Between which imaginary parts all eigenvalues lie that decay no faster than that."""
    adjoint = matrix.conj().T
    symmetric: Any = sp.csr_array((matrix + adjoint) / 2)
    turning: Any = sp.csr_array((matrix - adjoint) / 2j)
    raised = symmetric + decay * sp.eye_array(matrix.shape[0])
    low, high = (
        _least(lambda mu, sign=sign: _top(sp.csr_array(sign * turning + mu * raised)))
        for sign in (-1, 1)
    )
    return -low, high


def _least(bound: Callable[[float], float]) -> float:
    """The least of some bounds that are convex in mu."""
    least = np.inf
    for mu in FACTORS:
        if (value := bound(mu)) >= least:
            break
        least = value
    return least


def _top(matrix: Any) -> float:
    """A bound above the largest eigenvalue of a Hermitian matrix."""
    if not matrix.nnz:
        return 0.0
    start: Any = np.random.default_rng(0).normal(size=matrix.shape[0])
    accuracy: Any = 1e-2
    try:
        top: Any = eigsh(matrix, k=1, which="LA", tol=accuracy, v0=start, return_eigenvectors=False)
    except ArpackNoConvergence:
        return float(abs(matrix).sum(axis=1).max())  # Gershgorin's
    return float(top[0]) + MARGIN * abs(float(top[0]))
