"""Diffusive trajectories: channels watched by homodyne or heterodyne detection.

The linear stochastic Schroedinger equation ``d psi = A psi dt + sum_k L_k psi dY_k`` is split
symmetrically: half a step of exp(A h/2), which is exact, then every channel in turn, then the other
half; the order of the channels alternates. A channel acts by
``K(y) = 1 + y L + (y^2 - h) L^2/2``, and its record y is drawn from its very distribution, a normal
one times ``|K(y) psi|^2``: whatever the step, a step is a measurement. Its mean effect is
``rho + h L rho L^dag + h^2/2 L^2 rho L^dag^2``. Averages are therefore those of a deterministic
map, whose error, of second order in h, is found without noise: by halving the step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import expm
from scipy.special import ndtr

from quantsync.errors import CostError, LostAccuracyError
from quantsync.lindblad.trajectories._block import Block, Observable
from quantsync.lindblad.trajectories._draws import Draws
from quantsync.lindblad.trajectories._equation import Equation, handy, squares
from quantsync.semigroups import equal_steps

FIRST = 4.0  # the first step that is tried, in the inverse speed of the equation
SAFETY = 0.8  # of a step that an error of second order predicts
MOST_TRIALS = 20
MOST_STEPS = 1e7  # of one trajectory
NEWTON = 3  # iterations; the start is off by h^(3/2), and each squares it
ROOT = math.sqrt(2)
SMALL = 64
LARGEST_MOVE = 0.5  # of an iteration, in standard deviations


class DiffusionSolver:
    """Steps through the output times, and the operators of a step."""

    def __init__(self, equation: Equation, times: np.ndarray, phase: float, heterodyne: bool):
        self.equation, self.times, self.heterodyne = equation, times, heterodyne
        jumps = [np.exp(-1j * phase) * jump for jump in equation.jumps]
        if heterodyne:  # both quadratures, each with half of the field
            jumps = [part * jump / math.sqrt(2) for jump in jumps for part in (1, -1j)]
        self.jumps = jumps
        self.step = np.inf
        self.error = np.zeros(len(times))
        self.errors: dict[str, np.ndarray] = {}

    @property
    def channels(self) -> int:
        """How many real records there are."""
        return len(self.jumps)

    def step_error(self, *_: Any) -> dict[str, np.ndarray]:
        """Estimated errors (T,) of the means by the step."""
        return self.errors

    def choose_step(
        self, rho: np.ndarray, observables: Mapping[str, Observable], tolerance: float
    ) -> None:
        """The largest step whose error, from a start on, is within the tolerance."""
        longest = float(np.diff(self.times, prepend=0.0).max(initial=0.0))
        step = min(longest, FIRST / self.equation.speed) if self.equation.speed else longest
        for _ in range(MOST_TRIALS if longest else 0):
            self.check_step(step, rho, observables)
            worst = float(self.error.max(initial=0.0))
            if worst <= tolerance:
                return
            step = self.step * float(np.clip(SAFETY * np.sqrt(tolerance / worst), 0.02, 0.9))
        if longest:
            raise LostAccuracyError(
                f"No time step was found whose error is within `tolerance` = {tolerance:g}: with "
                f"{self.step:.3g} it is {self.error.max():.2g}. Raise `tolerance`, or give `step`."
            )

    def check_step(
        self, step: float, rho: np.ndarray, observables: Mapping[str, Observable]
    ) -> None:
        """Take a step at most so long, and estimate its error from that of twice the step."""
        end = float(self.times.max(initial=0.0))
        if not end / step < MOST_STEPS:
            raise CostError(
                f"Diffusive trajectories until t = {end:.3g} would take {end / step:.1e} steps of "
                f"{step:.2g}; take shorter times, another unit of time, a larger `tolerance` or "
                "`step`, or unravelling='jump', which has no time step."
            )
        self.step = step
        self.step = max((h for h, _ in self._intervals(1)), default=0.0) or step
        self.error = np.zeros(len(self.times))
        self.errors = {name: np.zeros(len(self.times)) for name in observables}
        pairs = zip(self._mean_states(rho, 1), self._mean_states(rho, 2), strict=True)
        for k, (fine, coarse) in enumerate(pairs):
            # An error of second order: the coarse one has four times that of the fine one.
            rest = (fine - coarse) / 3
            self.error[k] = np.linalg.norm(rest)
            for name, observable in observables.items():
                self.errors[name][k] = abs(np.trace(observable.matrix @ rest))

    def _intervals(self, coarser: int) -> Iterator[tuple[float, int]]:
        """Length and number of the steps up to each output time; the number is even, or less."""
        for length, count in equal_steps(self.times):
            pairs = math.ceil(length / (2 * self.step) * (1 - 1e-9)) if length else 0
            steps = 2 * pairs // coarser
            for _ in range(count):
                yield (length / steps if steps else 0.0), steps

    def _of_step(self, h: float) -> _Step:
        """The matrices of a step, kept until its length changes."""
        if self._last is None or self._last.h != h:
            self._last = _Step(self.equation.motion, self.jumps, h)
        return self._last

    def _mean_states(self, rho: np.ndarray, coarser: int) -> Iterator[np.ndarray]:
        """The mean state at each output time, of unit trace, with steps so many times as long."""
        number, n = 0, len(rho)
        for step, steps in self._steps(coarser):
            if steps:
                rho = step.half @ rho @ step.half.conj().T
            for s in range(steps):
                for c in self._order(number):
                    rows, columns = step.maps[c]
                    moved = rows @ rho  # K_1 rho above K_2 rho
                    adjoint = moved.reshape(2, n, n).conj().swapaxes(1, 2).reshape(2 * n, n)
                    rho = rho + columns @ adjoint
                motion = step.whole if s < steps - 1 else step.half
                rho = motion @ rho @ motion.conj().T
                number += 1
            rho = rho / np.trace(rho).real
            yield rho

    def _steps(self, coarser: int) -> Iterator[tuple[_Step, int]]:
        """The step up to each output time, and how often it is taken."""
        step = None
        for h, steps in self._intervals(coarser):
            if step is None or step.h != h:
                step = _Step(self.equation.motion, self.jumps, h)
            yield step, steps

    def _order(self, number: int) -> range:
        """Channels forwards and backwards in turn: what order does to two steps cancels."""
        return range(self.channels)[:: -1 if number % 2 else 1]

    def run(self, block: Block, psi: np.ndarray, draws: Draws) -> None:
        """Follow the columns of psi, (n, B)."""
        number, count = 0, psi.shape[1]
        everyone = np.arange(count)
        for k, (step, steps) in enumerate(self._steps(1)):
            current = np.zeros((self.channels, count))
            if steps:
                psi = step.half @ psi
            for s in range(steps):
                noise = draws.normal(self.channels) if self.channels else current
                for row, c in enumerate(self._order(number)):
                    psi, record = measured(psi, step.rows[c], noise[row])
                    current[c] += record
                psi = (step.whole if s < steps - 1 else step.half) @ psi
                number += 1
            psi = psi / np.sqrt(squares(psi))
            block.record(everyone, np.full(count, k), psi)
            if block.recorded and k:
                record = current[:, : block.recorded] * math.sqrt(step.h)
                block.currents.append(self._current(record, step.h * steps))

    def _current(self, record: np.ndarray, length: float) -> np.ndarray:
        """Mean currents (C, R) of some samples; none within no time."""
        mean = record / length if length else np.zeros_like(record)
        if self.heterodyne:
            mean = (mean[::2] + 1j * mean[1::2]) / math.sqrt(2)
        return mean


class _Step:
    """Matrices of a step of length h."""

    def __init__(self, motion: np.ndarray, jumps: list[sp.csr_array], h: float):
        self.h = h
        self.half = expm(motion * (h / 2))
        self.whole = self.half @ self.half
        kraus = [(math.sqrt(h) * L, h / math.sqrt(2) * sp.csr_array(L @ L)) for L in jumps]
        rows = [sp.csr_array(sp.vstack(pair)) for pair in kraus]
        columns = [sp.csr_array(sp.hstack(pair)) for pair in kraus]
        self.rows = [handy(one) for one in rows]
        # Of few columns, those of a density matrix, whole matrices are faster.
        of_states = handy if len(motion) > SMALL else sp.csr_array.toarray
        self.maps = [(of_states(r), of_states(c)) for r, c in zip(rows, columns, strict=True)]


def measured(psi: np.ndarray, rows: Any, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns after a channel was watched, normalised, and the records y/sqrt(h), (B,).

    ``rows`` are K_1 = sqrt(h) L above K_2 = h L^2/sqrt(2): with z = y/sqrt(h), the state becomes
    psi + z K_1 psi + (z^2 - 1)/sqrt(2) K_2 psi.
    """
    terms = np.empty((3, *psi.shape), complex)
    terms[0] = psi
    terms[1:] = (rows @ psi).reshape(2, *psi.shape)
    parts = terms.view(float)
    (aa, ab, ac), (bb, bc), (cc,) = (
        (parts[i] * parts[i:]).sum(axis=1).reshape(3 - i, -1, 2).sum(axis=2) for i in range(3)
    )
    # The squared norm in Hermite polynomials of z.
    trace = aa + bb + cc
    d1, d2 = (2 * ab + ROOT * 2 * bc) / trace, (bb + ROOT * ac + 2 * cc) / trace
    d3, d4 = ROOT * bc / trace, cc / (2 * trace)
    z = noise * (1 + d2 - d1 * d1 / 2) + d1
    below = ndtr(-np.abs(noise))
    side = np.sign(noise)
    for _ in range(NEWTON):
        # Of the distribution function, N(z) - n(z) (d1 + d2 He_1 + d3 He_2 + d4 He_3), the
        # difference to N(noise), in that tail in which it loses no digits.
        off = side * (below - ndtr(-side * z))
        z2 = z * z
        he3 = z * (z2 - 3)
        shift = d1 + d2 * z + d3 * (z2 - 1) + d4 * he3
        density = 1 + d1 * z + d2 * (z2 - 1) + d3 * he3 + d4 * (z2 * (z2 - 6) + 3)
        normal = np.exp(-z2 / 2) / math.sqrt(2 * math.pi)
        move = (off / np.maximum(normal, 1e-300) - shift) / np.maximum(density, 1e-12)
        z -= np.clip(move, -LARGEST_MOVE, LARGEST_MOVE)
    weights = np.stack([np.ones_like(z), z, (z * z - 1) / ROOT])
    after = (parts * np.repeat(weights, 2, axis=1)[:, None]).sum(axis=0).view(complex)
    return after / np.sqrt(squares(after)), z
