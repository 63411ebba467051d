"""Random values of amplitudes and parameters at which formulas of the paper are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

POINTS, SEED = 40, 20240812


@dataclass(frozen=True, eq=False)
class Points:
    """P values of everything in Eqs. (5)-(20) and the appendices: (P,), or (2, P) for modes."""

    beta: np.ndarray
    g: np.ndarray
    N: np.ndarray
    omega: np.ndarray
    sigma_z: np.ndarray
    gamma_l: np.ndarray
    gamma_nl: np.ndarray
    weight: np.ndarray
    time: np.ndarray

    @classmethod
    def random(cls, count: int = POINTS, seed: int = SEED) -> Points:
        """Amplitudes of order 1, and parameters for which no term is negligible."""
        rng = np.random.default_rng(seed)

        def pair(low: float, high: float) -> np.ndarray:
            return rng.uniform(low, high, (2, count))

        def single(low: float, high: float) -> np.ndarray:
            return rng.uniform(low, high, count)

        return cls(
            beta=pair(0.5, 1.3) * np.exp(1j * pair(-np.pi, np.pi)),
            g=pair(1.2, 2.5),
            N=pair(4.0, 9.0),
            omega=pair(0.7, 1.3),
            sigma_z=-single(0.3, 1.0),
            gamma_l=single(0.2, 0.5),
            gamma_nl=single(0.2, 0.5),
            weight=single(0.4, 0.8),
            time=single(2.0, 6.0),
        )

    @property
    def n(self) -> np.ndarray:
        """|beta_j|^2."""
        return np.abs(self.beta) ** 2

    @property
    def A(self) -> np.ndarray:  # noqa: N802
        """A_j = 1 - |beta_j|^2/4 N_j, below (B2)."""
        return 1 - self.n / (4 * self.N)

    @property
    def R(self) -> np.ndarray:  # noqa: N802
        """R_j of (8), imaginary."""
        return 1j * self.omega * self.weight**2 * self.time / (2 * self.N)

    @property
    def turn(self) -> np.ndarray:
        """e^{R_j a_j}, a_j = 1 + 2 |beta_j|^2."""
        return np.exp(self.R * (1 + 2 * self.n))

    @property
    def B(self) -> np.ndarray:  # noqa: N802
        """B_j, below (5)."""
        return self.weight**2 * (1 - 1 / (2 * self.N)) + 1 / self.N

    @property
    def theta(self) -> np.ndarray:
        """Frequency of the frame, above (9)."""
        return (self.omega[1] * self.B[1] - self.omega[0] * self.B[0]) / 2

    @property
    def X(self) -> np.ndarray:  # noqa: N802
        """X of (8)."""
        return (self.g * (self.n - self.N) / np.sqrt(self.N)).sum(axis=0)

    @property
    def kappa(self) -> np.ndarray:
        """<sigma_z>/X."""
        return self.sigma_z / self.X

    def parameters(self) -> dict[str, Any]:
        """For `quantsync.models.pseudo_boson_pair.symbols`, without thermal phonons."""
        return {
            "coupling_1": self.g[0], "coupling_2": self.g[1],
            "spins_1": self.N[0], "spins_2": self.N[1],
            "frequency_1": self.omega[0], "frequency_2": self.omega[1],
            "sigma_z": self.sigma_z, "weight": self.weight,
            "linear_damping": self.gamma_l, "nonlinear_damping": self.gamma_nl,
        }  # fmt: skip
