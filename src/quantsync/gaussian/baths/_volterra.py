"""Integro-differential equations of second order with memory, by collocation.

q''(t) + (V - K(0)) q(t) + int_0^t K(t - s) q'(s) ds = -K(t) q(0), with a kernel that is a sum of
cosines.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.polynomial import legendre
from scipy.linalg import lu_factor, lu_solve

from quantsync.memory import require_memory

PHASE = 2.0  # radians of the fastest oscillation in one step
NODES = 14  # collocation nodes of a step


def cosine_kernel(frequencies: np.ndarray, couplings: np.ndarray, times: np.ndarray) -> np.ndarray:
    """``K_ab(t) = sum_j c_aj c_bj cos(Omega_j t)/Omega_j^2``, shape (*times.shape, P, P)."""
    scaled = couplings / frequencies
    size = len(scaled)
    pairs = (scaled[:, None] * scaled[None]).reshape(-1, frequencies.size).T
    values = np.cos(times.reshape(-1, 1) * frequencies) @ pairs
    return values.reshape((*times.shape, size, size))


class Collocation:
    """Steps of equal length up to an end; the acceleration is a polynomial in each."""

    def __init__(
        self, stiffness: np.ndarray, frequencies: np.ndarray, couplings: np.ndarray, end: float
    ):
        fastest = math.sqrt(max(np.abs(np.linalg.eigvalsh(stiffness)).max(initial=0), 0))
        fastest = max(fastest, float(frequencies.max(initial=0.0)))
        self.steps = max(1, math.ceil(end * fastest / PHASE))
        self.h = end / self.steps if end else 1.0
        self.kernel = partial(cosine_kernel, frequencies, couplings)
        self.stiffness, self.size = stiffness, len(stiffness)
        x, weights = legendre.leggauss(NODES)
        self.x, self.weights = (x + 1) / 2, weights / 2
        self.expand = np.linalg.inv(legendre.legvander(x, NODES - 1))  # values -> coefficients
        self.once = self.integrals(self.x, 1)
        self.twice = self.integrals(self.x, 2)
        # K at all differences of nodes of two steps, d steps apart.
        differences = self.h * (self.x[:, None] - self.x)
        scaled = couplings / frequencies
        pairs = (scaled[:, None] * scaled[None]).reshape(-1, frequencies.size)
        far = self.h * np.arange(1, self.steps)[:, None] * frequencies
        near = differences.reshape(-1, 1) * frequencies
        need = 8.0 * (self.steps + 2) * (NODES * self.size) ** 2
        what = f"The memory of {self.size} probes over {self.steps} steps"
        require_memory(need, what, "take earlier times or fewer probes")
        self.memory = np.empty((self.steps - 1, NODES, self.size, NODES, self.size))
        for k, pair in enumerate(pairs):
            table = np.cos(far) @ (pair * np.cos(near)).T - np.sin(far) @ (pair * np.sin(near)).T
            a, b = divmod(k, self.size)
            table = table.reshape(-1, NODES, NODES)
            self.memory[:, :, a, :, b] = self.h * self.weights * table
        self.factors = lu_factor(self.local_matrix())

    def integrals(self, points: np.ndarray, order: int) -> np.ndarray:
        """From values at the nodes to the order-fold integral from 0 at points of [0, 1]."""
        basis = np.stack(
            [
                legendre.legval(2 * points - 1, legendre.legint(row, order, lbnd=-1) / 2**order)
                for row in np.eye(NODES)
            ],
            axis=-1,
        )
        return basis @ self.expand

    def within(self) -> tuple[np.ndarray, np.ndarray]:
        """Memory inside the step: of the acceleration, and of the velocity at its start."""
        size, h = self.size, self.h
        accelerated = np.empty((NODES, size, NODES, size))
        constant = np.empty((NODES, size, size))
        for i, x in enumerate(self.x):
            points = x * self.x
            kernel = self.kernel(h * (x - points)) * (h * x * self.weights)[:, None, None]
            constant[i] = kernel.sum(axis=0)
            rise = h * self.integrals(points, 1)
            accelerated[i] = np.einsum("kab,kj->ajb", kernel, rise)
        return accelerated, constant

    def local_matrix(self) -> np.ndarray:
        """The equation for the accelerations at the nodes of a step, the same in all of them."""
        self.accelerated, self.constant = self.within()
        self.spring = self.stiffness - self.kernel(np.zeros(()))
        identity = np.einsum("ij,ab->iajb", np.eye(NODES), np.eye(self.size))
        matrix = identity + self.accelerated
        matrix += self.h**2 * np.einsum("ij,ab->iajb", self.twice, self.spring)
        return matrix.reshape(NODES * self.size, -1)

    def run(self, times: np.ndarray, q: np.ndarray, v: np.ndarray, slip: bool) -> np.ndarray:
        """Positions at given times, from position q and velocity v at 0."""
        h, count = self.h, NODES * self.size
        start = q
        velocities = np.empty((self.steps, count))
        result = np.empty((times.size, self.size))
        step_of = np.minimum((times / h).astype(int), self.steps - 1)
        memory = self.memory.reshape(-1, count, count)
        for n in range(self.steps):
            free = q + h * self.x[:, None] * v  # without acceleration
            source = -free @ self.spring.T - self.constant @ v
            if n:
                past = memory[:n][::-1]  # the step before is one step away
                source = source - np.einsum("mij,mj->i", past, velocities[:n]).reshape(NODES, -1)
            if slip:
                source = source - self.kernel(h * (n + self.x)) @ start
            force = lu_solve(self.factors, source.ravel()).reshape(NODES, self.size)
            velocities[n] = (v + h * self.once @ force).ravel()
            inside = np.flatnonzero(step_of == n)
            x = times[inside] / h - n
            moved = h**2 * self.integrals(x, 2) @ force
            result[inside] = q + h * x[:, None] * v + moved
            q = q + h * v + h**2 * (self.integrals(np.ones(1), 2) @ force)[0]
            v = v + h * self.weights @ force
        return result
