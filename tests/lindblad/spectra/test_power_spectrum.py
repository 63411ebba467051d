import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import quantsync as qs
from quantsync import errors
from quantsync.lindblad.spectra import _models

OMEGA = np.array([-7.0, -1.0, -0.2, 0.0, 0.3, 2.0, 30.0])


def by_resolvent(system, a, b, omega, rho=None):
    """Both halves of the Fourier integral, with dense matrices and the mean taken out."""
    rho = qs.steady_state(system).rho if rho is None else rho
    n = system.dimension
    L = system.superoperator().toarray()
    # What is stationary is made to decay, which traceless matrices do not see.
    L = L - np.outer(rho.ravel(), np.eye(n).ravel()) * np.abs(L).max()
    a, b = np.asarray(a.toarray()), np.asarray(b.toarray())
    later = b @ rho - np.trace(b @ rho) * rho
    earlier = rho @ a - np.trace(a @ rho) * rho
    one = np.eye(n * n)
    return np.array(
        [
            np.trace(a @ np.linalg.solve(1j * w * one - L, later.ravel()).reshape(n, n))
            + np.trace(b @ np.linalg.solve(-1j * w * one - L, earlier.ravel()).reshape(n, n))
            for w in omega
        ]
    )


def van_der_pol(delta, drive, pairs=1.0, levels=14):
    space = qs.Space(M=qs.Fock(levels, finite=True))
    m = space["M"]
    hamiltonian = [(delta, m.number), (drive, m.create + m.destroy)]
    return qs.Lindbladian(space, hamiltonian, [(1.0, m.create), (pairs, m.destroy @ m.destroy)]), m


def test_a_linear_mode_is_a_lorentzian():
    space = qs.Space(M=qs.Fock(60))
    m = space["M"]
    system = qs.Lindbladian(space, [(0.7, m.number)], [(1.4, m.destroy), (0.4, m.create)])
    spectrum = qs.power_spectrum(system, m.destroy)
    quanta = 0.4
    assert np.allclose(spectrum.incoherent(OMEGA), quanta / ((OMEGA - 0.7) ** 2 + 0.25), rtol=1e-11)
    assert spectrum.observed_frequency == pytest.approx(0.7, abs=1e-12)
    assert spectrum.linewidth == pytest.approx(1.0, abs=1e-12)
    assert spectrum.coherent == 0
    assert spectrum.total == pytest.approx(quanta, rel=1e-12)


def test_a_bare_spin_turns_at_plus_its_frequency():
    space = qs.Space(A=qs.Spin(1))
    a = space["A"]
    system = qs.Lindbladian(space, [(1.5, a.z)], [(1.0, a.minus), (0.7, a.plus)])
    assert qs.observed_frequency(system, a.minus) == pytest.approx(1.5, abs=1e-12)
    assert qs.observed_frequency(system, a.plus) == pytest.approx(-1.5, abs=1e-12)


@pytest.mark.parametrize("drive", [0.05, 0.25, 3.0])
def test_a_driven_atom_has_mollows_spectrum(drive):
    # Resonance fluorescence in closed form; drive 1/4 is an exceptional point.
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(space, [(drive, a.x)], [(1.0, a.minus)])
    spectrum = qs.power_spectrum(system, a.minus)
    S = drive**2
    coherent = S / (1 + 2 * S) ** 2
    assert spectrum.coherent == pytest.approx(coherent, rel=1e-12)
    assert spectrum.total == pytest.approx(S / (1 + 2 * S) - coherent, rel=1e-12)
    w = OMEGA
    # Mollow, Phys. Rev. 188, 1969 (1969), at resonance and decay rate 1.
    shape = (
        S**2
        * (1 + S / 2 + w**2)
        / ((1 / 2 + S) * 2 * (1 / 4 + w**2) * ((1 / 2 + S - w**2) ** 2 + 9 * w**2 / 4))
    )
    expected = by_resolvent(system, a.plus, a.minus, w).real
    assert np.allclose(spectrum.incoherent(w), expected, rtol=1e-12, atol=1e-16)
    assert np.allclose(
        spectrum.incoherent(w) / spectrum.incoherent(0.0), shape / shape[3], rtol=1e-9
    )


@pytest.mark.parametrize("levels", [6, 14])  # dense, and sparse
def test_agrees_with_dense_solutions(levels):
    system, m = van_der_pol(0.8, 0.6, levels=levels)
    spectrum = qs.power_spectrum(system, m.destroy)
    expected = by_resolvent(system, m.create, m.destroy, OMEGA).real
    assert np.allclose(spectrum.incoherent(OMEGA), expected, rtol=1e-10)
    assert spectrum.incoherent(0.3) == pytest.approx(expected[4], rel=1e-10)
    assert spectrum.residual < 1e-12
    assert spectrum.sum_rule < 1e-6


def test_agrees_with_qutip():
    qutip = pytest.importorskip("qutip")
    system, m = van_der_pol(0.8, 0.6, levels=8)
    H, c_ops = system.to_qutip()
    a = qutip.destroy(8)
    means = abs(qutip.expect(a, qutip.steadystate(H, c_ops))) ** 2
    # QuTiP's has the coherent part in it, as a peak of finite height at omega = 0.
    w = np.array([-2.0, 0.7, 3.0])
    # Its transform is of exp(-i omega tau) as well.
    found = qutip.spectrum(H, w, c_ops, a.dag(), a, solver="pi")
    ours = qs.power_spectrum(system, m.destroy)
    assert ours.coherent == pytest.approx(means, rel=1e-9)
    assert np.allclose(ours.incoherent(w), found, rtol=1e-5)


def test_is_the_transform_of_the_correlation():
    system, m = van_der_pol(0.8, 0.6, levels=10)
    spectrum = qs.power_spectrum(system, m.destroy)
    times = np.linspace(0.0, 60.0, 6001)
    decay = qs.correlation(system, m.create, m.destroy, times) - spectrum.coherent
    for w in (-0.5, 0.9):
        integrand = 2 * np.real(np.exp(-1j * w * times) * decay)
        integral = np.trapezoid(integrand, times)
        assert spectrum.incoherent(w) == pytest.approx(integral, rel=1e-4)


def test_the_integral_over_all_frequencies_is_the_variance():
    system, m = van_der_pol(0.4, 0.8, levels=12)
    spectrum = qs.power_spectrum(system, m.destroy)
    angle = (np.arange(400) + 0.5) / 400 * np.pi - np.pi / 2  # omega = 2 tan(angle)
    integral = (spectrum.incoherent(2 * np.tan(angle)) * 2 / np.cos(angle) ** 2).mean() / 2
    assert integral == pytest.approx(float(spectrum.total), rel=1e-10)
    state = qs.steady_state(system)
    mean = qs.expectation(state, m.destroy)
    assert spectrum.total == pytest.approx(
        float(qs.expectation(state, m.number)) - abs(mean) ** 2, rel=1e-12
    )


def test_a_batch_is_the_spectra_of_its_members():
    delta = np.array([[-1.0, 0.0], [0.5, 2.0]])
    system, m = van_der_pol(delta, 0.5, levels=9)
    spectrum = qs.power_spectrum(system, m.destroy)
    values, frequency = spectrum.incoherent(OMEGA), spectrum.observed_frequency
    assert values.shape == (2, 2, len(OMEGA))
    assert spectrum.incoherent(0.0).shape == (2, 2)
    for index in np.ndindex(2, 2):
        alone = qs.power_spectrum(system[index], m.destroy)
        assert np.allclose(values[index], alone.incoherent(OMEGA), rtol=1e-11)
        assert frequency[index] == pytest.approx(float(alone.observed_frequency), abs=1e-12)
        assert spectrum[index].linewidth == pytest.approx(float(alone.linewidth), rel=1e-11)
    assert [one.shape for one in spectrum] == [(2,), (2,)]


def test_peaks_are_maxima_with_half_height_at_half_width():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    drive = np.array([0.1, 2.0, 8.0])
    system = qs.Lindbladian(space, [(drive, a.x), (0.3, a.z)], [(1.0, a.minus)])
    spectrum = qs.power_spectrum(system, a.minus)
    peaks = spectrum.peaks
    assert peaks.count.tolist() == [1, 3, 3]
    assert np.isnan(peaks.frequency[0, 1:]).all()
    for k in range(3):
        for p in range(peaks.count[k]):
            w, height = peaks.frequency[k, p], peaks.height[k, p]
            around = spectrum[k].incoherent(w + np.array([-1e-3, 0.0, 1e-3]))
            assert around[1] == pytest.approx(height, rel=1e-12)
            assert around[1] > max(around[0], around[2])
    one = spectrum[1]
    step = 1e-4
    slope = np.diff(one.incoherent(peaks.frequency[1, 0] + np.array([-step, step])))[0]
    curvature = np.diff(one.incoherent(peaks.frequency[1, 0] + step * np.arange(-1, 2)), 2)[0]
    assert abs(slope / (2 * step)) < 1e-6 * curvature / -(step**2)


def test_equal_peaks_are_given_from_the_lowest_frequency_on():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(space, [(6.0, a.x)], [(1.0, a.minus)])
    # Only the sidebands: what oscillates with the drive's phase in quadrature.
    spectrum = qs.power_spectrum(system, a.z)
    low, high = spectrum.peaks.frequency
    assert low == pytest.approx(-high, abs=1e-12)
    assert low < -5
    assert spectrum.observed_frequency == low


def test_peaks_that_have_just_parted_are_told_apart():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    drive = np.linspace(0.415, 0.435, 6)
    system = qs.Lindbladian(space, [(drive, a.x)], [(1.0, a.minus), (0.3, a.plus)])
    spectrum = qs.power_spectrum(system, a.z)
    # Even in omega: with two peaks where the curvature at 0 is positive.
    step = 1e-3
    middle, beside = spectrum.incoherent([0.0, step]).T
    parted = beside > middle
    assert 0 < parted.sum() < len(drive)
    assert (spectrum.peaks.count == np.where(parted, 2, 1)).all()
    assert np.allclose(np.nansum(spectrum.peaks.frequency, axis=1), 0.0, atol=1e-9)
    assert (spectrum.observed_frequency[parted] < 0).all()


def test_shallow_peaks_between_broad_lines_are_found():
    space = qs.Space(M=qs.Fock(10, finite=True))
    m = space["M"]
    hamiltonian = [(-1.3, m.number), (20.0, m.create @ m.create @ m.destroy @ m.destroy)]
    rates = [(1.0, m.create), (0.3, m.destroy @ m.destroy)]
    spectrum = qs.power_spectrum(qs.Lindbladian(space, hamiltonian, rates), m.destroy)
    grid = np.linspace(-40.0, 400.0, 20001)
    value = spectrum.incoherent(grid)
    inner = value[1:-1]
    maxima = grid[1:-1][(inner > value[:-2]) & (inner > value[2:])]
    assert len(maxima) == 7
    assert np.allclose(np.sort(spectrum.peaks.frequency), maxima, atol=grid[1] - grid[0])


def test_broad_lines_next_to_a_narrow_one_are_peaks():
    # Two that do not touch: the spectrum of the sum is the sum of the spectra.
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    rates = [(1.0, a.minus), (0.4, a.plus), (1e-9, b.minus), (3e-10, b.plus)]
    system = qs.Lindbladian(space, [(6.0, a.x), (2.0, b.z)], rates)
    spectrum = qs.power_spectrum(system, a.minus + b.minus)
    alone = qs.power_spectrum(system, a.minus).peaks
    narrow, broad = spectrum.peaks.frequency[0], spectrum.peaks.frequency[1:]
    assert narrow == pytest.approx(2.0, abs=1e-10)
    assert spectrum.linewidth == pytest.approx(1.3e-9, rel=1e-5)
    assert np.allclose(np.sort(broad), np.sort(alone.frequency), atol=1e-6)


def test_faint_peaks_have_their_half_height_far_out():
    # On the tails of stronger ones, which are half as high far beyond all lines only.
    space = qs.Space(M=qs.Fock(10, finite=True))
    m = space["M"]
    rates = [(0.01, m.create), (0.1, m.destroy), (0.002, m.destroy @ m.destroy)]
    for sign in (1.0, -1.0):
        hamiltonian = [(20.0 * sign, m.create @ m.create @ m.destroy @ m.destroy)]
        spectrum = qs.power_spectrum(qs.Lindbladian(space, hamiltonian, rates), m.destroy)
        peaks = spectrum.peaks
        assert (peaks.count, (peaks.width > 500).sum()) == (9, 2)
        assert np.isfinite(peaks.width).all()


def test_cross_spectra_of_complex_operators():
    system, _ = van_der_pol(0.4, 0.7, levels=5)
    rng = np.random.default_rng(4)
    a, b = (sp.csr_array(rng.normal(size=(5, 5)) + 1j * rng.normal(size=(5, 5))) for _ in range(2))
    spectrum = qs.power_spectrum(system, b, a)
    assert np.allclose(spectrum.incoherent(OMEGA), by_resolvent(system, a, b, OMEGA), rtol=1e-10)
    rho = qs.steady_state(system).rho
    first, second = (np.trace(x.toarray() @ rho) for x in (a, b))
    assert spectrum.coherent == pytest.approx(first * second, rel=1e-12)
    assert spectrum.total == pytest.approx(
        np.trace(a.toarray() @ b.toarray() @ rho) - first * second, rel=1e-12
    )
    own = qs.power_spectrum(system, b).incoherent(OMEGA)
    expected = by_resolvent(system, sp.csr_array(b.conj().T), b, OMEGA)
    assert np.allclose(own, expected, rtol=1e-10)


def test_cross_spectra_are_hermitian_and_agree_with_dense_solutions():
    system = qs.models.spin_pair(epsilon=0.5, detuning=0.6, gain_a=2.0, gain_b=3.0)
    a, b = system.space["A"], system.space["B"]
    first = qs.power_spectrum(system, b.minus, a.plus)
    second = qs.power_spectrum(system, a.minus, b.plus)
    values = first.incoherent(OMEGA)
    assert np.allclose(values, second.incoherent(OMEGA).conj(), rtol=1e-9)
    assert np.allclose(values, by_resolvent(system, a.plus, b.minus, OMEGA), atol=1e-12)
    assert np.abs(values.imag).max() > 1e-3
    # The spectrum of a sum is the sum of all four.
    both = qs.power_spectrum(system, a.minus + b.minus).incoherent(OMEGA)
    alone = [qs.power_spectrum(system, site.minus).incoherent(OMEGA) for site in (a, b)]
    assert np.allclose(both, alone[0] + alone[1] + 2 * values.real, rtol=1e-10)
    with pytest.raises(errors.InvalidArgumentError, match="cross spectrum"):
        first.observed_frequency  # noqa: B018


def test_only_the_elements_that_are_reached_are_solved_for():
    system, m = van_der_pol(0.3, 0.0, pairs=3.0, levels=30)
    spectrum = qs.power_spectrum(system, m.destroy)
    from quantsync.lindblad.spectra._resolvents import Resolvents

    work = Resolvents.of(system, spectrum._rho, spectrum._a, spectrum._b)
    assert work is not None
    assert work.space.dimension == 29
    assert spectrum.observed_frequency == pytest.approx(0.3, abs=1e-12)


def test_further_shifts_are_taken_where_one_does_not_do(monkeypatch):
    monkeypatch.setattr(_models, "STEPS_A_SHIFT", 6)
    system, m = van_der_pol(0.8, 0.6, levels=12)
    wide = np.array([-500.0, -3.0, 0.0, 0.8, 40.0, 1000.0])
    expected = by_resolvent(system, m.create, m.destroy, wide).real
    found = qs.power_spectrum(system, m.destroy).incoherent(wide)
    assert np.allclose(found, expected, rtol=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5))
def test_random_systems(seed, levels):
    rng = np.random.default_rng(seed)

    def matrix():
        return rng.normal(size=(levels, levels)) + 1j * rng.normal(size=(levels, levels))

    space = qs.Space(M=qs.Fock(levels, finite=True))
    H = matrix()
    system = qs.Lindbladian(space, [(1.0, H + H.conj().T)], [(0.5, matrix()), (0.2, matrix())])
    b = space["M"].destroy
    spectrum = qs.power_spectrum(system, b)
    expected = by_resolvent(system, b.conj().T, b, OMEGA).real
    assert np.allclose(spectrum.incoherent(OMEGA), expected, rtol=1e-9, atol=1e-13)
    assert (np.diff(spectrum.peaks.height) <= 1e-8).all()
    grid = np.linspace(-40, 40, 4001)
    assert spectrum.peaks.height[0] >= spectrum.incoherent(grid).max() * (1 - 1e-12)


def test_a_stationary_state_may_be_given():
    space = qs.Space(M=qs.Fock(8, finite=True))
    m = space["M"]
    closed = qs.Lindbladian(space, [(0.5, m.number)])
    thermal = np.diag(0.4 ** np.arange(8))
    thermal = thermal / np.trace(thermal)
    spectrum = qs.power_spectrum(closed, m.destroy, state=thermal)
    assert spectrum.total > 0
    with pytest.raises(errors.InvalidArgumentError, match=r"infinite at omega = 0\.5"):
        spectrum.incoherent([0.2, 0.5])
    with pytest.raises(errors.InvalidArgumentError, match="undamped"):
        spectrum.observed_frequency  # noqa: B018
    moving = np.full((8, 8), 1 / 8)
    with pytest.raises(errors.InvalidArgumentError, match="must be stationary"):
        qs.power_spectrum(closed, m.destroy, state=moving)
    with pytest.raises(errors.BroadcastError, match=r"\(3,\) do not broadcast to \(\)"):
        qs.power_spectrum(closed, m.destroy, state=np.stack([thermal] * 3))


@pytest.mark.parametrize("shape", [(), (3,), (5, 8)])
def test_solved_states_of_other_systems_are_refused(shape):
    detuning = np.linspace(0.1, 0.9, int(np.prod(shape))).reshape(shape)
    (system, m), (other, _) = (van_der_pol(d, 0.2, levels=5) for d in (detuning, detuning + 0.2))
    qs.power_spectrum(system, m.destroy, state=qs.steady_state(system))
    with pytest.raises(errors.InvalidArgumentError, match="must be stationary"):
        qs.power_spectrum(system, m.destroy, state=qs.steady_state(other))


def test_what_does_not_fluctuate_has_no_spectrum():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    decay = qs.Lindbladian(space, [(1.0, a.z)], [(1.0, a.minus)])
    spectrum = qs.power_spectrum(decay, a.minus)
    assert (spectrum.incoherent(OMEGA) == 0).all()
    assert np.isnan(spectrum.observed_frequency)
    assert spectrum.peaks.count == 0
    assert qs.power_spectrum(decay, a.plus).observed_frequency == pytest.approx(-1.0)


def test_masked_systems_cost_only_themselves():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    rate = np.array([1.0, 0.0, 2.0])
    system = qs.Lindbladian(space, [(0.3, a.z)], [(rate, a.minus), (rate, a.plus)])
    with pytest.raises(errors.NonUniqueSteadyStateError):
        qs.power_spectrum(system, a.minus)
    spectrum = qs.power_spectrum(system, a.minus, errors="mask")
    assert np.isnan(spectrum.incoherent(OMEGA)).all(axis=-1).tolist() == [False, True, False]
    for values in (spectrum.observed_frequency, spectrum.residual, spectrum.sum_rule):
        assert np.isnan(values).tolist() == [False, True, False]
    state = qs.steady_state(system, errors="mask")
    for option in ({"errors": "mask"}, {"state": state}):
        found = qs.observed_frequency(system, a.minus, **option)
        np.testing.assert_array_equal(found, spectrum.observed_frequency)
    assert np.isnan(qs.observed_frequency(system[1], a.minus, state=state[1]))


def test_bad_input_is_named():
    system, m = van_der_pol(0.3, 0.2, levels=5)
    with pytest.raises(errors.InvalidArgumentError, match="multiple of 1"):
        qs.power_spectrum(system, system.space.identity)
    with pytest.raises(errors.InvalidArgumentError, match="multiple of 1"):
        qs.power_spectrum(system, 0 * m.destroy)
    for size in (1e-200, 1e200):
        with pytest.raises(errors.InvalidArgumentError, match="`b` must have elements between"):
            qs.power_spectrum(system, size * m.destroy)
        slow = qs.Lindbladian(system.space, [(size, m.number)], [(size, m.destroy)])
        with pytest.raises(errors.InvalidArgumentError, match="another unit of time"):
            qs.power_spectrum(slow, m.destroy)
    with pytest.raises(errors.DimensionError, match="`b`"):
        qs.power_spectrum(system, np.eye(3))
    spectrum = qs.power_spectrum(system, m.destroy)
    with pytest.raises(errors.NonFiniteError, match="omega"):
        spectrum.incoherent([0.0, np.nan])
    with pytest.raises(errors.InvalidArgumentError, match="one-dimensional"):
        spectrum.incoherent(np.zeros((2, 2)))
    with pytest.raises(TypeError, match="single"):
        iter(spectrum)
    periodic = qs.quasi_periodic.HarmonicBalance(system, [(1.0, m.create + m.destroy)])
    with pytest.raises(errors.InvalidArgumentError, match="varies in time"):
        qs.power_spectrum(periodic, m.destroy)


def test_it_is_drawn_with_its_peaks():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    drive = np.array([2.0, 8.0])
    system = qs.Lindbladian(space, [(drive, a.x)], [(1.0, a.minus)])
    spectrum = qs.power_spectrum(system, a.minus)
    axes = spectrum[1].plot()
    low, high = axes.get_xlim()
    assert low < -9 < 9 < high
    spectrum[0].plot(axes)
    assert axes.get_xlim()[0] < low < high < axes.get_xlim()[1]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > spectrum.peaks.height.max()
    assert len({line.get_color() for line in axes.lines}) == 2
    axes.figure.canvas.draw()  # which reads the labels
    assert axes.get_xlabel() == r"$\omega$ (rate)"
    plt.close(axes.figure)
    for omega in (0.3, [], [0.3], np.zeros((2, 2))):
        with pytest.raises(errors.InvalidArgumentError, match="several frequencies"):
            spectrum[1].plot(omega=omega)
    with pytest.raises(errors.UnknownArgumentError, match="did you mean `omega`"):
        spectrum[1].plot(omegas=[0.1, 0.2])
    with pytest.raises(errors.InvalidArgumentError, match=r"spectrum\[0\]"):
        spectrum.plot()
    assert "power spectrum" in repr(spectrum)
    assert "power spectrum" in spectrum._repr_html_()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_no_peak_of_a_weakly_damped_system_is_missed(seed):
    # Many narrow lines, wide apart and close together, beside a scan of the same spectrum.
    rng = np.random.default_rng(seed)
    levels = int(rng.integers(3, 7))

    def matrix():
        return rng.normal(size=(levels, levels)) + 1j * rng.normal(size=(levels, levels))

    space = qs.Space(M=qs.Fock(levels, finite=True))
    H, rates = matrix(), 10 ** rng.uniform(-3, 0, 2)
    energy = 10 ** rng.uniform(0, 2)
    system = qs.Lindbladian(
        space, [(energy, H + H.conj().T)], [(rates[0], matrix()), (rates[1], matrix())]
    )
    b = space["M"].destroy
    spectrum = qs.power_spectrum(system, b)
    peaks = spectrum.peaks
    grid = np.linspace(-60, 60, 1501)
    values = spectrum.incoherent(grid)
    some = grid[::100]
    assert np.allclose(values[::100], by_resolvent(system, b.T, b, some).real, rtol=1e-8)
    inner = (values[1:-1] > values[:-2]) & (values[1:-1] > values[2:])
    assert (inner & (values[1:-1] > 1e-9 * values.max())).sum() <= peaks.count
    assert peaks.height[0] >= values.max() * (1 - 1e-9)
    highest = peaks.frequency[peaks.height > peaks.height[0] * (1 - 1e-8)]
    # Alone, the highest is found from a smaller space.
    alone = qs.observed_frequency(system, b)
    assert np.abs(highest - alone).min() < 1e-9 * max(1.0, abs(float(alone)))


def test_near_and_far_frequencies_of_many_narrow_lines_may_be_asked_for_together():
    space = qs.Space(M=qs.Fock(10, finite=True))
    m = space["M"]
    kerr = m.create @ m.create @ m.destroy @ m.destroy
    hamiltonian = [(-1.3, m.number), (1.0, m.create + m.destroy), (0.1, kerr)]
    system = qs.Lindbladian(space, hamiltonian, [(1e-3, m.create), (1e-2, m.destroy)])
    wide = np.concatenate([np.linspace(-1e5, 1e5, 9), np.linspace(-2, 2, 11)])
    spectrum = qs.power_spectrum(system, m.destroy)
    expected = by_resolvent(system, m.create, m.destroy, wide).real
    assert np.allclose(spectrum.incoherent(wide), expected, rtol=1e-7)
    assert spectrum.peaks.count > 10
