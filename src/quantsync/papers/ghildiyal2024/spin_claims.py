"""Claims of Ghildiyal et al. (2024) on spins and bosons: Eqs. (1) to (6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.models import holstein_primakoff_errors
from quantsync.operators import Space, Spin
from quantsync.papers.ghildiyal2024.central_spin_data import central_spin
from quantsync.papers.paper import Claim, reproduced, zero

EXACT = 1e-11
LEVELS = 12


def spin_claims() -> list[Claim]:
    """The claims of Sec. II up to the interaction picture.

    Returns
    -------
    list of Claim
    """
    return [
        doublet(),
        neighbours(),
        collective(),
        holstein_primakoff(),
        boson_energy(),
        interaction_picture(),
        raising_factor(),
        *exact_spins(),
    ]


def doublet() -> Claim:
    """Ground states of an antiferromagnetic open chain of five spins."""
    energies = np.linalg.eigvalsh(_heisenberg(5))
    degeneracy = int((energies - energies[0] < 1e-9).sum())
    ferromagnet = int((energies[-1] - energies < 1e-9).sum())
    return Claim(
        "Sec. II",
        "for an odd number of spins the intermediary chain has a ground state doublet",
        "2 states",
        f"{degeneracy} for 5 spins with antiferromagnetic exchange, {ferromagnet} with "
        "ferromagnetic",
        *reproduced(degeneracy == 2, "it has not", "antiferromagnetic exchange, not stated"),
    )


def neighbours() -> Claim:
    """Pairs in the sum of (2)."""
    N = 5
    pairs = sum(k != i for i in range(N) for k in range(N)) // 2
    return Claim(
        "Sec. II, Eq. (2)",
        "only interactions between nearest neighbours are considered",
        "a 1D chain",
        f"the sum of (2) couples {pairs} pairs of {N} spins, a chain has {N - 1}",
        *reproduced(pairs == N - 1, "(2) couples all with all, which (3) needs"),
    )


def collective() -> Claim:
    """H_B of (2) against (3), for three spins."""
    N, weight = 3, 0.6
    x, y, z = (_paulis(N, axis) for axis in "xyz")
    double = sum(
        weight**2 / 2 * (x[i] @ x[k] + y[i] @ y[k]) for i in range(N) for k in range(N) if i != k
    )
    printed = (double + sum(z)) / (2 * N)
    up: Any = sum(a + 1j * b for a, b in zip(x, y, strict=True)) / 2
    one = np.eye(2**N)
    ours = weight**2 * (up @ up.conj().T / N - one / 2) + (1 - weight**2) * sum(z) / 2 / N
    error = float(np.abs(printed - ours).max())
    return Claim(
        "Eqs. (2), (3)",
        "H_B is a function of the collective spin J",
        "lambda^2 (J_+ J_-/N - 1/2) + (1 - lambda^2) J_z/N",
        f"differs from (2) by {zero(error)} for three spins",
        *reproduced(error < EXACT, "it is not"),
    )


def holstein_primakoff() -> Claim:
    """Commutators of (4)."""
    N = 5
    wrong, right = (_su2_errors(N, *form) for form in ((2, 1.0), (1, 0.5)))
    return Claim(
        "Eq. (4)",
        "the Holstein-Primakoff transformation of a chain of N spins 1/2",
        "J_+ = sqrt(N) b^dag (1 - n/2N)^(1/2), J_z = n - N",
        f"[J_+, J_-] - 2 J_z is {wrong[0]:.3g} in the vacuum and {wrong[1]:.3g} for one quantum "
        f"(N = 5); with (1 - n/N)^(1/2) and J_z = n - N/2 it is {zero(max(right))} up to n = N",
        *reproduced(
            max(wrong) < EXACT,
            "(4) is no representation of su(2): the length N/2 is taken for N in the root and J_z",
        ),
    )


def boson_energy() -> Claim:
    """H_B of (5) from (3) with (4) as printed."""
    N, weight, n = 5.0, 0.6, np.arange(8.0)
    product = n * (1 - (n - 1) / (2 * N))  # b^dag (1 - n/2N) b
    expected = weight**2 * (product - 1 / 2) + (1 - weight**2) * (n - N) / N
    B = weight**2 * (1 - 1 / (2 * N)) + 1 / N
    printed = n * B - weight**2 * n**2 / (2 * N) + weight**2 / 2 - 1
    error = float(np.abs(printed - expected).max())
    return Claim(
        "Eq. (5)",
        "H_B = omega [n B - lambda^2 n^2/2N + lambda^2/2 - 1], B = lambda^2 (1 - 1/2N) + 1/N",
        "from (3), (4)",
        f"differs from (3) with (4) as printed by {zero(error)} for n = 0 to 7",
        *reproduced(error < EXACT, "it is not"),
    )


def interaction_picture() -> Claim:
    """exp(i H t) b exp(-i H t) against (6)."""
    n, time, N, weight = np.arange(float(LEVELS)), 3.0, 5.0, 0.6
    B = weight**2 * (1 - 1 / (2 * N)) + 1 / N
    energy = n * B - weight**2 * n**2 / (2 * N)
    b = np.diag(np.sqrt(np.arange(1.0, LEVELS)), 1)
    turned = np.exp(1j * energy * time)[:, None] * b * np.exp(-1j * energy * time)
    kerr = np.exp(1j * weight**2 * time * (2 * n + 1) / (2 * N))
    printed = np.exp(-1j * B * time) * kerr[:, None] * b
    error = float(np.abs(turned - printed).max())
    return Claim(
        "Eq. (6)",
        "in the interaction picture b has the phases -omega B t and lambda^2 omega t (2n + 1)/2N",
        "exact",
        f"differs from exp(i H_B t) b exp(-i H_B t) by {zero(error)}",
        *reproduced(error < EXACT, "it has not"),
    )


def raising_factor() -> Claim:
    """The factor of sigma_+ in (5) and (6), from sigma . J."""
    sx, sy = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])
    plus = (sx + 1j * sy) / 2
    space = Space(A=Spin(1))
    jx, jy, jm = (o.toarray() for o in (space["A"].x, space["A"].y, space["A"].minus))
    want = np.kron(sx, jx) + np.kron(sy, jy)
    flip = np.kron(plus, jm)
    errors = [float(np.abs(want - f * (flip + flip.conj().T)).max()) for f in (1.0, 0.5)]
    return Claim(
        "Eqs. (5), (6)",
        "H_SB = g [sigma_+/2 (1 - n/4N) b + h.c.] + ..., and the same without the 1/2 in (6)",
        "both",
        f"sigma_x J_x + sigma_y J_y is sigma_+ J_- + h.c. to {zero(errors[0])} with sigma_+ = "
        f"(sigma_x + i sigma_y)/2; half of that is off by {errors[1]:.3g}",
        *reproduced(
            errors[0] < EXACT,
            "neither is",
            "two conventions: sigma_+ = sigma_x + i sigma_y in (5) and half of it in (6)",
        ),
    )


def exact_spins() -> list[Claim]:
    """The spins themselves, for lambda = 0 and chain 2 at rest."""
    data = central_spin()
    errors = {
        str(name): data.error.sel(approximation=name).values for name in data.approximation.values
    }
    listed = {name: ", ".join(f"{e:.4f}" for e in values) for name, values in errors.items()}
    size = float(data.n_1.sel(case="spins").max())
    other = {w: holstein_primakoff_errors(5, central_frequency=w).mean_field for w in (0.0, 1.0)}
    others = ", ".join(f"{error:.3f} for {w:g}" for w, error in other.items())
    z = data.sigma_z.values
    return [
        Claim(
            "Sec. II, Eqs. (4), (5)",
            "the root expanded to first order in 1/N describes finite chains",
            "an equivalence",
            f"root mean square error of n_1 up to t = 60 for N = 5, 10, 20: "
            f"{listed['printed']} with (4) as printed, {listed['holstein_primakoff']} with the "
            f"right transformation; n_1 itself is at most {size:.3f}",
            *reproduced(
                bool((errors["printed"] < 0.05 * size).all()),
                "(4) as printed is off by a third of the signal for every N; the method is good, "
                "its first equation is not",
            ),
        ),
        Claim(
            "Secs. II, II A",
            "eliminated central spin and mean field describe the chains",
            "Eqs. (7), (B1)",
            f"without damping |beta_1|^2 is off by {listed['mean_field']} for N = 5, 10, 20 "
            f"(omega_0 = 0.2; N = 5: {others}), of {size:.3f}",
            *reproduced(
                bool((errors["mean_field"] < 0.05 * size).all()),
                "not for 5 to 20 spins; omega_0, which is not printed, has no place in (B1)",
            ),
        ),
        Claim(
            "Sec. II, Eqs. (6), (7)",
            "transitions of the central spin are negligible and <sigma_z> constant",
            "-0.1",
            f"from {z[0]:.3f} to between {z.min():.4f} and {z.max():.4f} up to t = 60 (N = 5, "
            "omega_0 = 0.2)",
            *reproduced(bool(np.ptp(z) < 0.02), "<sigma_z> quadruples within the fast oscillation"),
        ),
    ]


def _paulis(count: int, axis: str) -> list[np.ndarray]:
    single = {
        "x": np.array([[0, 1], [1, 0]], dtype=complex),
        "y": np.array([[0, -1j], [1j, 0]]),
        "z": np.diag([1, -1]).astype(complex),
    }[axis]
    return [
        np.kron(np.kron(np.eye(2**i), single), np.eye(2 ** (count - 1 - i))) for i in range(count)
    ]


def _heisenberg(count: int) -> np.ndarray:
    H = np.zeros((2**count, 2**count), dtype=complex)
    for axis in "xyz":
        s = _paulis(count, axis)
        for i in range(count - 1):
            H += s[i] @ s[i + 1]
    return H


def _su2_errors(N: int, part: float, middle: float) -> np.ndarray:
    """|[J_+, J_-] - 2 J_z| for n = 0 and 1 (or all n <= N if the root vanishes at N)."""
    top = round(part * N)
    n = np.arange(top + 1.0)
    raised = np.sqrt((n[:-1] + 1) * N * (1 - n[:-1] / (part * N)))
    J = np.diag(raised, -1)
    error = np.abs(np.diagonal(J @ J.T - J.T @ J) - 2 * (n - middle * N))
    return error if part == 1 else error[:2]
