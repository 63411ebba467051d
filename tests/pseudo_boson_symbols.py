"""The two pseudo-bosonic spin chains of Ghildiyal et al. as symbols, for tests of `meanfield`.

H is Eq. (7) with the signs of (6) and (A1), each mode in the frame of theta; "lab" keeps the Kerr
term of (5) in H instead of the phases R_j(t). Jump operators: sqrt(gamma_l) b +
sqrt(gamma_nl)/N b^dag b^2 for each mode.
"""

from __future__ import annotations

import sympy

import quantsync as qs

B1, B2 = BETA = sympy.symbols("b1 b2")
TIME = sympy.Symbol("t", real=True)
X = sympy.Symbol("X", real=True)
NAMES = "g1 g2 sz w1 w2 gl gnl lam N1 N2 nbar"
g1, g2, sz, w1, w2, gl, gnl, lam, N1, N2, nbar = sympy.symbols(NAMES, real=True)
DEFAULTS = {
    "g1": 1.5, "g2": 2.4, "sz": -0.1, "w1": 1.0, "w2": 0.8, "gl": 1e-3, "gnl": 2e-3,
    "lam": 0.0, "N1": 5.0, "N2": 5.0, "nbar": 0.0,
}  # fmt: skip

g, N, w = (g1, g2), (N1, N2), (w1, w2)
n = [b * sympy.conjugate(b) for b in BETA]
CENTRAL = sum(g[j] * (n[j] - N[j]) / sympy.sqrt(N[j]) for j in range(2))
FREQUENCY = [lam**2 * (1 - 1 / (2 * N[j])) + 1 / N[j] for j in range(2)]
THETA = w2 * FREQUENCY[1] / 2 - w1 * FREQUENCY[0] / 2


def phases(variant):
    if variant == "lab":
        return [sympy.S.Zero, sympy.S.Zero]
    return [sympy.I * w[j] * lam**2 * TIME / (2 * N[j]) for j in range(2)]


def hamiltonian(variant):
    A = [1 - n[j] / (4 * N[j]) for j in range(2)]
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


def jumps():
    return [
        (sympy.sqrt(gl) * b + sympy.sqrt(gnl) / N[j] * n[j] * b, nbar) for j, b in enumerate(BETA)
    ]


def printed_damping():
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


def printed_diffusion():
    """Eq. (20), read as diag[V1, V1, V2, V2], with (12)."""
    V = []
    for j, b in enumerate(BETA):
        U = sympy.sqrt(gl) + sympy.sqrt(gnl) / N[j] * (2 * n[j] - b**2)
        V += [U * sympy.conjugate(U) * (nbar + sympy.Rational(1, 2))] * 2
    return sympy.diag(*V)


def literal_drift():
    """(B1) and (B2) as printed."""
    R, b = phases("literal"), BETA
    A = [1 - n[j] / (4 * N[j]) for j in range(2)]
    a = [1 + 2 * n[j] for j in range(2)]
    drift = []
    for j, k in ((0, 1), (1, 0)):
        turn = sympy.exp(R[j] * a[j] - R[k] * a[k])
        inner = g[j] ** 2 * (n[j] * b[j] / N[j] - 3 * n[j] ** 2 * b[j] / (16 * N[j] ** 2) - b[j])
        inner += (
            g1 * g2 * sympy.conjugate(b[k]) * turn * A[k]
            * (b[j] ** 2 / (4 * N[j]) - 2 * R[j] * A[j] * b[j] ** 2)
        )  # fmt: skip
        inner += (
            g1 * g2 * A[k] / turn * b[k]
            * (n[j] * b[j] / (4 * N[j]) + 2 * R[j] * A[j] * n[j] - A[j])
        )  # fmt: skip
        sign = 1 if j == 0 else -1
        drift.append(sympy.I * sign * THETA * b[j] + sympy.I * sz / X * inner)
    return [f + d for f, d in zip(drift, printed_damping(), strict=True)]


def literal_fluctuations():
    """E_1 to E_8 of (C1) as printed; those of mode 2 differ from mode 1's as printed."""
    R, b, i = phases("literal"), BETA, sympy.I
    c = [sympy.conjugate(x) for x in b]
    A = [1 - n[j] / (4 * N[j]) for j in range(2)]
    e = [sympy.exp(R[j] * (1 + 2 * n[j])) for j in range(2)]
    E, F = sympy.zeros(2), sympy.zeros(2)
    damped = sympy.sqrt(gl * gnl)
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
                + g1 * g2 * A[k] * b[j] * c[k] / e[k] * first
                + g1 * g2 * A[k] * c[j] * b[k] * e[k] * second
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
                + g1 * g2 * r * A[k] * b[j] ** 2 * c[k] / e[k] * first
                + g1 * g2 * A[k] * b[j] * b[k] * e[k] * second
            )
        )  # fmt: skip
        bracket = m / (4 * N[j]) + 2 * r * A[j] * m - A[j]
        rk, mk = R[k], n[k]
        E[j, k] = i * g1 * g2 * sz / X * (
            b[j] ** 2 * c[k] ** 2 * e[j] * (2 * rk * A[k] + 1 / (4 * N[k] * e[k]))
            * (2 * r * A[j] - 1 / (4 * N[j]))
            + 1 / e[j] * (2 * A[k] * rk * mk - e[k] * mk / (4 * N[k]) + A[k] * e[k]) * bracket
        )  # fmt: skip
        F[j, k] = i * g1 * g2 * sz / X * (
            e[j] * b[j] ** 2 * (-2 * rk * A[k] * mk + A[k] / e[k] - mk / (4 * N[k] * e[k]))
            * (1 / (4 * N[j]) - 2 * r * A[j])
            + 1 / e[j] * b[k] ** 2 * (2 * rk * A[k] - e[k] / (4 * N[k])) * bracket
        )  # fmt: skip
    return E, F


def model(variant):
    if variant == "literal":
        return qs.MeanFieldModel.from_equations(
            BETA, literal_drift(), fluctuations=literal_fluctuations(),
            diffusion=printed_diffusion(), time=TIME, frozen={X: CENTRAL},
        )  # fmt: skip
    if variant == "corrected":
        return qs.MeanFieldModel(
            BETA, hamiltonian(variant), extra_drift=printed_damping(),
            diffusion=printed_diffusion(), time=TIME, frozen={X: CENTRAL},
        )  # fmt: skip
    time = TIME if variant == "consistent" else None
    return qs.MeanFieldModel(BETA, hamiltonian(variant), jumps(), time=time, frozen={X: CENTRAL})


def parameters(of, params):
    """Values for a model from an entry of the reference file."""
    names = {"lam": "lam", "N1": "N1", "N2": "N2", "nbar": "nbar", "sz": "sz"}
    values = DEFAULTS | {names[k]: v for k, v in params.items() if k in names}
    known = {s.name for s in of.parameters}
    return {name: value for name, value in values.items() if name in known}
