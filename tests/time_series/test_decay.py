"""Decay rates against damped oscillations that are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.errors import DimensionError, InvalidArgumentError, NonFiniteError
from quantsync.time_series import decay_rate

TIMES = np.linspace(0, 40, 401)


def damped(rate, frequency, phase=0.3, times=TIMES):
    rate, frequency = np.asarray(rate)[..., None], np.asarray(frequency)[..., None]
    return np.exp(-rate * times) * np.cos(frequency * times + phase)


@pytest.mark.parametrize("rate", [-0.05, 0.0, 1e-3, 0.02, 0.3, 1.5])
@pytest.mark.parametrize("frequency", [0.0, 0.05, 0.9, 7.0])
def test_one_damped_oscillation(rate, frequency):
    if rate == frequency == 0.0:
        return
    signal = 3.0 + 1e-3 * damped(rate, frequency)
    assert_allclose(decay_rate(signal, TIMES), rate, atol=1e-6)


@pytest.mark.parametrize("close", [1.0, 0.3, 0.1])
def test_beats_are_no_decay(close):
    both = damped(0.05, 1.0) + 0.8 * damped(0.05, 1.0 + close, 1.0)
    assert_allclose(decay_rate(both, TIMES), 0.05, atol=1e-6)


def test_the_slower_of_two_counts_however_small_it_begins():
    fast, slow = damped(0.4, 1.1), damped(0.03, 0.8)
    for size in (1.0, 1e-2, 1e-4):
        assert_allclose(decay_rate(fast + size * slow, TIMES), 0.03, atol=1e-6)
    assert_allclose(decay_rate(fast + 1e-4 * slow, TIMES, tolerance=1e-2), 0.4, atol=1e-2)


def test_signals_are_a_batch_and_may_be_complex():
    rates = np.array([[0.1], [0.2]])
    frequencies = np.array([0.5, 1.0, 2.0])
    found = decay_rate(damped(rates, frequencies), TIMES)
    assert_allclose(found, np.broadcast_to(rates, (2, 3)), atol=1e-8)
    spiral = np.exp((-0.07 - 1.3j) * TIMES)
    assert_allclose(decay_rate(spiral, TIMES), 0.07, atol=1e-9)
    assert decay_rate(np.zeros((0, 401)), TIMES).shape == (0,)


def test_noise_is_left_out_when_told():
    rng = np.random.default_rng(1)
    noisy = damped(0.05, 1.0) + 1e-3 * rng.normal(size=(5, len(TIMES)))
    assert_allclose(decay_rate(noisy, TIMES, tolerance=1e-2), 0.05, rtol=0.02)
    assert np.isnan(decay_rate(noisy, TIMES)).all()


def test_what_has_no_rate_is_undefined():
    assert np.isnan(decay_rate(np.full(401, 2.0), TIMES))
    assert np.isnan(decay_rate(np.zeros(401), TIMES))
    assert np.isnan(decay_rate(1 / (1 + TIMES) ** 0.5 + np.abs(TIMES - 20) ** 0.5, TIMES))


def test_the_unit_of_time_and_of_the_signal_do_not_matter():
    signal = damped(0.1, 1.0)
    for unit in (1e-9, 1e6):
        assert_allclose(decay_rate(signal * unit, TIMES * unit) * unit, 0.1, rtol=1e-9)


def test_the_rate_of_a_lindblad_equation():
    """<x> of a mode that loses quanta at rate g decays at g/2."""
    space = qs.Space(M=qs.Fock(12))
    a = space["M"]
    losses = np.array([0.1, 0.4])
    mode = qs.Lindbladian(space, [(1.0, a.number)], [(losses, a.destroy)])
    psi = np.zeros(12)
    psi[:3] = 0.8, 0.5, np.sqrt(1 - 0.89)
    path = qs.evolve(mode, np.outer(psi, psi), TIMES, observables={"x": a.create + a.destroy})
    assert_allclose(decay_rate(path.expectation["x"], TIMES), losses / 2, atol=1e-9)


def test_bad_signals_are_refused_by_name():
    with pytest.raises(DimensionError, match="signal"):
        decay_rate(np.zeros(5), TIMES)
    with pytest.raises(NonFiniteError, match="signal"):
        decay_rate(np.full(401, np.nan), TIMES)
    with pytest.raises(InvalidArgumentError, match="equidistant"):
        decay_rate(np.zeros(401), TIMES**2)
    with pytest.raises(InvalidArgumentError, match="tolerance"):
        decay_rate(np.zeros(401), TIMES, tolerance=0.0)


def test_a_record_that_is_too_short_for_its_oscillations_tells_nothing():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    h = [(1.0, a.z), (1.3, b.z), (0.3, a.plus @ b.minus + a.minus @ b.plus), (0.2, a.x)]
    system = qs.Lindbladian(space, h, [(0.05, a.minus), (0.07, b.minus), (0.02, a.z)])
    for until, told in ((10, False), (20, False), (30, False), (40, False), (60, True)):
        times = np.linspace(0, until, 10 * until + 1)
        path = qs.evolve(system, np.full((4, 4), 0.25), times, observables={"x": a.x})
        rate = decay_rate(path.expectation["x"], times)
        # The slowest decay of the generator, from its eigenvalues.
        assert rate == pytest.approx(0.0353108, rel=1e-5) if told else np.isnan(rate)
