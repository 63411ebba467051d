r"""Bound states and resonances of probes at the end of a semi-infinite harmonic chain.

With z = e^{ik} and E = omega^2 = Omega_0^2 + 2 g - g (z + 1/z), the response of the end is z/g, so
that probes with stiffness matrix A, tied to the first site by b, move at the solutions of
(A - E - b b^T z/g) x = 0: a quadratic eigenvalue problem in z. |z| < 1 are bound states, outside
the band; complex |z| > 1 are resonances, which decay. Sites up to the farthest probe count as
part of A.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

AT_THE_EDGE = 1e-9  # |z| this close to 1 is the band itself, not a state outside
REAL = 1e-7  # imaginary parts of z below are rounding, also near a double root


@dataclass(frozen=True)
class ChainModes:
    """Bound states and resonances of probes on a semi-infinite chain.

    Attributes
    ----------
    bound : ndarray of shape (B,)
        Frequencies of the bound states, outside the band, increasing. They do not decay.
    bound_amplitudes : ndarray of shape (B, P)
        Components of the normalised bound modes at the probes. From rest at x(0), the probes
        come to sum_b u_b (u_b . x(0)) cos(omega_b t).
    resonances : ndarray of shape (R,), complex
        Frequencies with negative imaginary part, ordered by their real part; amplitudes decay at
        -Im, and damping rates, as in x'' + G x', are -2 Im. Zero to rounding for a mode of the
        probes that does not couple to the chain.
    """

    bound: np.ndarray
    bound_amplitudes: np.ndarray
    resonances: np.ndarray

    @property
    def damping(self) -> np.ndarray:
        """Damping rates G = -2 Im omega of the resonances, shape (R,)."""
        return -2 * np.imag(self.resonances)


def solve_chain_modes(
    middle: float, g: float, matrix: np.ndarray, nodes: np.ndarray, strengths: np.ndarray
) -> ChainModes:
    """Solve the quadratic eigenvalue problem of a stable system; arguments are not checked."""
    # middle = Omega_0^2 + 2 g is the middle of the band of squared frequencies.
    probes = len(matrix)
    end = int(nodes.max()) - 1  # sites that count as part of the system
    size = probes + end
    system = np.zeros((size, size))
    system[:probes, :probes] = matrix
    sites = np.arange(probes, size)
    system[sites, sites] = middle
    system[sites[:-1], sites[1:]] = system[sites[1:], sites[:-1]] = -g
    link = np.zeros(size)
    for a, (node, strength) in enumerate(zip(nodes, strengths, strict=True)):
        if node == end + 1:
            link[a] = strength
        else:
            system[a, probes + node - 1] = system[probes + node - 1, a] = strength
    if end:
        link[-1] = -g
    first, last = system - middle * np.eye(size), g * np.eye(size) - np.outer(link, link) / g
    zero, one = np.zeros((size, size)), np.eye(size)
    solved: Any = scipy.linalg.eig(
        np.block([[zero, one], [-g * one, -first]]), scipy.linalg.block_diag(one, last)
    )
    roots, vectors = solved
    found = np.isfinite(roots)
    roots, vectors = roots[found], vectors[:size, found]
    inside = (np.abs(roots) < 1 - AT_THE_EDGE) & (np.abs(roots.imag) < REAL)
    z, x = roots[inside].real, vectors[:, inside].real
    norms = np.sum(x**2, axis=0) + (link @ x / g) ** 2 * z**2 / (1 - z**2)
    squares = middle - g * (z + 1 / z)
    order = np.argsort(squares)
    # Complex roots are resonances, in conjugate pairs of which one decays. Their distance from
    # the unit circle is no criterion: weak coupling makes it as small as you like.
    decaying = roots[roots.imag > REAL]
    resonances = np.sqrt(middle - g * (decaying + 1 / decaying))
    return ChainModes(
        np.sqrt(squares[order]),
        (x / np.sqrt(norms))[:probes, order].T,
        resonances[np.argsort(resonances.real)],
    )
