"""The two pseudo-bosonic spin chains of Ghildiyal et al. as symbols: four variants of one model.

H is Eq. (7) with the signs of (6) and (A1), each mode in the frame of theta; "lab" keeps the Kerr
term of (5) in H instead of the phases R_j(t). Symbols have the names of the parameters of
`pseudo_boson_pair`. Equation numbers are those of arXiv:2408.06126.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from quantsync.checks import flag, known_name
from quantsync.meanfield.model import MeanFieldModel
from quantsync.models.pseudo_boson_pair._variants import VARIANTS

BETA = sympy.symbols("beta_1 beta_2")
TIME = sympy.Symbol("t", real=True)
X = sympy.Symbol("X", real=True)

g = sympy.symbols("coupling_1 coupling_2", real=True)
N = sympy.symbols("spins_1 spins_2", real=True)
w = sympy.symbols("frequency_1 frequency_2", real=True)
sz, gl, gnl, lam, nbar, gain = sympy.symbols(
    "sigma_z linear_damping nonlinear_damping weight thermal_phonons gain", real=True
)
DEFAULTS = {
    g[0]: 1.5, g[1]: 2.4, N[0]: 5.0, N[1]: 5.0, w[0]: 1.0, w[1]: 0.8, sz: -0.1,
    gl: 1e-3, gnl: 2e-3, lam: 0.0, nbar: 0.0, gain: 0.0,
}  # fmt: skip

n = [b * sympy.conjugate(b) for b in BETA]
A = [1 - n[j] / (4 * N[j]) for j in range(2)]
CENTRAL = sum(g[j] * (n[j] - N[j]) / sympy.sqrt(N[j]) for j in range(2))  # X of Eq. (8)
FREQUENCY = [lam**2 * (1 - 1 / (2 * N[j])) + 1 / N[j] for j in range(2)]  # B_j of Eq. (5)
THETA = w[1] * FREQUENCY[1] / 2 - w[0] * FREQUENCY[0] / 2


def phases(variant: str) -> list[Any]:
    """R_j of Eq. (8), the phases of the interaction picture; zero in "lab"."""
    if variant == "lab":
        return [sympy.S.Zero, sympy.S.Zero]
    return [sympy.I * w[j] * lam**2 * TIME / (2 * N[j]) for j in range(2)]


def hamiltonian(variant: str) -> Any:
    """The symbol of H, for every variant but "literal", whose equations follow from none."""
    R = phases(variant)
    P = [
        g[j] * sympy.conjugate(BETA[j]) * A[j] * sympy.exp(-R[j] * (1 + 2 * n[j])) for j in range(2)
    ]
    H = THETA * (n[1] - n[0])
    H += sz / X * sum(g[j] ** 2 * n[j] * A[j] ** 2 for j in range(2))
    H += sz / X * (P[0] * sympy.conjugate(P[1]) + P[1] * sympy.conjugate(P[0]))
    if variant == "lab":
        # (b^dag b)^2 = b^dag^2 b^2 + b^dag b.
        H -= sum(w[j] * lam**2 / (2 * N[j]) * (n[j] ** 2 + n[j]) for j in range(2))
    return H


def jumps() -> list[tuple[Any, Any]]:
    """One jump operator a mode, of which (B) and (12) have parts: linear and nonlinear loss."""
    return [
        (sympy.sqrt(gl) * b + sympy.sqrt(gnl) / N[j] * n[j] * b, nbar) for j, b in enumerate(BETA)
    ]


def gain_jumps() -> list[tuple[Any, Any]]:
    """sqrt(gain) b^dag of each mode, beside the vacuum; not in the paper."""
    return [(sympy.sqrt(gain) * sympy.conjugate(b), 0) for b in BETA]


def printed_damping() -> list[Any]:
    """Damping of (B1) and (B2)."""
    return [
        -b
        * (
            gl / 2
            + gnl / N[j] ** 2 * (n[j] ** 2 + 2 * n[j])
            + 2 * sympy.sqrt(gl * gnl) / N[j] * n[j]
        )
        for j, b in enumerate(BETA)
    ]


def printed_diffusion() -> Any:
    """Eq. (20), read as diag[V1, V1, V2, V2], with (12)."""
    V = []
    for j, b in enumerate(BETA):
        U = sympy.sqrt(gl) + sympy.sqrt(gnl) / N[j] * (2 * n[j] - b**2)
        V += [U * sympy.conjugate(U) * (nbar + sympy.Rational(1, 2))] * 2
    return sympy.diag(*V)


def printed_drift(variant: str = "literal") -> list[Any]:
    """(B1) and (B2) without damping: "literal" as printed, else with the last bracket put right.

    The bracket has ``|beta|^2 beta/4N`` for ``|beta|^2/4N``, which is what (A1) has and what the
    symbols of H give.
    """
    R, b = phases(variant), BETA
    a = [1 + 2 * n[j] for j in range(2)]
    drift = []
    for j, k in ((0, 1), (1, 0)):
        turn = sympy.exp(R[j] * a[j] - R[k] * a[k])
        misprint = b[j] if variant == "literal" else 1
        inner = g[j] ** 2 * (n[j] * b[j] / N[j] - 3 * n[j] ** 2 * b[j] / (16 * N[j] ** 2) - b[j])
        inner += (
            g[0] * g[1] * sympy.conjugate(b[k]) * turn * A[k]
            * (b[j] ** 2 / (4 * N[j]) - 2 * R[j] * A[j] * b[j] ** 2)
        )  # fmt: skip
        inner += (
            g[0] * g[1] * A[k] / turn * b[k]
            * (n[j] * misprint / (4 * N[j]) + 2 * R[j] * A[j] * n[j] - A[j])
        )  # fmt: skip
        sign = 1 if j == 0 else -1
        rate = sympy.I * sign * THETA * b[j] + sympy.I * sz / X * inner
        if variant == "lab":
            rate += sympy.I * w[j] * lam**2 / (2 * N[j]) * (1 + 2 * n[j]) * b[j]
        drift.append(rate)
    return drift


def printed_fluctuations() -> tuple[Any, Any]:
    """E_1 to E_8 of (C1) as printed; those of mode 2 differ from mode 1's as printed."""
    R, b, i = phases("literal"), BETA, sympy.I
    c = [sympy.conjugate(x) for x in b]
    e = [sympy.exp(R[j] * (1 + 2 * n[j])) for j in range(2)]
    E, F = sympy.zeros(2), sympy.zeros(2)
    damped, both = sympy.sqrt(gl * gnl), g[0] * g[1]
    for j, k in ((0, 1), (1, 0)):
        sign = 1 if j == 0 else -1
        m, r = n[j], R[j]
        own = g[j] * (3 * m / (2 * N[j]) - 9 * m**2 / (16 * N[j] ** 2) - 1)
        first = (
            e[j] / (2 * N[j]) + r * c[j] / (2 * N[j]) + r * m * e[j] / (2 * N[j])
            - 4 * r**2 * A[j] * m - 4 * r * A[j] * e[j]
        )  # fmt: skip
        second = (
            -r * m / (2 * N[j]) + (1 if j == 0 else sympy.Rational(1, 2)) / (N[j] * e[j])
            - 4 * r**2 * m * A[j] + 2 * r * A[j] / e[j] + 2 * r * A[j] - r * m / (2 * N[j] * e[j])
        )  # fmt: skip
        E[j, j] = (
            sign * i * THETA - gl / 2 - 3 * gnl * m**2 / N[j] - 4 * gnl * m / N[j] ** 2
            - 4 * damped * m / N[j]
            + i * sz / X * (
                own
                + both * A[k] * b[j] * c[k] / e[k] * first
                + both * A[k] * c[j] * b[k] * e[k] * second
            )
        )  # fmt: skip
        first = 1 / (2 * N[j]) + b[j] * e[j] / (2 * N[j]) - 4 * r * A[j] * b[j]
        second = (
            1 / (2 * N[j] * e[j]) - r * m / (2 * N[j]) + 2 * r * A[j] / e[j]
            - 4 * A[j] * r**2 * m - r * m / (2 * N[j] * e[j]) + 2 * r * A[j]
        )  # fmt: skip
        F[j, j] = (
            -2 * gnl * m * b[j] ** 2 / N[j] ** 2 - 2 * gnl * b[j] ** 2 / N[j] ** 2
            - 2 * damped * b[j] ** 2 / N[j]
            + i * sz / X * (
                own
                + both * r * A[k] * b[j] ** 2 * c[k] / e[k] * first
                + both * A[k] * b[j] * b[k] * e[k] * second
            )
        )  # fmt: skip
        bracket = m / (4 * N[j]) + 2 * r * A[j] * m - A[j]
        rk, mk = R[k], n[k]
        E[j, k] = i * both * sz / X * (
            b[j] ** 2 * c[k] ** 2 * e[j] * (2 * rk * A[k] + 1 / (4 * N[k] * e[k]))
            * (2 * r * A[j] - 1 / (4 * N[j]))
            + 1 / e[j] * (2 * A[k] * rk * mk - e[k] * mk / (4 * N[k]) + A[k] * e[k]) * bracket
        )  # fmt: skip
        F[j, k] = i * both * sz / X * (
            e[j] * b[j] ** 2 * (-2 * rk * A[k] * mk + A[k] / e[k] - mk / (4 * N[k] * e[k]))
            * (1 / (4 * N[j]) - 2 * r * A[j])
            + 1 / e[j] * b[k] ** 2 * (2 * rk * A[k] - e[k] / (4 * N[k])) * bracket
        )  # fmt: skip
    return E, F


@lru_cache(maxsize=8)
def pseudo_boson_model(variant: str = "lab", coupled: bool = True) -> MeanFieldModel:
    """The mean field and fluctuations of a variant, as symbols; compiled when first used.

    Not ``coupled`` means <sigma_z> = 0, and no X to divide by. Parameters have the names and
    defaults of `pseudo_boson_pair`, ``X`` is frozen. ``gain`` adds the jump operators
    sqrt(gain) b_j^dag, that is gain/2 beta_j to the drift and gain/2 to the diffusion.
    """
    known_name("variant", variant, VARIANTS)
    coupled = flag(coupled, "coupled")

    def given(expression: Any) -> Any:
        return expression if coupled else sympy.sympify(expression).subs(sz, 0)

    common: dict[str, Any] = {"frozen": {X: CENTRAL} if coupled else {}}
    if variant != "lab":
        common["time"] = TIME
    if variant in ("consistent", "lab"):
        H = given(hamiltonian(variant))
        model = MeanFieldModel(BETA, H, [*jumps(), *gain_jumps()], **common)
    else:
        damping = [d + gain / 2 * b for d, b in zip(printed_damping(), BETA, strict=True)]
        common["diffusion"] = printed_diffusion() + gain / 2 * sympy.eye(4)
        if variant == "corrected":
            H = given(hamiltonian(variant))
            model = MeanFieldModel(BETA, H, extra_drift=damping, **common)
        else:
            drift = [given(f + d) for f, d in zip(printed_drift(), damping, strict=True)]
            E, F = printed_fluctuations()
            blocks = given(E + gain / 2 * sympy.eye(2)), given(F)
            model = MeanFieldModel.from_equations(BETA, drift, fluctuations=blocks, **common)
    known = {symbol.name for symbol in model.parameters}
    model.defaults = {s.name: np.array(v) for s, v in DEFAULTS.items() if s.name in known}
    return model
