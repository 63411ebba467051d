"""Fixed points, limit cycles, Lyapunov exponents of oscillators whose answers are known."""

import numpy as np
import pytest
import sympy

import quantsync as qs
from quantsync.errors import (
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    UnboundedRunError,
)

B1, B2 = sympy.symbols("b1 b2")
star = sympy.conjugate
omega, gain, loss, kerr, kappa, detuning = sympy.symbols(
    "omega gain loss kerr kappa detuning", real=True
)


@pytest.fixture(scope="module")
def van_der_pol():
    """n = gain/(2 loss); frequency omega + 2 kerr n; radial deviations decay at the gain."""
    n = B1 * star(B1)
    return qs.MeanFieldModel(
        [B1],
        omega * n + kerr * n**2,
        [sympy.sqrt(gain) * star(B1), sympy.sqrt(loss) * B1**2],
        defaults={"omega": 1.0, "gain": 1.0, "loss": 0.1, "kerr": 0.05},
    )


@pytest.fixture(scope="module")
def adler():
    """Dissipatively coupled: the phase obeys d(phi)/dt = detuning - 2 kappa sin(phi), n equal."""
    jumps = [sympy.sqrt(gain) * star(b) for b in (B1, B2)]
    jumps += [sympy.sqrt(loss) * b**2 for b in (B1, B2)]
    jumps += [sympy.sqrt(2 * kappa) * (B1 - B2)]
    H = detuning / 2 * (B1 * star(B1) - B2 * star(B2))
    return qs.MeanFieldModel([B1, B2], H, jumps, defaults={"gain": 2.0, "loss": 0.1, "kappa": 0.05})


def test_the_van_der_pol_cycle_has_its_radius_frequency_and_multipliers(van_der_pol):
    cycle = qs.meanfield.limit_cycle(van_der_pol, [0.5], transient=15.0)
    frequency = 1.0 + 2 * 0.05 * 5
    np.testing.assert_allclose(np.abs(cycle.beta[:, 0]) ** 2, 5.0, rtol=1e-8)
    assert cycle.frequency == pytest.approx(frequency, rel=1e-9)
    want = [1.0, np.exp(-2 * np.pi / frequency)]
    np.testing.assert_allclose(np.sort(np.abs(cycle.multipliers))[::-1], want, rtol=1e-6)
    assert cycle.stable
    assert cycle.trivial_error < 1e-7
    assert cycle.residual < 1e-8
    assert abs(cycle.beta[-1, 0] - cycle.beta[0, 0]) < 1e-7
    # It advances as e^{-i omega t}.
    turned = np.angle(cycle.beta[1, 0] / cycle.beta[0, 0])
    assert turned == pytest.approx(-frequency * cycle.times[1], abs=1e-8)


def test_the_van_der_pol_spectrum_is_0_and_minus_the_gain(van_der_pol):
    spectrum = qs.meanfield.lyapunov_spectrum(van_der_pol, [1.0], 60.0, transient=40.0)
    np.testing.assert_allclose(spectrum.exponents, [0.0, -1.0], atol=1e-6)
    assert (spectrum.uncertainty < 1e-5).all()
    assert abs(spectrum.final_beta[0]) ** 2 == pytest.approx(5.0)
    one = qs.meanfield.lyapunov_spectrum(van_der_pol, [1.0], 60.0, transient=40.0, count=1)
    assert one.exponents == pytest.approx([0.0], abs=1e-6)


def test_rest_is_an_unstable_fixed_point_of_the_van_der_pol_oscillator(van_der_pol):
    found = qs.meanfield.fixed_points(van_der_pol, [[0.1], [0.01j]])
    assert found.beta.shape == (1, 1)
    np.testing.assert_allclose(found.beta, 0, atol=1e-12)
    np.testing.assert_allclose(np.sort_complex(found.eigenvalues[0]), [0.5 - 1j, 0.5 + 1j])
    assert not found.stable[0]
    assert found.converged.all()


@pytest.mark.parametrize(("ratio", "locked"), [(0.99, True), (1.01, False)])
def test_two_oscillators_lock_at_the_threshold_of_adler(adler, ratio, locked):
    """dphi/dt = -detuning + 2 kappa sin(...): locked while the detuning is below 2 kappa."""
    values = {"detuning": 2 * 0.05 * ratio}
    radius = 3.1
    starts = radius * np.array([[np.exp(0.5j * x), np.exp(-0.5j * x)] for x in (-1.4, 0.2, 1.4)])
    if not locked:
        with pytest.raises(ConvergenceError, match="None of the 3 starts"):
            qs.meanfield.fixed_points(adler, starts * np.exp(0.3j), parameters=values)
        spectrum = qs.meanfield.lyapunov_spectrum(
            adler, starts[0], 400.0, transient=100.0, parameters=values
        )
        # A torus: the common phase, and the relative one, which keeps slipping.
        assert spectrum.exponents[0] == pytest.approx(0.0, abs=2e-2)
        assert spectrum.exponents[2] < -1.5
        return
    found = qs.meanfield.fixed_points(adler, starts, parameters=values)
    phase = np.angle(found.beta[0, 0] * found.beta[0, 1].conj())
    assert np.sin(phase) == pytest.approx(-ratio, rel=1e-7)
    assert np.cos(phase) > 0
    n = np.abs(found.beta[0]) ** 2
    # gain/2 - loss n - kappa (1 - cos(phase)) = 0
    np.testing.assert_allclose(n, (1.0 - 0.05 * (1 - np.cos(phase))) / 0.1, rtol=1e-9)
    # The common phase is free: 0; the relative one returns at 2 kappa cos(phase).
    rates = np.sort(found.eigenvalues[0].real)[::-1]
    assert rates[0] == pytest.approx(0.0, abs=1e-9)
    assert rates[1] == pytest.approx(-2 * 0.05 * np.cos(phase), rel=1e-6)


def test_locked_oscillators_have_one_common_cycle(adler):
    lab = qs.MeanFieldModel(
        [B1, B2],
        omega * (B1 * star(B1) + B2 * star(B2)) + detuning / 2 * (B1 * star(B1) - B2 * star(B2)),
        [sympy.sqrt(gain) * star(b) for b in (B1, B2)]
        + [sympy.sqrt(loss) * b**2 for b in (B1, B2)]
        + [sympy.sqrt(2 * kappa) * (B1 - B2)],
        defaults={"gain": 2.0, "loss": 0.1, "kappa": 0.2, "omega": 1.0, "detuning": 0.1},
    )
    cycle = qs.meanfield.limit_cycle(lab, [3.0, 3.1j], transient=40.0)
    assert cycle.stable
    assert cycle.frequency == pytest.approx(1.0, rel=1e-8)
    phase = np.angle(cycle.beta[0, 0] * cycle.beta[0, 1].conj())
    assert np.sin(phase) == pytest.approx(-0.1 / 0.4, rel=1e-6)
    spectrum = np.sort(cycle.exponents)[::-1]
    assert spectrum[1] == pytest.approx(-2 * 0.2 * np.cos(phase), rel=1e-5)


def test_a_forced_oscillator_answers_at_the_period_of_the_force():
    t = sympy.Symbol("t", real=True)
    forced = qs.MeanFieldModel(
        [B1], B1 * star(B1) + 0.3 * sympy.cos(2 * t) * (B1 + star(B1)), [B1], time=t
    )
    with pytest.raises(InvalidArgumentError, match="`period` must be given"):
        qs.meanfield.limit_cycle(forced, [0.0])
    cycle = qs.meanfield.limit_cycle(forced, [0.0], np.pi)
    # d beta/dt = -(i + 1/2) beta - 0.15 i (e^{2it} + e^{-2it})
    want = -0.15j * sum(np.exp(1j * s * cycle.times) / (1j * (s + 1) + 0.5) for s in (2, -2))
    np.testing.assert_allclose(cycle.beta[:, 0], want, atol=1e-9)
    np.testing.assert_allclose(np.abs(cycle.multipliers), np.exp(-np.pi / 2), rtol=1e-8)
    assert cycle.stable
    with pytest.raises(InvalidArgumentError, match="depend on time explicitly"):
        qs.meanfield.fixed_points(forced, [0.0])


def test_decaying_spirals_have_no_limit_cycle(van_der_pol):
    spiral = qs.MeanFieldModel([B1], B1 * star(B1), [0.5 * B1])
    with pytest.raises(ConvergenceError):
        qs.meanfield.limit_cycle(spiral, [1.0])
    with pytest.raises(ConvergenceError, match="fixed point"):
        qs.meanfield.limit_cycle(spiral, [0.0])
    spectrum = qs.meanfield.lyapunov_spectrum(spiral, [1.0], 30.0)
    np.testing.assert_allclose(spectrum.exponents, [-0.125, -0.125], atol=1e-8)


def test_a_family_of_closed_orbits_is_no_limit_cycle():
    harmonic = qs.MeanFieldModel([B1], B1 * star(B1))
    cycle = qs.meanfield.limit_cycle(harmonic, [1.0], 2 * np.pi)
    assert cycle.period == pytest.approx(2 * np.pi, rel=1e-9)
    assert not cycle.stable


@pytest.fixture(scope="module")
def relaxation():
    """x'' - mu (1 - x^2) x' + x = 0 with x = Re b, x' = Im b."""
    mu = sympy.Symbol("mu", real=True)
    x, y = sympy.re(B1), sympy.im(B1)
    return qs.MeanFieldModel.from_equations([B1], [y + sympy.I * (mu * (1 - x**2) * y - x)])


@pytest.mark.parametrize(("mu", "period"), [(1.0, 6.6632868593), (4.0, 10.2035236910)])
def test_relaxation_oscillations_return_once_a_period(relaxation, mu, period):
    """Periods from the literature on van der Pol's equation; half a period has no return."""
    cycle = qs.meanfield.limit_cycle(relaxation, [2.0], transient=20.0, parameters={"mu": mu})
    assert cycle.period == pytest.approx(period, rel=1e-9)
    assert cycle.stable


def test_the_period_is_that_of_one_turn(relaxation):
    cycle = qs.meanfield.limit_cycle(
        relaxation, [2.0], 20.0, transient=30.0, parameters={"mu": 1.0}
    )
    assert cycle.period == pytest.approx(6.6632868593, rel=1e-9)


def test_a_period_that_shrinks_to_nothing_is_no_fixed_point():
    straight = qs.MeanFieldModel.from_equations([B1], [1 + 0 * B1])
    with pytest.raises(ConvergenceError, match="does not close"):
        qs.meanfield.limit_cycle(straight, [1.0], 3.0)


def test_slower_than_exponential_decay_is_not_called_stable():
    cubic = qs.MeanFieldModel.from_equations([B1], [-B1 * B1 * star(B1)])
    found = qs.meanfield.fixed_points(cubic, [[0.5]])
    np.testing.assert_allclose(found.beta, 0, atol=1e-9)
    assert not found.stable[0]


def test_bad_arguments_and_runaway_trajectories_are_named(van_der_pol):
    with pytest.raises(DimensionError, match="`gain` must be one number"):
        qs.meanfield.fixed_points(van_der_pol, [0.1], parameters={"gain": [1.0, 2.0]})
    with pytest.raises(InvalidArgumentError, match="`count` must be a whole number from 1 to 2"):
        qs.meanfield.lyapunov_spectrum(van_der_pol, [0.1], 1.0, count=3)
    with pytest.raises(InvalidArgumentError, match="`duration` must be > 0, but is -1"):
        qs.meanfield.lyapunov_spectrum(van_der_pol, [0.1], -1.0)
    with pytest.raises(DimensionError, match=r"`state` must have shape \(1,\)"):
        qs.meanfield.lyapunov_spectrum(van_der_pol, [[0.1]], 1.0)
    with pytest.raises(UnboundedRunError, match="grows without bound"):
        qs.meanfield.lyapunov_spectrum(
            van_der_pol, [0.1], 100.0, parameters={"loss": 0.0, "kerr": 0.0}
        )


def test_values_of_the_wrong_type_are_named(van_der_pol):
    start = [1.0]
    for name, call in {
        "state": lambda v: qs.meanfield.limit_cycle(van_der_pol, v),
        "period": lambda v: qs.meanfield.limit_cycle(van_der_pol, start, v),
        "transient": lambda v: qs.meanfield.limit_cycle(van_der_pol, start, transient=v),
        "points": lambda v: qs.meanfield.limit_cycle(van_der_pol, start, points=v),
        "duration": lambda v: qs.meanfield.lyapunov_spectrum(van_der_pol, start, v),
        "count": lambda v: qs.meanfield.lyapunov_spectrum(van_der_pol, start, 1.0, count=v),
        "parameters": lambda v: qs.meanfield.fixed_points(van_der_pol, start, parameters=v),
    }.items():
        for value in ("x", [1.0, "y"], object()):
            with pytest.raises(InvalidArgumentError, match=f"`{name}`"):
                call(value)
