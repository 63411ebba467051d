"""Pearson's coefficient in sliding windows: analytic signals, samples, and reference numbers."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose
from places import TESTS
from scipy.integrate import quad

from quantsync.errors import DimensionError, InvalidArgumentError, NonFiniteError
from quantsync.time_series.mode_sums import ModeSum
from quantsync.time_series.pearson import best_delay, pearson, windowed_mean
from quantsync.time_series.signals import SampledSignal

REFERENCE = TESTS / "reference" / "benedetti2016.json"
WINDOW = 15.0


def references(kind):
    entries = json.loads(REFERENCE.read_text())["references"]
    return [entry for entry in entries if f".{kind}." in entry["id"]]


def normal_modes(params):
    """Frequencies and modes of two probes and a chain, and the chain's own stiffness."""
    sites, k = params["M"], float(params["K"])
    lam, omega_2 = float(params["lam"]), float(params["omega2"])
    chain_frequency, g = float(params["Omega0"]), float(params["g"])
    v = np.diag(np.full(sites + 2, chain_frequency**2 + 2 * g))
    v[0, 0], v[1, 1], v[0, 1], v[1, 0] = 1 + lam, omega_2**2 + lam, -lam, -lam
    i = np.arange(2, sites + 1)
    v[i, i + 1] = v[i + 1, i] = -g
    chain = v[2:, 2:].copy()
    for probe, site in enumerate((params["m"], params["n"])):
        v[probe, 1 + site] += k
        v[1 + site, probe] += k
    squares, modes = np.linalg.eigh(v)
    return np.sqrt(squares), modes, chain


def mean_signals(params):
    w, modes, _ = normal_modes(params)
    x = modes[:2].T @ np.array(params["x0"], dtype=float)
    p = modes[:2].T @ np.array(params["p0"], dtype=float)
    return [ModeSum(w, modes[k] * x, modes[k] * p / w) for k in (0, 1)]


def variance_signals(params):
    w, modes, chain = normal_modes(params)
    bare = np.array([1.0, float(params["omega2"])])
    r = params["sign"] * np.array([params["r1"], params["r2"]], dtype=float)
    squares, own = np.linalg.eigh(chain)
    x, p = np.zeros_like(modes), np.zeros_like(modes)
    x[[0, 1], [0, 1]] = np.exp(2 * r) / 2 / bare
    p[[0, 1], [0, 1]] = bare * np.exp(-2 * r) / 2
    x[2:, 2:] = own / np.sqrt(squares) / 2 @ own.T
    p[2:, 2:] = own * np.sqrt(squares) / 2 @ own.T
    x, p = modes.T @ x @ modes, modes.T @ p @ modes / np.outer(w, w)

    def signal(row):
        def at(times):
            cosine = np.cos(np.outer(times, w)) * modes[row]
            sine = np.sin(np.outer(times, w)) * modes[row]
            return np.sum(cosine @ x * cosine + sine @ p * sine, axis=1)

        return at

    return signal(0), signal(1), 2 * w[-1]


@pytest.mark.parametrize("entry", references("C"), ids=lambda e: e["id"])
def test_reference_coefficients_of_means(entry):
    f, g = mean_signals(entry["params"])
    expected = float(entry["value"])
    assert pearson(f, g, entry["t"], WINDOW) == pytest.approx(expected, abs=1e-11)
    times = np.arange(entry["t"] - 10, entry["t"] + 30, 0.2)
    sampled = pearson(f(times), g(times), times, WINDOW)
    assert sampled[50] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("entry", references("C2"), ids=lambda e: e["id"])
def test_reference_coefficients_of_variances(entry):
    f, g, bandwidth = variance_signals(entry["params"])
    expected = float(entry["value"])
    exact = pearson(f, g, [float(entry["t"])], WINDOW, bandwidth=bandwidth)
    assert exact == pytest.approx(expected, abs=1e-11)
    times = np.arange(entry["t"] - 10, entry["t"] + 30, 0.2)
    sampled = pearson(f(times), g(times), times, WINDOW)
    assert sampled[50] == pytest.approx(expected, abs=1e-10)


def random_modes(seed, shape=(), count=7, top=3.0):
    rng = np.random.default_rng(seed)
    return ModeSum(
        rng.uniform(0.1, top, size=(*shape, count)),
        rng.normal(size=(*shape, count)),
        rng.normal(size=(*shape, count)),
        rng.normal(size=shape) * 3,
    )


def literal(f, g, t, window, delay):
    """Eq. (3) with its integrals by adaptive quadrature."""

    def mean(h):
        return quad(h, t, t + window, epsabs=3e-12, epsrel=3e-12, limit=500)[0] / window

    a, b = mean(f), mean(lambda s: g(s + delay))
    both = mean(lambda s: (f(s) - a) * (g(s + delay) - b))
    return both / np.sqrt(mean(lambda s: (f(s) - a) ** 2) * mean(lambda s: (g(s + delay) - b) ** 2))


@pytest.mark.parametrize(("window", "delay"), [(15.0, 0.0), (0.7, 0.3), (41.3, -2.2)])
def test_sums_of_modes_agree_with_adaptive_quadrature(window, delay):
    f, g = random_modes(1), random_modes(2)
    times = np.array([30.0, 0.0, 7.3, 7.4])
    values = pearson(f, g, times, window, delay)
    expected = [literal(f, g, t, window, delay) for t in times]
    np.testing.assert_allclose(values, expected, atol=1e-11)
    means = [quad(f, t, t + window, epsabs=3e-12, limit=500)[0] / window for t in times]
    np.testing.assert_allclose(windowed_mean(f, times, window), means, atol=1e-12)


@pytest.mark.parametrize("step", [0.1, 0.0937])
@pytest.mark.parametrize("delay", [0.0, 1.7, -3.05])
def test_samples_agree_with_exact_integrals(step, delay):
    f, g = random_modes(3, (2, 1), top=2.0), random_modes(4, (3,), top=2.0)
    times = np.arange(0, 80, step)
    exact = pearson(f, g, times, WINDOW, delay)
    sampled = pearson(f(times), g(times), times, WINDOW, delay)
    assert sampled.shape == exact.shape == (2, 3, times.size)
    fits = (times + delay > -1e-9) & (times + WINDOW + max(delay, 0) < times[-1] + 1e-9)
    assert (np.isnan(sampled) == ~fits).all()
    np.testing.assert_allclose(sampled[..., fits], exact[..., fits], atol=1e-8)
    inner = fits & (times > 5) & (times < 55)
    np.testing.assert_allclose(sampled[..., inner], exact[..., inner], atol=1e-10)


def test_uneven_samples():
    rng = np.random.default_rng(6)
    times = np.sort(np.concatenate([[0, 60], rng.uniform(0, 60, size=20)]))
    times = np.interp(np.linspace(0, 21, 1200), np.arange(22), times)  # steps that change slowly
    f, g = random_modes(3, top=1.5), random_modes(4, top=1.5)
    sampled = [SampledSignal(times, s(times), degree=5) for s in (f, g)]
    at = np.array([10.0, 21.7, 33.3])
    np.testing.assert_allclose(pearson(*sampled, at, 12.0), pearson(f, g, at, 12.0), atol=1e-6)


def test_shifted_sines():
    times = np.linspace(0, 100, 1001)
    f, g = np.sin(1.3 * times), 5 - 2 * np.cos(1.3 * times)
    whole = 4 * np.pi / 1.3
    values = pearson(f, g, times, whole)
    np.testing.assert_allclose(values[~np.isnan(values)], 0, atol=1e-8)
    # g(t) = 5 + 2 sin(1.3 t - pi/2) lags behind f by a quarter period: a positive delay.
    lagging = pearson(f, g, times, whole, delay=np.pi / 2.6)
    np.testing.assert_allclose(lagging[~np.isnan(lagging)], 1, atol=1e-8)


def test_symmetry_and_scale():
    f, g = random_modes(5), random_modes(6)
    times = np.linspace(0, 20, 41)
    value = pearson(f, g, times, 9.0)
    assert (np.abs(value) <= 1).all()
    np.testing.assert_allclose(pearson(g, f, times, 9.0), value, atol=1e-14)
    mirrored = ModeSum(g.frequencies, -1e-9 * g.cosine, -1e-9 * g.sine)
    np.testing.assert_allclose(pearson(f, mirrored, times, 9.0), -value, atol=1e-12)
    np.testing.assert_allclose(pearson(f, f, times, 9.0), 1, atol=1e-15)


def test_small_signals_after_large_ones_keep_their_digits():
    # Differences of running integrals would lose the variance of the tail.
    period = 64
    times = np.arange(0, 60 * period) * 2 * np.pi / period
    envelope = np.exp(-0.06 * times)
    values = pearson(envelope * np.sin(times), envelope * np.sin(times + 0.3), times, 10.0)
    # The signals repeat after every period but for a factor: 1e-9 at the end.
    np.testing.assert_allclose(values[55 * period], values[period], atol=1e-9)


@pytest.mark.parametrize("first", [1e-300, 1e-160, 1.0, 1e200, 1e305])
@pytest.mark.parametrize("second", [1e-200, 1e160])
def test_the_unit_of_a_signal_does_not_matter(first, second):
    times = np.linspace(0, 30, 301)
    one, two = np.sin(times), np.cos(1.2 * times) + 0.5
    want = pearson(one, two, times, 5.0)
    np.testing.assert_allclose(pearson(first * one, second * two, times, 5.0), want, atol=1e-12)
    modes = ModeSum([1.0], [0.0], [1.0]), ModeSum([1.2], [1.0], [0.0], 0.5)
    scaled = [
        ModeSum(m.frequencies, c * m.cosine, c * m.sine, c * m.constant)
        for m, c in zip(modes, (first, second), strict=True)
    ]
    np.testing.assert_allclose(pearson(*scaled, times, 5.0), pearson(*modes, times, 5.0), 1e-12)


def test_signals_that_decay_to_nothing_stay_correlated():
    # e^{-t} sin t and e^{-t} sin(t + 1/2), down to 1e-304: the same in every window of a period.
    def damped(shift):
        return lambda t: np.exp(-t) * np.sin(t + shift)

    got = pearson(damped(0.0), damped(0.5), 2 * np.pi * np.arange(0, 111), 3.0, bandwidth=3.0)
    assert not np.isnan(got).any()
    np.testing.assert_allclose(got, got[0], rtol=1e-9)
    assert 0.5 < abs(got[0]) < 0.99


def test_constant_signals_have_no_coefficient():
    times = np.linspace(0, 30, 301)
    assert np.isnan(pearson(np.full(301, 0.1), np.sin(times), times, 5.0)).all()
    still = ModeSum([1.0], [0.0], [0.0], constant=3.0)
    assert np.isnan(pearson(still, ModeSum([1.0], [1.0], [0.0]), [0.0, 1.0], 5.0)).all()
    np.testing.assert_allclose(windowed_mean(np.full(301, 0.1), times, 5.0)[:200], 0.1)


def test_batches_share_or_own_frequencies():
    rng = np.random.default_rng(9)
    shared = ModeSum([1.0, 2.0], rng.normal(size=(4, 2)), rng.normal(size=(4, 2)), np.arange(4.0))
    own = ModeSum(np.tile([1.0, 2.0], (4, 1)), shared.cosine, shared.sine, shared.constant)
    times = np.linspace(0, 3, 12).reshape(3, 4)
    np.testing.assert_allclose(shared(times), own(times), atol=1e-14)
    assert shared(times).shape == (4, 3, 4)
    single = ModeSum([1.0, 2.0], shared.cosine[2], shared.sine[2], 2.0)
    np.testing.assert_allclose(shared(times)[2], single(times), atol=1e-14)
    values = pearson(shared, single, times, 4.0)
    assert values.shape == (4, 3, 4)
    np.testing.assert_allclose(values[2], 1, atol=1e-14)


def test_functions_with_frequencies_need_no_bandwidth():
    class Plain:
        frequencies = np.array([1.0, 1.5])

        def __call__(self, times):
            return np.stack([np.cos(times), np.cos(1.5 * times)])

    value = pearson(Plain(), Plain(), [0.0, 2.0], 10.0)
    np.testing.assert_allclose(value, 1)
    assert value.shape == (2, 2)


@pytest.mark.parametrize("absolute", [True, False])
def test_best_delay(absolute):
    f = random_modes(12, top=1.5)
    lag = 0.8137
    phase = f.frequencies * lag
    sign = -1 if absolute else 1
    # g(t) = +-f(t - lag)
    g = ModeSum(
        f.frequencies,
        sign * (f.cosine * np.cos(phase) - f.sine * np.sin(phase)),
        sign * (f.cosine * np.sin(phase) + f.sine * np.cos(phase)),
        2.0,
    )
    found = best_delay(f, g, [3.0, 50.0], 15.0, np.arange(-3, 3.1, 0.5), absolute=absolute)
    np.testing.assert_allclose(found.delay, lag, atol=1e-6)
    np.testing.assert_allclose(found.value, sign, atol=1e-12)
    times = np.linspace(0, 80, 1601)
    sampled = [SampledSignal(times, s(times)) for s in (f, g)]
    again = best_delay(*sampled, 50.0, 15.0, np.arange(-3, 3.1, 0.5), absolute=absolute)
    assert again.delay == pytest.approx(lag, abs=1e-5)
    assert np.ndim(again.delay) == 0


def test_delayed_synchronization_of_fig3():
    entry = next(e for e in references("C") if e["id"] == "fig3.asym.C.t500")
    f, g = mean_signals(entry["params"])
    assert abs(pearson(f, g, 500.0, WINDOW)) < 0.3
    found = best_delay(f, g, [400.0, 500.0], WINDOW, np.linspace(-2, 2, 9), absolute=False)
    assert (found.value > 0.98).all()


def test_delays_that_samples_do_not_reach_are_left_out():
    times = np.linspace(0, 30, 301)
    f, g = SampledSignal(times, np.sin(times)), SampledSignal(times, np.sin(times - 0.5))
    found = best_delay(f, g, [0.0, 10.0, 29.0], 7.0, [-1.5, -0.75, 0.0, 0.75, 1.5], absolute=False)
    np.testing.assert_allclose(found.delay, [0.5, 0.5, np.nan], atol=1e-5)
    np.testing.assert_allclose(found.value, [1, 1, np.nan], atol=1e-8)


def test_samples_and_functions_mix():
    f, g = random_modes(3, top=2.0), random_modes(4, (3,), top=2.0)
    times = np.arange(0, 60, 0.1)
    mixed = pearson(f(times), g, times, WINDOW)
    np.testing.assert_allclose(mixed[:, 100:400], pearson(f, g, times[100:400], WINDOW), atol=1e-10)
    assert pearson(f, g, [], WINDOW).shape == (3, 0)


def test_errors():
    times = np.linspace(0, 10, 101)
    f = np.sin(times)
    for window in (0, -1.0):
        with pytest.raises(InvalidArgumentError, match=r"window.*> 0"):
            pearson(f, f, times, window)
    with pytest.raises(InvalidArgumentError, match="fill no window of length 11"):
        pearson(f, f, times, 11.0)
    with pytest.raises(InvalidArgumentError, match="delay 9"):
        pearson(f, f, times, 5.0, delay=9.0)
    with pytest.raises(DimensionError, match=r"\(\.\.\., 101\)"):
        pearson(f[:50], f, times, 1.0)
    with pytest.raises(NonFiniteError):
        pearson(np.where(times > 3, np.nan, f), f, times, 1.0)
    with pytest.raises(InvalidArgumentError, match="increasing order"):
        pearson(f, f, times[::-1], 1.0)
    with pytest.raises(InvalidArgumentError, match="bandwidth"):
        pearson(np.sin, np.cos, times, 1.0)
    with pytest.raises(NonFiniteError, match="delay"):
        pearson(f, f, times, 1.0, delay=np.nan)
    with pytest.raises(InvalidArgumentError, match="SampledSignal"):
        best_delay(f, f, 0.0, 1.0, [0.0])
    with pytest.raises(DimensionError, match="fit each other"):
        ModeSum([1.0, 2.0], [1.0, 2.0, 3.0], [1.0])
    with pytest.raises(InvalidArgumentError, match="reach from 0 to 10"):
        SampledSignal(times, f)(11.0)
    with pytest.raises(InvalidArgumentError, match="`degree` must be odd, but is 4"):
        SampledSignal(times, f, degree=4)
    with pytest.raises(InvalidArgumentError, match="masked array"):
        pearson(np.ma.masked_array(f, times > 8), f, times, 2.0)


def test_the_best_delay_of_a_batch_of_samples():
    """cos(t - lag) lags behind cos(t); the windows are of whole periods."""
    times = np.linspace(0, 30, 601)
    lags = np.array([0.3, -0.7, 1.1])
    first = SampledSignal(times, np.cos(times))
    second = SampledSignal(times, np.cos(times - lags[:, None]))
    starts = np.array([4.0, 8.0])
    found = best_delay(first, second, starts, 4 * np.pi, np.linspace(-2, 2, 17), absolute=False)
    assert found.delay.shape == found.value.shape == (3, 2)
    assert_allclose(found.delay, np.broadcast_to(lags[:, None], (3, 2)), atol=1e-6)
    assert_allclose(found.value, 1.0, atol=1e-9)
    alone = best_delay(first, second[1], 4.0, 4 * np.pi, np.linspace(-2, 2, 17), absolute=False)
    assert_allclose(alone.delay, found.delay[1, 0], atol=1e-9)
