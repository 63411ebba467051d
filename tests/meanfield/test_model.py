"""Equations, fluctuation matrix and diffusion derived from symbols, against operators."""

import numpy as np
import pytest
import sympy

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    UnknownNameError,
)

B1, B2 = sympy.symbols("b1 b2")
OMEGA = np.kron(np.eye(2), [[0, 1], [-1, 0]])


def star(x):
    return sympy.conjugate(x)


def quadratic(weights):
    """Two coupled, squeezed modes with linear jump operators; its c-vectors of L = c.r."""
    w1, w2, k, s, r = weights[:5]
    H = w1 * B1 * star(B1) + w2 * B2 * star(B2)
    H += (k + 1j * r) * B1 * star(B2) + (k - 1j * r) * star(B1) * B2
    H += 1j * s * B1 * B2 - 1j * s * star(B1) * star(B2)
    H += r * (B1**2 + star(B1) ** 2)
    coefficients = np.array(
        [
            [weights[5], 0.3j * weights[6], 0.2, weights[7]],
            [0.1, 0.4 - 0.2j, 0.9j * weights[8], 0.15 + 0.1j],
        ]
    )
    basis = [B1, star(B1), B2, star(B2)]
    return H, [sum(c * b for c, b in zip(row, basis, strict=True)) for row in coefficients]


def test_quadratic_systems_have_the_drift_and_diffusion_of_the_exact_moments():
    """A = Omega (G + Im C^dag C), D = Omega Re(C^dag C) Omega^T for H = r.G.r/2, L = C r."""
    weights = np.random.default_rng(3).uniform(0.3, 1.2, 9)
    H, jumps = quadratic(weights)
    r = sympy.symbols("q1 p1 q2 p2", real=True)
    modes = {
        B1: (r[0] + sympy.I * r[1]) / sympy.sqrt(2),
        B2: (r[2] + sympy.I * r[3]) / sympy.sqrt(2),
    }
    G = np.array(sympy.hessian(sympy.expand(H.subs(modes)), r).evalf(), dtype=complex)
    assert np.abs(G.imag).max() < 1e-12
    C = np.array([[complex(sympy.expand(L.subs(modes)).coeff(x)) for x in r] for L in jumps])
    nbar = [0.0, 0.7]
    gram = sum(
        (n + 1) * np.outer(c.conj(), c) + n * np.outer(c, c.conj())
        for c, n in zip(C, nbar, strict=True)
    )
    model = qs.MeanFieldModel([B1, B2], H, list(zip(jumps, nbar, strict=True)))
    beta = [0.4 - 0.2j, 1.1j]
    np.testing.assert_allclose(
        model.fluctuation_matrix(beta), OMEGA @ (G.real + gram.imag), atol=1e-14
    )
    np.testing.assert_allclose(model.diffusion(beta), OMEGA @ gram.real @ OMEGA.T, atol=1e-14)
    mean = np.sqrt(2) * np.array([0.4, -0.2, 0.0, 1.1])
    rate = model.fluctuation_matrix(beta) @ mean / np.sqrt(2)
    np.testing.assert_allclose(model.drift(beta), rate[::2] + 1j * rate[1::2], atol=1e-14)


def nonlinear():
    t = sympy.Symbol("t", real=True)
    g, k, N = sympy.symbols("g k N", real=True)
    X = sympy.Symbol("X", real=True)
    n1, n2 = sympy.Abs(B1) ** 2, B2 * star(B2)
    turn = sympy.exp(sympy.I * t * (1 + 2 * n1) / N)
    H = g / X * n1**2 * n2 + k * (star(B1) * turn * B2 + B1 / turn * star(B2))
    jumps = [sympy.sqrt(g) * B1 + k / N * n1 * B1, (k * star(B2) + B1 * B2, sympy.Rational(1, 3))]
    return qs.MeanFieldModel(
        [B1, B2], H, jumps, frozen={X: n1 + 2 * n2 - N}, time=t,
        defaults={g: 0.7, k: 0.4, N: 6.0},
    )  # fmt: skip


def differences(model, beta, time, frozen_at=None):
    """Jacobian in quadratures from central differences."""
    h, columns = 1e-6, []
    for j in range(2):
        for direction in (1, 1j):
            step = np.zeros(2, complex)
            step[j] = h * direction
            change = (model.drift(beta + step, time) - model.drift(beta - step, time)) / (2 * h)
            columns.append(np.stack([change.real, change.imag], axis=-1).reshape(-1))
    return np.array(columns).T


def test_the_jacobian_is_the_derivative_of_the_drift_and_m_that_at_frozen_quantities():
    model, beta = nonlinear(), np.array([0.6 + 0.3j, 0.5 - 0.4j])
    np.testing.assert_allclose(model.jacobian(beta, 1.3), differences(model, beta, 1.3), atol=1e-8)
    M = model.fluctuation_matrix(beta, 1.3)
    assert np.abs(M - model.jacobian(beta, 1.3)).max() > 1e-2
    # With X as a parameter, held at its value, M is the whole derivative.
    X = model.evaluate(sympy.Symbol("X", real=True), beta).real
    assert float(X) == pytest.approx(abs(beta[0]) ** 2 + 2 * abs(beta[1]) ** 2 - 6)
    drift = [f.subs(sympy.Symbol("X", real=True), float(X)) for f in model.equations.drift]
    back = {s: star(b) for s, b in zip(model.equations.conjugates, model.modes, strict=True)}
    held = qs.MeanFieldModel.from_equations(
        [B1, B2], [f.subs(back) for f in drift], time=model.time, defaults=model.defaults
    )
    np.testing.assert_allclose(held.jacobian(beta, 1.3), M, atol=1e-13)
    np.testing.assert_allclose(differences(held, beta, 1.3), M, atol=1e-8)


def lindblad_moments(beta, H, jumps):
    """d<b>/dt and dC/dt of a coherent state, exactly, in a truncated Fock space."""
    size = 90
    b = np.diag(np.sqrt(np.arange(1, size)), 1).astype(complex)
    rho = np.zeros(size, complex)
    rho[0] = np.exp(-(abs(beta) ** 2) / 2)
    for k in range(1, size):
        rho[k] = rho[k - 1] * beta / np.sqrt(k)
    rho = np.outer(rho, rho.conj())
    d_rho = -1j * (H(b) @ rho - rho @ H(b))
    for L in jumps:
        J = L(b)
        g = J.conj().T @ J
        d_rho += J @ rho @ J.conj().T - (g @ rho + rho @ g) / 2
    q, p = (b + b.conj().T) / np.sqrt(2), (b - b.conj().T) / (1j * np.sqrt(2))
    r = (q, p)
    mean = [np.trace(x @ rho).real for x in r]
    d_mean = [np.trace(x @ d_rho).real for x in r]
    d_C = np.array(
        [
            [
                np.trace((x @ y + y @ x) @ d_rho).real / 2
                - mean[i] * d_mean[j]
                - d_mean[i] * mean[j]
                for j, y in enumerate(r)
            ]
            for i, x in enumerate(r)
        ]
    )
    return complex(*d_mean) / np.sqrt(2), d_C


@pytest.mark.parametrize("angle", [0.3, 2.0])
def test_nonlinear_jumps_agree_with_the_master_equation_to_leading_order(angle):
    """Per quantum the error falls as 1/N, with |beta|^2 of the order of N."""
    b = sympy.Symbol("b")
    errors = []
    for N in (4, 16):
        n = b * star(b)
        model = qs.MeanFieldModel(
            [b], 0.4 * n**2 / N, [0.7 * b + 0.5 / N * n * b, 0.6 * star(b) + 0.2j * b]
        )
        beta = np.sqrt(N) * np.exp(1j * angle)
        d_beta, d_C = lindblad_moments(
            beta,
            lambda x, N=N: 0.4 / N * x.conj().T @ x.conj().T @ x @ x,
            [
                lambda x, N=N: 0.7 * x + 0.5 / N * x.conj().T @ x @ x,
                lambda x: 0.6 * x.conj().T + 0.2j * x,
            ],
        )
        M = model.fluctuation_matrix([beta])
        ours = M / 2 + M.T / 2 + model.diffusion([beta])
        errors.append(
            (abs(model.drift([beta])[0] - d_beta) / abs(d_beta), np.abs(ours - d_C).max())
        )
        assert np.abs(d_C).max() > 0.3
    assert np.all(np.array(errors[1]) < 0.35 * np.array(errors[0]))
    assert max(errors[1]) < 0.06


def test_by_hand_and_derived_agree():
    derived = nonlinear()
    N = sympy.Symbol("N", real=True)
    t, X = sympy.Symbol("t", real=True), sympy.Symbol("X", real=True)
    back = {s: star(b) for s, b in zip(derived.equations.conjugates, derived.modes, strict=True)}
    eq = derived.equations
    hand = qs.MeanFieldModel.from_equations(
        [B1, B2],
        [f.subs(back) for f in eq.drift],
        fluctuations=(
            sympy.Matrix(eq.normal).subs(back),
            sympy.Matrix(eq.anomalous).subs(back),
        ),
        frozen={X: sympy.Abs(B1) ** 2 + 2 * B2 * star(B2) - N},
        time=t,
        defaults={"g": 0.7, "k": 0.4, "N": 6.0},
    )
    beta = np.array([[0.6 + 0.3j, 0.5 - 0.4j], [1.0, 0.2j]])
    np.testing.assert_allclose(hand.drift(beta, 0.7), derived.drift(beta, 0.7), rtol=1e-13)
    for a, b in zip(
        hand.normal_and_anomalous(beta, 0.7), derived.normal_and_anomalous(beta, 0.7), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
    assert not hand.diffusion(beta).any()


def test_all_arguments_broadcast():
    model = nonlinear()
    beta = np.array([[0.3, 0.1j], [0.2, 0.4]])
    both = model.drift(beta, [0.0, 1.0], {"g": [[0.5], [0.6], [0.7]]})
    assert both.shape == (3, 2, 2)
    np.testing.assert_allclose(both[1, 1], model.drift(beta[1], 1.0, {"g": 0.6}), rtol=1e-14)


def test_bad_symbols_are_named():
    b, x = sympy.symbols("b x")
    g = sympy.Symbol("g", real=True)
    with pytest.raises(InvalidArgumentError, match=r"must be real, but has the imaginary part"):
        qs.MeanFieldModel([b], g * b**2)
    with pytest.raises(InvalidArgumentError, match=r"frozen\[g\]"):
        qs.MeanFieldModel([b], g * b * star(b), frozen={g: b})
    with pytest.raises(InvalidArgumentError, match="must be declared real"):
        qs.MeanFieldModel([b], jumps=[x * b])
    with pytest.raises(InvalidArgumentError, match="declared real or imaginary"):
        qs.MeanFieldModel([g], g)
    with pytest.raises(InvalidArgumentError, match="must name a mode once"):
        qs.MeanFieldModel([b, b])
    y, z = sympy.symbols("y z", real=True)
    with pytest.raises(InvalidArgumentError, match="by one another"):
        qs.MeanFieldModel([b], y * b * star(b), frozen={y: z, z: y})
    with pytest.raises(InvalidArgumentError, match="gamma is not among"):
        qs.MeanFieldModel.from_equations([b], [sympy.gamma(b)]).drift([1.0])
    with pytest.raises(InvalidArgumentError, match="must have 1 expressions"):
        qs.MeanFieldModel.from_equations([b], [b, b])
    with pytest.raises(InvalidArgumentError, match=r"shape \(2, 2\)"):
        qs.MeanFieldModel.from_equations([b], [b], diffusion=sympy.eye(3))


def test_bad_values_are_named():
    model = nonlinear()
    beta = [0.1, 0.2]
    with pytest.raises(UnknownNameError, match="Unknown parameter 'gg'"):
        model.drift(beta, parameters={"gg": 1.0})
    g = sympy.Symbol("g", real=True)
    with pytest.raises(InvalidArgumentError, match="lacks g, which"):
        qs.MeanFieldModel([B1], g * B1 * star(B1)).drift([1.0])
    with pytest.raises(InvalidArgumentError, match="`g` must be real"):
        model.drift(beta, parameters={"g": 1j})
    with pytest.raises(NonFiniteError, match="`g` must be finite"):
        model.drift(beta, parameters={"g": np.nan})
    with pytest.raises(BroadcastError, match=r"beta \(2,\), g \(3,\)"):
        model.drift([beta, beta], parameters={"g": [1.0, 2.0, 3.0]})
    with pytest.raises(DimensionError, match=r"shape \(\.\.\., 2\)"):
        model.drift([1.0])
    with pytest.raises(InvalidArgumentError, match="no finite value"):
        model.drift([2.0, 1.0])  # X = 0


@pytest.mark.parametrize(
    "f",
    [
        lambda z: sympy.sin(z) + sympy.cosh(star(z)),
        lambda z: sympy.tanh(sympy.Abs(z)) * sympy.exp(sympy.I * sympy.arg(z)),
        lambda z: sympy.sqrt(1 + z * star(z)) * sympy.log(2 + z) / (z + 3),
        lambda z: (1 + z) ** sympy.Rational(1, 3) + sympy.re(z) * sympy.im(z) ** 2 + z**-2,
        lambda z: 1 / sympy.sqrt(2 + sympy.Abs(z) ** 2) + sympy.pi * sympy.E**z,
    ],
)
def test_all_kinds_of_expressions_are_split_into_real_arithmetic(f):
    b = sympy.Symbol("b")
    value = 0.4 - 0.7j
    model = qs.MeanFieldModel.from_equations([b], [f(b)])
    want = complex(f(sympy.Float(0.4, 30) - sympy.I * sympy.Float(0.7, 30)).evalf(20))
    assert model.drift([value])[0] == pytest.approx(want, rel=1e-13)
    h = 1e-6
    slope = (model.drift([value + h])[0] - model.drift([value - h])[0]) / (2 * h)
    assert model.jacobian([value])[:, 0] @ [1, 1j] == pytest.approx(slope, rel=1e-7)
