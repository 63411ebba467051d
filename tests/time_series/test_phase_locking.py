"""Phases of amplitude signals: known locking values and frequencies, batches, errors."""

import array_api_strict as xp
import numpy as np
import pytest
from scipy.signal import hilbert

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
)

TIMES = np.linspace(0, 40, 801)
ONES = np.ones(2, complex)


def test_amplitudes_that_have_decayed_to_almost_nothing_have_phases():
    one, two = 1e-310 * np.exp(-2j * TIMES), 1e-308 * np.exp(-1.5j * TIMES)
    assert qs.time_series.phase_locking_value(one, one) == pytest.approx(1.0, abs=1e-12)
    assert qs.time_series.phase_drift(one, two, TIMES) == pytest.approx(0.5, abs=1e-9)


def test_an_infinite_amplitude_is_refused():
    with pytest.raises(qs.errors.NonFiniteError, match="`first` must be finite"):
        qs.time_series.phase_locking_value(np.array([1.0, np.inf + 0j]), ONES)


def test_phase_locking_of_known_signals():
    one, two = np.exp(-2j * TIMES), (0.3 + 0.1 * np.cos(TIMES)) * np.exp(-2j * TIMES - 0.9j)
    assert abs(qs.time_series.phase_locking_value(one, two, TIMES) - 1) < 1e-14
    assert abs(qs.time_series.phase_drift(one, two, TIMES)) < 1e-14
    # A difference that turns by x in all has |sin(x/2)/(x/2)|.
    x = 0.13 * 40
    slow = np.exp(-1.87j * TIMES)
    want = abs(np.sin(x / 2) / (x / 2))
    assert abs(qs.time_series.phase_locking_value(one, slow, TIMES) - want) < 1e-5
    assert abs(qs.time_series.phase_drift(one, slow, TIMES) - 0.13) < 1e-13
    assert abs(qs.time_series.phase_drift(slow, one, TIMES) + 0.13) < 1e-13
    assert abs(qs.time_series.mean_frequency(slow, TIMES) - 1.87) < 1e-13
    assert abs(qs.time_series.mean_frequency(slow.conj(), TIMES) + 1.87) < 1e-13


@pytest.mark.parametrize(
    "call",
    [
        lambda x: qs.time_series.phase_locking_value(x, np.exp(1j * TIMES)),
        lambda x: qs.time_series.phase_locking_value(np.exp(1j * TIMES), x, TIMES),
        lambda x: qs.time_series.mean_frequency(x, TIMES),
        lambda x: qs.time_series.phase_drift(x, np.exp(1j * TIMES), TIMES),
    ],
)
@pytest.mark.parametrize(
    "kind",
    [
        np.asarray,
        list,
        xp.asarray,
        lambda x: x + 0j,
        lambda x: [np.exp(1j * TIMES), x + 0j],
        lambda x: 1j * x,
        lambda x: 1e-300 * np.exp(0.7j) * x,
        lambda x: x + 1e-17j * np.sin(3 * TIMES),
    ],
    ids=["numpy", "list", "strict", "as complex", "one of two", "imaginary", "turned", "rounding"],
)
def test_real_signals_have_no_phase(call, kind):
    with pytest.raises(InvalidArgumentError, match=r"but is real, .*scipy.signal.hilbert"):
        call(kind(np.cos(TIMES)))


def test_a_flat_ellipse_is_an_amplitude_still():
    flat = np.cos(TIMES) - 1e-6j * np.sin(TIMES)
    assert qs.time_series.phase_locking_value(flat, flat) == pytest.approx(1.0, abs=1e-12)


def test_the_way_out_for_real_signals_leads_there():
    times = np.linspace(0, 100, 8001)
    one, two = (hilbert(x - x.mean()) for x in (np.cos(times), 3 + np.sin(1.3 * times)))
    inside = slice(800, -800)
    drift = qs.time_series.phase_drift(one[inside].conj(), two[inside].conj(), times[inside])
    assert drift == pytest.approx(-0.3, abs=0.01)


def test_an_amplitude_may_be_real_if_its_phase_stays():
    real = (2 + np.cos(TIMES)).astype(complex)
    assert qs.time_series.mean_frequency(real, TIMES) == 0
    assert qs.time_series.mean_frequency(-real, TIMES) == 0


def test_uneven_samples_are_weighted_by_their_times():
    times = TIMES**2 / 40
    one, two = np.exp(-1j * times), np.exp(-1.1j * times)
    want = abs(np.sin(2) / 2)
    assert abs(qs.time_series.phase_locking_value(one, two, times) - want) < 1e-5
    assert abs(qs.time_series.phase_locking_value(one, two) - want) > 5e-3


def test_signals_of_the_strict_standard_and_batches():
    one = np.array([[0.5], [1.0], [2.0]]) * np.exp(-1j * TIMES)
    two = np.exp(-1.3j * TIMES)
    for function in (qs.time_series.phase_locking_value, qs.time_series.phase_drift):
        want = function(one, two, TIMES)
        assert want.shape == (3,)
        np.testing.assert_allclose(want, want[0])
        got = function(*(xp.asarray(a) for a in (one, two, TIMES)))
        assert type(got) is type(xp.asarray(one))
        np.testing.assert_allclose(np.asarray(got), want)
    one[1, 4] = 0
    assert np.isnan(qs.time_series.phase_locking_value(one, two)).tolist() == [False, True, False]
    assert np.isnan(qs.time_series.mean_frequency(one, TIMES)).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("function", "arguments", "kind", "says"),
    [
        (qs.time_series.mean_frequency, (np.ones(3) + 0j, TIMES), DimensionError, r"\(3,\)"),
        (
            qs.time_series.mean_frequency,
            (ONES[:1], np.ones(1)),
            DimensionError,
            "at least 2",
        ),
        (
            qs.time_series.mean_frequency,
            (ONES, np.array([1.0, 1.0])),
            InvalidArgumentError,
            "increasing",
        ),
        (
            qs.time_series.mean_frequency,
            (ONES, np.array([1.0, np.inf])),
            NonFiniteError,
            "finite",
        ),
        (
            qs.time_series.phase_locking_value,
            (ONES, np.ones(3) + 0j),
            BroadcastError,
            r"first \(2,\), second \(3,\)",
        ),
        (
            qs.time_series.phase_locking_value,
            (ONES[:0], ONES[:0]),
            DimensionError,
            "T > 0",
        ),
        (
            qs.time_series.phase_locking_value,
            ([1j], "z"),
            InvalidArgumentError,
            "`second` must be .* is 'z'",
        ),
        (
            qs.time_series.phase_drift,
            ([1j], None, [0]),
            InvalidArgumentError,
            "`second` must be .* is None",
        ),
        (
            qs.time_series.phase_locking_value,
            (np.ma.ones(2), [1, 1]),
            InvalidArgumentError,
            "masked array",
        ),
        (
            qs.time_series.mean_frequency,
            (ONES, "ab"),
            InvalidArgumentError,
            "`times` must be",
        ),
    ],
)
def test_bad_signals(function, arguments, kind, says):
    with pytest.raises(kind, match=says):
        function(*arguments)
