"""Symbols that are not polynomials: conjugates under roots, complex frozen quantities, refusals."""

import numpy as np
import pytest
import sympy

import quantsync as qs
from quantsync.errors import InvalidArgumentError

B, B1, B2, ALPHA = sympy.symbols("b b1 b2 alpha")
star = sympy.conjugate
g, N = sympy.symbols("g N", real=True)
n = B * star(B)


def test_a_holstein_primakoff_spin_precesses():
    """J_+ = sqrt(N) b^dag sqrt(1 - n/N), J_z = n - N/2: under J_x the vector turns about x."""
    lowering = sympy.sqrt(N) * sympy.sqrt(1 - n / N) * B
    model = qs.MeanFieldModel([B], (lowering + star(lowering)) / 2, defaults={N: 8.0})
    times = np.linspace(0.0, 5.0, 41)
    start = 0.9 - 0.6j
    run = model.integrate([start], times)
    z = run.occupation[:, 0] - 4.0
    minus = np.sqrt(8.0 - run.occupation[:, 0]) * run.beta[:, 0]
    # J_- = J_x - i J_y; dJ_y/dt = -J_z, dJ_z/dt = J_y.
    x, y = minus[0].real, -minus[0].imag
    np.testing.assert_allclose(minus.real, x, atol=1e-10)
    np.testing.assert_allclose(z, z[0] * np.cos(times) + y * np.sin(times), atol=1e-10)


@pytest.mark.parametrize(
    "L",
    [
        sympy.sqrt(3 + B),
        (3 + B) ** sympy.Rational(1, 3) * star(B),
        sympy.log(3 + B),
        sympy.Abs(B) * B,
        B**2.0 + n**1.5,
        sympy.sqrt(1 - n / 9) * B,
        sympy.Abs(B + 2) ** g,
    ],
    ids=str,
)
def test_jump_operators_that_are_no_polynomials(L):
    """Against differences along the real and the imaginary axis."""
    model = qs.MeanFieldModel([B], jumps=[L], defaults={g: 0.7} if L.has(g) else None)
    value = sympy.lambdify([B], L.subs(g, 0.7))
    at, h = 0.6 + 0.3j, 1e-6

    def slope(f):
        return (f(at + h) - f(at - h) + 1j * (f(at + 1j * h) - f(at - 1j * h))) / (4 * h)

    def starred(z):
        return np.conj(value(z))

    u, v = slope(starred), slope(value)
    want = (starred(at) * v - value(at) * u) / 2
    assert model.drift([at])[0] == pytest.approx(want, rel=1e-8, abs=1e-9)
    K = np.array([[(u - v).real, -(u + v).imag], [(u - v).imag, (u + v).real]])
    np.testing.assert_allclose(model.diffusion([at]), K @ K.T / 2, atol=1e-8)


def test_powers_with_half_exponents_exist_at_zero():
    model = qs.MeanFieldModel([B], jumps=[B**2.0])
    assert model.drift([0.0])[0] == 0
    assert model.evaluate(n**1.5, [0.0]) == 0


def test_complex_quantities_can_be_frozen():
    """An amplitude that another one follows, with its conjugate in H."""
    H = g * (star(ALPHA) * B2 + ALPHA * star(B2)) + B1 * star(B1)
    model = qs.MeanFieldModel([B1, B2], H, frozen={ALPHA: B1 * star(B2)}, defaults={g: 0.4})
    beta = np.array([0.6 + 0.3j, 0.5 - 0.4j])
    alpha = beta[0] * beta[1].conj()
    np.testing.assert_allclose(model.drift(beta), [-1j * beta[0], -0.4j * alpha], rtol=1e-14)
    M = model.fluctuation_matrix(beta)
    np.testing.assert_allclose(M[2:], 0, atol=1e-15)
    # The Jacobian has what M has not: alpha follows the amplitudes.
    columns = []
    for j in range(2):
        for direction in (1, 1j):
            step = np.zeros(2, complex)
            step[j] = 1e-6 * direction
            change = (model.drift(beta + step) - model.drift(beta - step)) / 2e-6
            columns.append(np.stack([change.real, change.imag], axis=-1).reshape(-1))
    np.testing.assert_allclose(model.jacobian(beta), np.array(columns).T, atol=1e-9)
    with pytest.raises(InvalidArgumentError, match="imaginary part"):
        qs.MeanFieldModel([B1, B2], ALPHA * n.subs(B, B1), frozen={ALPHA: B1})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: qs.MeanFieldModel([B], n, [(B, -0.3)]), "occupation -0.3"),
        (lambda: qs.MeanFieldModel([B], n, [(B, B)]), "occupation b of a bath"),
        (lambda: qs.MeanFieldModel([B], n, B), "`jumps` must be a list, but is b"),
        (lambda: qs.MeanFieldModel([B], n, [None]), "`jumps` must hold SymPy expressions"),
        (lambda: qs.MeanFieldModel(B, n), "`modes` must hold SymPy symbols, but is b"),
        (lambda: qs.MeanFieldModel([B], sympy.Eq(B, 1)), "`hamiltonian` must hold SymPy"),
        (lambda: qs.MeanFieldModel([B], "b +* 2"), "`hamiltonian` must hold SymPy"),
        (lambda: qs.MeanFieldModel([B], n, frozen={"X": n}), "`frozen` must name SymPy symbols"),
        (lambda: qs.MeanFieldModel([B], n, frozen={B: n}), "other than modes, but has b"),
        (lambda: qs.MeanFieldModel([B], n, time=B), "`time` must name SymPy symbols"),
        (lambda: qs.MeanFieldModel([B], n, diffusion=sympy.eye(4)), "one of shape (4, 4)"),
        (lambda: qs.MeanFieldModel([B], diffusion=[[1, 2], [0, 1]]), "must be symmetric"),
        (lambda: qs.MeanFieldModel([B], diffusion=[[1, sympy.I], [sympy.I, 1]]), "at (0, 1)"),
        (lambda: qs.MeanFieldModel([B], jumps=[sympy.atan(B)]), "atan is not among"),
        (
            lambda: qs.MeanFieldModel.from_equations([B], [B], fluctuations=(sympy.eye(1),)),
            "must be the pair (E, F)",
        ),
    ],
)
def test_symbols_that_make_no_model_are_named(make, says):
    with pytest.raises(InvalidArgumentError) as caught:
        make()
    assert says in str(caught.value)


def test_values_that_no_system_has_are_named():
    start, times = [1.0], [0.0, 1.0]
    bath = qs.MeanFieldModel([B], n, [(B, g)])
    for negative in (-2.0, [0.5, -2.0]):
        for call in (
            lambda v: bath.integrate(start, times, "vacuum", parameters={g: v}),
            lambda v: bath.diffusion(start, parameters={g: v}),
        ):
            with pytest.raises(InvalidArgumentError, match="occupation -2"):
                call(negative)
    rate = sympy.Symbol("rate", positive=True)
    damped = qs.MeanFieldModel([B], n, [sympy.sqrt(rate) * B])
    with pytest.raises(InvalidArgumentError, match="`rate` was declared positive, but is -1"):
        damped.drift(start, parameters={"rate": [1.0, -1.0]})
    plain = qs.MeanFieldModel([B], n, [B])
    with pytest.raises(InvalidArgumentError, match="imaginary part"):
        plain.integrate(start, times, events={"x": B - 1})
    with pytest.raises(InvalidArgumentError, match="`events` must map names to values"):
        plain.integrate(start, times, events=[n - 1])
    with pytest.raises(InvalidArgumentError, match="`covariance` must be real, but is complex"):
        plain.integrate(start, times, np.eye(2) / 2 + 0j)
    for bad, says in ((np.nan, "finite"), ("0", "a real number, but is '0'")):
        with pytest.raises(InvalidArgumentError, match=f"`start_time` must be {says}"):
            plain.integrate(start, times, start_time=bad)
    with pytest.raises(InvalidArgumentError, match="`times` must be a real number or array"):
        plain.integrate(start, ["soon"])
    with pytest.raises(InvalidArgumentError, match=r"index \(1,\) has a part of size 3, beyond"):
        plain.integrate([[1.0], [3.0j]], times, bound=2.0)


def test_no_points_have_no_values():
    assert qs.MeanFieldModel([B], n).drift(np.ones((0, 1))).shape == (0, 1)


@pytest.mark.parametrize("method", ["Radau", "BDF"])
def test_implicit_methods_take_covariances_in_machine_code(method):
    """Their differences use columns of a matrix, which are not contiguous."""
    pytest.importorskip("numba")
    model = qs.MeanFieldModel([B], n, [0.5 * B])
    _ = model.kernels.flow(covariance=True).compiled
    run = model.integrate([1.0], [4.0], "vacuum", method=method)
    assert run.beta[0, 0] == pytest.approx(np.exp(-0.5 - 4j), abs=1e-7)
    np.testing.assert_allclose(run.covariance[0], np.eye(2) / 2, atol=1e-9)
