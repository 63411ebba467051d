"""Quantum jumps: waiting times from the decay of the norm, without a time step.

Between jumps ``psi(t) = exp(A t) psi``, and the next jump comes when the squared norm has fallen to
a number drawn from [0, 1) (Dalibard, Castin and Molmer, PRL 68, 580 (1992)). Propagators of 1, 2,
4, ... short cells of time are at hand. The norm never grows: how many cells pass without a jump is
found bit by bit, by many samples at once, each at its own time; where in the next cell the jump
comes, by the root of a Taylor polynomial.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp
from scipy.linalg import expm

from quantsync.errors import CostError
from quantsync.lindblad.trajectories._block import Block
from quantsync.lindblad.trajectories._draws import Draws
from quantsync.lindblad.trajectories._equation import Equation, handy, squares
from quantsync.memory import require_memory
from quantsync.semigroups import equal_steps

# A cell, in the inverse of a bound of the speed, which most states are far from. Where the last
# term of the series is not below SMALLEST, less than a cell is gone at once; the next is a seventh.
SHORT = 1.0
DEGREE = 6
SMALLEST = 1e-9
NEWTON = 3  # iterations from a linear interpolation, off by some per cent of a cell at most
QUICK = 0.25  # of all samples: fewer that can go on in one go wait for the others
FARTHEST = 1 << 20  # usual distances in the longest one
WHOLE = 1e-9  # of a number of cells: what is as close to a whole number is one
MOST_JUMPS = 1e8  # of one trajectory, by the norm of its equation


class JumpSolver:
    """Propagators of 1, 2, 4, ... cells of time, and all jump operators in one matrix."""

    step = 0.0

    def __init__(self, equation: Equation, times: np.ndarray):
        self.times, self.channels = times, len(equation.jumps)
        end, speed = float(times.max(initial=0.0)), equation.speed
        if not speed * end < MOST_JUMPS:
            raise CostError(
                f"Trajectories until t = {end:.3g} may have some {speed * end:.1e} jumps, at rates "
                f"up to {speed:.3g}; take shorter times or smaller rates."
            )
        runs = [(count, length) for length, count in equal_steps(times) if length > 0]
        longest = max((length for _, length in runs), default=1.0)
        usual = max(max(runs, default=(0, longest))[1], longest / FARTHEST)
        # The usual distance of times is a power of two of cells, so that one product spans it.
        halvings = max(0, math.ceil(math.log2(max(usual * speed / SHORT, 1.0))))
        self.cell = usual / 2**halvings
        rungs = math.floor(math.log2(longest / self.cell * (1 + WHOLE))) + 1
        n = equation.dimension
        require_memory(16.0 * rungs * n**2, f"{rungs} propagators of {n} levels")
        self.ladder = [expm(equation.motion * (self.cell * 2.0**j)) for j in range(rungs)]
        motion = sp.csr_array(equation.motion * self.cell)
        self.motions = [handy(motion / k) for k in range(1, DEGREE + 1)]
        self.jumps = handy(sp.csr_array(sp.vstack(equation.jumps))) if equation.jumps else None

    def step_error(self, names: Mapping[str, object]) -> dict[str, np.ndarray]:
        """None: jumps come when they come."""
        return {name: np.zeros(len(self.times)) for name in names}

    def survival(self, kets: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Probabilities (T,) that no jump has come, from kets (n, K) of some weights (K,)."""
        found, psi, never = np.empty(len(self.times)), kets, np.full(len(weights), -1.0)
        for k, length in enumerate(np.diff(self.times, prepend=0.0)):
            left = self._cells(np.full(len(weights), length))
            while left.any():
                psi, left, _ = self._on(psi, left, never)
            found[k] = np.minimum(squares(psi), 1.0) @ weights
        return found

    def run(self, block: Block, psi: np.ndarray, draws: Draws) -> None:
        """Follow the columns of psi, (n, B)."""
        count, ends = psi.shape[1], len(self.times)
        now, goal = np.zeros(count), np.zeros(count, np.int64)
        threshold = draws.uniform(np.arange(count)) if self.channels else np.full(count, -1.0)
        slow = np.zeros(count, bool)  # will not get to the next time in one go
        active = np.arange(count if ends else 0)
        while len(active):
            # All that can go on quickly do so first: the rest is then worked on together.
            quick = active[~slow[active]]
            whole = len(quick) > QUICK * len(active)
            members = quick if whole else active[slow[active]]
            phi, least = psi[:, members], threshold[members]
            until = self.times[goal[members]]
            left = self._cells(until - now[members])
            if whole:
                phi, left = self._tried(len(self.ladder) - 1, phi, left, least)
                here = left <= 0
            else:
                phi, left, jumps = self._on(phi, left, least)
                here = (left <= 0) & ~jumps
                if jumps.any():
                    jumping = members[jumps]
                    phi[:, jumps], channel = self._jumped(phi[:, jumps], draws.uniform(jumping))
                    threshold[jumping] = draws.uniform(jumping)
                    times = until[jumps] - left[jumps] * self.cell
                    block.jumped(jumping, times, channel)
            psi[:, members], now[members] = phi, until - left * self.cell
            slow[members] = ~here
            there = members[here]
            if len(there):
                block.record(there, goal[there], phi[:, here])
                goal[there] += 1
                active = active[goal[active] < ends]

    def _on(
        self, phi: np.ndarray, left: np.ndarray, threshold: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """On to a jump or to the end of some cells; how many are left, and who jumps."""
        for j in range(len(self.ladder) - 1, -1, -1):
            phi, left = self._tried(j, phi, left, threshold)
        if not left.any():
            return phi, left, np.zeros(len(left), bool)
        phi, passed, jumps = self._within(phi, np.minimum(left, 1.0), threshold)
        return phi, left - passed, jumps

    def _cells(self, length: np.ndarray) -> np.ndarray:
        """How many cells long times are."""
        cells = length / self.cell
        near = np.rint(cells)
        return np.where(np.abs(cells - near) <= WHOLE * near, near, cells)

    def _tried(
        self, j: int, phi: np.ndarray, left: np.ndarray, threshold: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """After 2^j cells, where there are so many and no jump comes."""
        able = left >= 2.0**j
        if not able.any():
            return phi, left
        trial = self.ladder[j] @ phi
        able &= squares(trial) > threshold
        return np.where(able, trial, phi), left - able * 2.0**j

    def _within(
        self, phi: np.ndarray, length: np.ndarray, threshold: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """After a cell or a part of it, or at a jump in it; the time that passes, and who jumps."""
        terms = np.empty((DEGREE + 1, *phi.shape), complex)
        terms[0] = phi
        for k in range(1, DEGREE + 1):
            terms[k] = self.motions[k - 1] @ terms[k - 1]
        last = np.sqrt(squares(terms[-1]))
        length = np.minimum(length, (SMALLEST / np.maximum(last, 1e-300)) ** (1 / DEGREE))
        # The squared norm as a polynomial of the time.
        norm = np.zeros((DEGREE + 1, len(length)))
        parts = terms.view(float)
        for i in range(DEGREE // 2 + 1):
            products = (parts[i] * parts[i : DEGREE + 1 - i]).sum(axis=1)
            products = products.reshape(len(products), -1, 2).sum(axis=-1)
            norm[2 * i] += products[0]
            norm[2 * i + 1 : DEGREE + 1] += 2 * products[1:]
        at_end = _polynomial(norm, length)
        jumps = at_end <= threshold
        time = length
        if jumps.any():
            fall = np.where(jumps, norm[0] - at_end, 1.0)
            time = np.where(
                jumps, length * (norm[0] - threshold) / np.maximum(fall, 1e-300), length
            )
            slope = norm[1:] * np.arange(1, DEGREE + 1)[:, None]
            for _ in range(NEWTON):
                off = _polynomial(norm, time) - threshold
                steep = np.minimum(_polynomial(slope, time), -1e-300)
                time = np.where(jumps, np.clip(time - off / steep, 0.0, length), length)
        return _polynomial(terms, time), time, jumps

    def _jumped(self, phi: np.ndarray, draw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Normalised states behind a jump, and through which channels."""
        n, count = phi.shape
        after = (self.jumps @ phi).reshape(self.channels, n, count)
        rates = np.stack([squares(part) for part in after])
        reached = np.cumsum(rates, axis=0)
        channel = (reached <= draw * reached[-1]).sum(axis=0)
        # The last number below 1 times a sum may round to the sum.
        channel = np.minimum(channel, self.channels - 1)
        found = after[channel, :, np.arange(count)].T
        # Where nothing can jump the norm fell by rounding alone.
        found = np.where(reached[-1] > 0, found, phi)
        return found / np.sqrt(squares(found)), channel


def _polynomial(coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Polynomials with coefficients (degree + 1, ..., B) at x, (B,)."""
    found = coefficients[-1] * x + coefficients[-2]
    for row in coefficients[-3::-1]:
        found = found * x + row
    return found
