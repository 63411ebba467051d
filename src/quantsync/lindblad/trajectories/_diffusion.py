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
from quantsync.lindblad.trajectories._equation import Equation, handy, overlaps, squares
from quantsync.semigroups import equal_steps

FIRST = 4.0  # the first step that is tried, in the inverse speed of the equation
SAFETY = 0.8  # of a step that an error of second order predicts
MOST_TRIALS = 20
MOST_STEPS = 1e7  # of one trajectory
NEWTON = 3  # iterations; the start is off by h^(3/2), and each squares it
LARGEST_MOVE = 0.5  # of an iteration, in standard deviations


class DiffusionSolver:
    """Steps through the output times, and the operators of a step."""

    def __init__(self, equation: Equation, times: np.ndarray, phase: float, heterodyne: bool):
        self.equation, self.times, self.heterodyne = equation, times, heterodyne
        jumps = [np.exp(-1j * phase) * jump for jump in equation.jumps]
        if heterodyne:  # both quadratures, each with half of the field
            jumps = [part * jump / math.sqrt(2) for jump in jumps for part in (1, -1j)]
        self.operators = [(handy(L), handy(sp.csr_array(L @ L))) for L in jumps]
        self.step = np.inf
        self.error = np.zeros(len(times))
        self.errors: dict[str, np.ndarray] = {}

    @property
    def channels(self) -> int:
        """How many real records there are."""
        return len(self.operators)

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

    def _halves(self, cached: dict[float, np.ndarray], h: float) -> np.ndarray:
        """Half a step of the motion between records."""
        if h not in cached:
            cached.clear()
            cached[h] = expm(self.equation.motion * (h / 2))
        return cached[h]

    def _mean_states(self, rho: np.ndarray, coarser: int) -> Iterator[np.ndarray]:
        """The mean state at each output time, of unit trace, with steps so many times as long."""
        cached: dict[float, np.ndarray] = {}
        number = 0
        for h, steps in self._intervals(coarser):
            for _ in range(steps):
                half = self._halves(cached, h)
                rho = half @ rho @ half.conj().T
                for L, L2 in self._ordered(number):
                    once = L @ (L @ rho).conj().T
                    twice = L2 @ (L2 @ rho).conj().T
                    rho = rho + h * once + h**2 / 2 * twice
                rho = half @ rho @ half.conj().T
                rho = rho / np.trace(rho).real
                number += 1
            yield rho

    def _ordered(self, number: int) -> list[tuple]:
        """Forwards and backwards in turn: what order does to two steps cancels."""
        return self.operators[:: -1 if number % 2 else 1]

    def run(self, block: Block, psi: np.ndarray, draws: Draws) -> None:
        """Follow the columns of psi, (n, B)."""
        cached: dict[float, np.ndarray] = {}
        number, count = 0, psi.shape[1]
        everyone = np.arange(count)
        for k, (h, steps) in enumerate(self._intervals(1)):
            current = np.zeros((self.channels, count))
            half = whole = np.zeros((0, 0))
            if steps:
                half = self._halves(cached, h)
                whole = half @ half
                psi = half @ psi
            for s in range(steps):
                noise = draws.normal(self.channels) if self.channels else current
                order = range(self.channels)[:: -1 if number % 2 else 1]
                for row, c in enumerate(order):
                    psi, record = measured(psi, *self.operators[c], h, noise[row])
                    current[c] += record
                psi = (whole if s < steps - 1 else half) @ psi
                number += 1
            psi = psi / np.sqrt(squares(psi))
            block.record(everyone, np.full(count, k), psi)
            if block.recorded and k:
                length = h * steps
                block.currents.append(self._current(current[:, : block.recorded], length))

    def _current(self, record: np.ndarray, length: float) -> np.ndarray:
        """Mean currents (C, R) of some samples; none within no time."""
        mean = record / length if length else np.zeros_like(record)
        if self.heterodyne:
            mean = (mean[::2] + 1j * mean[1::2]) / math.sqrt(2)
        return mean


def measured(
    psi: np.ndarray, L: Any, L2: Any, h: float, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Columns after a channel was watched for a time h, normalised, and the records (B,)."""
    first, second = math.sqrt(h) * (L @ psi), (h / 2) * (L2 @ psi)
    ab, ac, bc = overlaps(psi, first), overlaps(psi, second), overlaps(first, second)
    bb, cc = squares(first), squares(second)
    # |psi + z first + (z^2 - 1) second|^2 in Hermite polynomials of z = y/sqrt(h).
    trace = squares(psi) + bb + 2 * cc
    d1, d2 = (2 * ab + 4 * bc) / trace, (bb + 2 * ac + 4 * cc) / trace
    d3, d4 = 2 * bc / trace, cc / trace
    z = noise * (1 + d2 - d1**2 / 2) + d1
    for _ in range(NEWTON):
        # Of the distribution function, N(z) - n(z) (d1 + d2 He_1 + d3 He_2 + d4 He_3), the
        # difference to N(noise), in that tail in which it loses no digits.
        off = np.where(noise > 0, ndtr(-noise) - ndtr(-z), ndtr(z) - ndtr(noise))
        z2 = z * z
        shift = d1 + d2 * z + d3 * (z2 - 1) + d4 * z * (z2 - 3)
        density = 1 + d1 * z + d2 * (z2 - 1) + d3 * z * (z2 - 3) + d4 * (z2 * (z2 - 6) + 3)
        normal = np.exp(-z2 / 2) / math.sqrt(2 * math.pi)
        move = (off / np.maximum(normal, 1e-300) - shift) / np.maximum(density, 1e-12)
        z -= np.clip(move, -LARGEST_MOVE, LARGEST_MOVE)
    psi = psi + z * first + (z * z - 1) * second
    return psi / np.sqrt(squares(psi)), math.sqrt(h) * z
