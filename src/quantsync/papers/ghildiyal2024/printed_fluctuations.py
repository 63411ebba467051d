"""E_1 to E_8 of (C1) as printed, each misprint with what it should be.

The right terms are the derivatives of (B1) and (B2), themselves corrected, at constant X.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from quantsync.papers.ghildiyal2024.points import Points

Choice = Callable[[str, Any, Any], Any]
"""From the name of a misprint, what is printed and what is right, to one of them."""

MISPRINTS = {
    ("E_1", "E_7"): {
        "damping": (
            r"-\frac{3\gamma_{nl}}{N} \lvert\beta\rvert^4",
            r"-\frac{3\gamma_{nl}}{N^2} \lvert\beta\rvert^4",
        ),
        "coupling": (r"g (\ldots)", r"g^2 (\ldots)"),
        "self": (r"\frac{3}{2N} \lvert\beta\rvert^2", r"\frac{2}{N} \lvert\beta\rvert^2"),
        "conjugate": (
            r"\frac{R}{2N} \beta^*",
            r"\frac{R}{2N} \lvert\beta\rvert^2 e^{Ra}",
        ),
        "first brace": (
            r"-4R^2 A \lvert\beta\rvert^2",
            r"-4R^2 A \lvert\beta\rvert^2 e^{Ra}",
        ),
        "half": (
            r"\frac{1}{N} e^{-Ra} \text{ (}E_1\text{ only)}",
            r"\frac{1}{2N} e^{-Ra} \text{ (as }E_7\text{)}",
        ),
        "second brace, 1": (
            r"-\frac{R}{2N} \lvert\beta\rvert^2",
            r"-\frac{R}{2N} \lvert\beta\rvert^2 e^{-Ra}",
        ),
        "second brace, 2": (
            r"-4R^2 \lvert\beta\rvert^2 A",
            r"-4R^2 \lvert\beta\rvert^2 A e^{-Ra}",
        ),
        "second brace, 3": (r"+2RA \text{ (last)}", r"+2RA e^{-Ra}"),
    },
    ("E_2", "E_8"): {
        "self": (
            r"g (\tfrac{3}{2N} \lvert\beta\rvert^2 - \tfrac{9}{16N^2} \lvert\beta\rvert^4 - 1)",
            r"g^2 \beta^2 (\tfrac{1}{N} - \tfrac{3}{8N^2} \lvert\beta\rvert^2)",
        ),
        "first brace, 1": (r"\frac{1}{2N}", r"\frac{1}{2N} \beta e^{Ra}"),
        "first brace, 2": (r"-4RA\beta", r"-4RA\beta e^{Ra}"),
        "second brace, 1": (
            r"-\frac{R}{2N} \lvert\beta\rvert^2",
            r"-\frac{R}{2N} \lvert\beta\rvert^2 e^{-Ra}",
        ),
        "second brace, 2": (
            r"-4AR^2 \lvert\beta\rvert^2",
            r"-4AR^2 \lvert\beta\rvert^2 e^{-Ra}",
        ),
        "second brace, 3": (r"+2RA \text{ (last)}", r"+2RA e^{-Ra}"),
    },
    ("E_3", "E_5"): {
        "first bracket": ("2R'A'", "2R'A' e^{-R'a'}"),
        "second bracket": (
            r"2A'R' \lvert\beta'\rvert^2",
            r"2A'R' \lvert\beta'\rvert^2 e^{R'a'}",
        ),
    },
    ("E_4", "E_6"): {
        "first bracket": (
            r"-2R'A' \lvert\beta'\rvert^2",
            r"-2R'A' \lvert\beta'\rvert^2 e^{-R'a'}",
        ),
        "second bracket": ("2R'A'", "2R'A' e^{R'a'}"),
    },
}
"""By coefficient of mode 1 and mode 2: printed, right, in TeX. A prime marks the other mode."""


def printed_choice(name: str, printed: Any, right: Any) -> Any:
    """Everything as printed."""
    return printed


def right_choice(name: str, printed: Any, right: Any) -> Any:
    """Everything as it should be."""
    return right


def own_normal(p: Points, j: int, choose: Choice) -> np.ndarray:
    """E_1 (j = 0) or E_7 (j = 1), of delta b_j in d delta b_j/dt."""
    k = 1 - j
    b, c, n, N = p.beta[j], p.beta[j].conj(), p.n[j], p.N[j]
    R, A, e = p.R[j], p.A[j], p.turn[j]
    root = np.sqrt(p.gamma_l * p.gamma_nl)
    damping = (
        p.gamma_l / 2
        + choose("damping", 3 * p.gamma_nl * n**2 / N, 3 * p.gamma_nl * n**2 / N**2)
        + 4 * p.gamma_nl * n / N**2
        + 4 * root * n / N
    )
    own = choose("coupling", p.g[j], p.g[j] ** 2) * (
        choose("self", 3 * n / (2 * N), 2 * n / N) - 9 * n**2 / (16 * N**2) - 1
    )
    first = (
        e / (2 * N)
        + choose("conjugate", R * c / (2 * N), R * n * e / (2 * N))
        + R * n * e / (2 * N)
        - 4 * R**2 * A * n * choose("first brace", 1, e)
        - 4 * R * A * e
    )
    # E_7 has 1/2N.
    half = 1 / (2 * N) if j else choose("half", 1 / N, 1 / (2 * N))
    second = (
        -R * n / (2 * N) * choose("second brace, 1", 1, 1 / e)
        + half / e
        - 4 * R**2 * n * A * choose("second brace, 2", 1, 1 / e)
        + 2 * R * A / e
        + 2 * R * A * choose("second brace, 3", 1, 1 / e)
        - R * n / (2 * N * e)
    )
    mutual = p.g[0] * p.g[1] * p.A[k]
    coherent = (
        own
        + mutual * b * p.beta[k].conj() / p.turn[k] * first
        + mutual * c * p.beta[k] * p.turn[k] * second
    )
    return (-1) ** j * 1j * p.theta - damping + 1j * p.kappa * coherent


def own_anomalous(p: Points, j: int, choose: Choice) -> np.ndarray:
    """E_2 or E_8, of delta b_j^dag in d delta b_j/dt."""
    k = 1 - j
    b, n, N = p.beta[j], p.n[j], p.N[j]
    R, A, e = p.R[j], p.A[j], p.turn[j]
    damping = 2 * b**2 * (
        p.gamma_nl * (n + 1) / N**2 + np.sqrt(p.gamma_l * p.gamma_nl) / N
    )  # fmt: skip
    own = choose(
        "self",
        p.g[j] * (3 * n / (2 * N) - 9 * n**2 / (16 * N**2) - 1),
        p.g[j] ** 2 * b**2 * (1 / N - 3 * n / (8 * N**2)),
    )
    first = (
        choose("first brace, 1", 1 / (2 * N), b * e / (2 * N))
        + b * e / (2 * N)
        - 4 * R * A * b * choose("first brace, 2", 1, e)
    )
    second = (
        1 / (2 * N * e)
        - R * n / (2 * N) * choose("second brace, 1", 1, 1 / e)
        + 2 * R * A / e
        - 4 * A * R**2 * n * choose("second brace, 2", 1, 1 / e)
        - R * n / (2 * N * e)
        + 2 * R * A * choose("second brace, 3", 1, 1 / e)
    )
    mutual = p.g[0] * p.g[1] * p.A[k]
    coherent = (
        own
        + mutual * R * b**2 * p.beta[k].conj() / p.turn[k] * first
        + mutual * b * p.beta[k] * p.turn[k] * second
    )
    return -damping + 1j * p.kappa * coherent


def other_normal(p: Points, j: int, choose: Choice) -> np.ndarray:
    """E_3 or E_5, of the other mode's delta b in d delta b_j/dt."""
    k = 1 - j
    b, n, N, R, A, e = (x[j] for x in (p.beta, p.n, p.N, p.R, p.A, p.turn))
    bk, nk, Nk, Rk, Ak, ek = (x[k] for x in (p.beta, p.n, p.N, p.R, p.A, p.turn))
    first = 2 * Rk * Ak * choose("first bracket", 1, 1 / ek) + 1 / (4 * Nk * ek)
    second = (
        2 * Ak * Rk * nk * choose("second bracket", 1, ek) - ek * nk / (4 * Nk) + Ak * ek
    )  # fmt: skip
    bracket = n / (4 * N) + 2 * R * A * n - A
    total = b**2 * bk.conj() ** 2 * e * first * (2 * R * A - 1 / (4 * N)) + second * bracket / e
    return 1j * p.g[0] * p.g[1] * p.kappa * total


def other_anomalous(p: Points, j: int, choose: Choice) -> np.ndarray:
    """E_4 or E_6, of the other mode's delta b^dag in d delta b_j/dt."""
    k = 1 - j
    b, n, N, R, A, e = (x[j] for x in (p.beta, p.n, p.N, p.R, p.A, p.turn))
    bk, nk, Nk, Rk, Ak, ek = (x[k] for x in (p.beta, p.n, p.N, p.R, p.A, p.turn))
    first = (
        -2 * Rk * Ak * nk * choose("first bracket", 1, 1 / ek) + Ak / ek - nk / (4 * Nk * ek)
    )  # fmt: skip
    second = 2 * Rk * Ak * choose("second bracket", 1, ek) - ek / (4 * Nk)
    bracket = n / (4 * N) + 2 * R * A * n - A
    total = e * b**2 * first * (1 / (4 * N) - 2 * R * A) + bk**2 * second * bracket / e
    return 1j * p.g[0] * p.g[1] * p.kappa * total


def higher_order(p: Points, j: int, choose: Choice) -> np.ndarray:
    """F_1 or F_2, which the paper gives and neglects; the bracket without a beta' is "bracket"."""
    k = 1 - j
    b, n, N, R, A = (x[j] for x in (p.beta, p.n, p.N, p.R, p.A))
    bk, Ak, turn = p.beta[k], p.A[k], p.turn[j] / p.turn[k]
    own = -2 * A * b + 3 * b * n / (2 * N) - 2 * b
    first = (3 * Ak + 1) / (2 * N) - 4 * R * (A + Ak) - 10 * R * A * Ak
    second = 5 * n / (2 * N) + 20 * n * R * A + 4 * n * R - 12 * A - 1
    third = n / (4 * N) + 4 * n * R * A - A
    total = (
        own
        + b**2 * bk.conj() * turn * first
        + (choose("bracket", 1, bk) * second + 2 * bk * third) / turn
    )
    return 1j * p.g[0] * p.kappa * total


COEFFICIENTS = {
    ("E_1", "E_7"): own_normal,
    ("E_2", "E_8"): own_anomalous,
    ("E_3", "E_5"): other_normal,
    ("E_4", "E_6"): other_anomalous,
}
