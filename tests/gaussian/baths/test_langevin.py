"""Langevin kernels, the equation (A11), Rayleigh's criterion, and the semi-infinite chain."""

import math

import numpy as np
import pytest
from places import reference
from scipy.integrate import quad

from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    UnstableNetworkError,
)
from quantsync.gaussian.baths.chain_bath import chain_couplings, chain_frequencies
from quantsync.gaussian.baths.langevin import LangevinEquation
from quantsync.gaussian.baths.rayleigh import damping_ratio, ohmic_damping, rayleigh_criterion
from quantsync.gaussian.baths.semi_infinite import SemiInfiniteChain, crosstalk_time, revival_time
from quantsync.gaussian.networks.probe_pair import probe_modes, probe_stiffness

REFERENCE = reference("benedetti2016")
STATIC = {e["id"]: float(e["value"]) for e in REFERENCE["references"] if e["figure"] == "static"}
CHAIN = SemiInfiniteChain(0.4, 1.2)


def fig_1(sites=300):
    return LangevinEquation(
        probe_stiffness(1.0, 1.1, 0.5),
        chain_frequencies(sites, 0.4, 1.2),
        chain_couplings(sites, [1, 1], 0.2),
    )


def chain_stiffness(sites, probes, nodes, strengths):
    count = len(probes)
    v = np.diag(np.full(count + sites, 0.4**2 + 2 * 1.2))
    v[:count, :count] = probes
    i = np.arange(count, count + sites - 1)
    v[i, i + 1] = v[i + 1, i] = -1.2
    for a, (node, strength) in enumerate(zip(nodes, strengths, strict=True)):
        v[a, count + node - 1] = v[count + node - 1, a] = strength
    return v


def exact_means(stiffness, probes, times, x, p):
    squares, modes = np.linalg.eigh(stiffness)
    w, rows = np.sqrt(squares), modes[:probes]
    phase = np.outer(times, w)
    return (np.cos(phase) * (rows.T @ x) + np.sin(phase) * (rows.T @ p) / w) @ rows.T


def test_static_reference_numbers():
    modes = probe_modes(1.0, 1.1, 0.5)
    assert modes.theta == pytest.approx(STATIC["theta.fig1"], abs=1e-14)
    assert modes.frequencies[1] == pytest.approx(STATIC["Omega_2.fig1"], abs=1e-14)
    assert CHAIN.largest_velocity == pytest.approx(STATIC["vmax"], abs=1e-14)
    pair = probe_stiffness(1.0, 1.1, 0.0)
    threshold = CHAIN.bound_state_threshold(pair, [1, 1], 1.0)
    assert threshold == pytest.approx(STATIC["Kc.w1.1"], abs=1e-13)
    assert CHAIN.modes(pair, [1, 1], 0.8).bound == pytest.approx([STATIC["wb.w1.1"]], abs=1e-13)
    other = probe_stiffness(1.0, 1.2, 0.0)
    k_max = CHAIN.largest_stable_factor(other, [1, 1], 1.0)
    assert k_max == pytest.approx(STATIC["Kmax.w1.2"], abs=1e-13)
    finite = LangevinEquation(
        other, chain_frequencies(300, 0.4, 1.2), chain_couplings(300, [1, 1], 1.0)
    )
    assert finite.largest_stable_factor() == pytest.approx(k_max, abs=1e-13)


def test_probe_modes_diagonalise_the_pair():
    for omega_1, omega_2, coupling in ((1.0, 1.1, 0.5), (1.3, 0.9, 0.2), (1, 1, 0.3), (1, 1.2, 0)):
        modes = probe_modes(omega_1, omega_2, coupling)
        turned = modes.rotation @ probe_stiffness(omega_1, omega_2, coupling) @ modes.rotation.T
        np.testing.assert_allclose(turned, np.diag(modes.frequencies**2), atol=1e-15)
        assert modes.frequencies[0] <= modes.frequencies[1]
        # Eq. (A7)
        root = math.sqrt(4 * coupling**2 + (omega_1**2 - omega_2**2) ** 2) / 2
        middle = coupling + (omega_1**2 + omega_2**2) / 2
        expected = np.sqrt([middle - root, middle + root])
        np.testing.assert_allclose(modes.frequencies, expected, rtol=1e-15)


def test_couplings_are_the_printed_ones():
    sites, m, n, k = 300, 7, 150, 0.06
    theta = probe_modes(1.0, 1.1, 0.5).theta
    c_1, c_2 = probe_modes(1.0, 1.1, 0.5).rotation @ chain_couplings(sites, [m, n], k)
    j = np.arange(1, sites + 1)
    first, second = (np.sin(np.pi * j * site / (sites + 1)) for site in (m, n))
    scale = math.sqrt(2 * k**2 / (sites + 1))
    printed_1 = scale * (math.cos(theta) * first + math.sin(theta) * second)  # (A9)
    printed_2 = scale * (math.cos(theta) * second - math.sin(theta) * first)  # (A10)
    np.testing.assert_allclose(c_1, printed_1, atol=1e-13)
    np.testing.assert_allclose(c_2, printed_2, atol=1e-13)


def test_chain_in_normal_modes_is_the_network():
    probes = probe_stiffness(1.0, 1.1, 0.5)
    network = LangevinEquation.from_stiffness(
        chain_stiffness(40, probes, [3, 11], [0.2, -0.1]), [0, 1]
    )
    chain = LangevinEquation(
        probes, chain_frequencies(40, 0.4, 1.2), chain_couplings(40, [3, 11], [0.2, -0.1])
    )
    times = np.linspace(0, 50, 7)
    np.testing.assert_allclose(network.frequencies, chain.frequencies, rtol=1e-12)
    np.testing.assert_allclose(network.kernel(times), chain.kernel(times), atol=1e-14)


def test_kernels_at_the_ends_are_independent_before_the_crossing():
    chain = LangevinEquation(
        probe_stiffness(1.0, 1.1, 0.0), chain_frequencies(60, 0.4, 1.2),
        chain_couplings(60, [1, 60], 0.2),
    )  # fmt: skip
    eta = chain.kernel(np.linspace(0, 100, 201))[:, 0, 1]
    arrival = crosstalk_time(1, 60, CHAIN.largest_velocity)
    before = np.linspace(0, 100, 201) < 0.7 * arrival
    assert np.abs(eta[before]).max() < 1e-5 * np.abs(eta).max()


@pytest.mark.parametrize(("nodes", "strengths"), [([1, 1], [0.2, 0.2]), ([2, 9], [0.8, -0.3])])
def test_langevin_equation_agrees_with_the_exact_dynamics(nodes, strengths):
    probes = probe_stiffness(1.0, 1.1, 0.5)
    equation = LangevinEquation(
        probes, chain_frequencies(30, 0.4, 1.2), chain_couplings(30, nodes, strengths)
    )
    times = np.concatenate([[0.0], np.random.default_rng(1).uniform(0, 120, size=50)])
    x, p = np.array([0.14, 1.4]), np.array([0.3, -0.2])
    exact = exact_means(chain_stiffness(30, probes, nodes, strengths), 2, times, x, p)
    np.testing.assert_allclose(equation.solve(times, x, p), exact, atol=1e-12)
    rotation = probe_modes(1.0, 1.1, 0.5).rotation
    in_modes = equation.rotated(rotation).solve(times, rotation @ x, rotation @ p)
    np.testing.assert_allclose(in_modes @ rotation, exact, atol=1e-12)


def test_without_the_slip_fig_1_is_missed():
    equation, times = fig_1(60), np.linspace(0, 60, 61)
    x, p = np.array([0.14, 1.4]), np.zeros(2)
    exact = exact_means(chain_stiffness(60, equation.stiffness, [1, 1], [0.2] * 2), 2, times, x, p)
    assert np.abs(equation.solve(times, x, p) - exact).max() < 1e-12
    assert np.abs(equation.solve(times, x, p, slip=False) - exact).max() > 0.02
    # From q(0) = 0, for which Sec. II B is written, both are the same.
    kicked = equation.solve(times, [0, 0], [1, 0.5], slip=False)
    np.testing.assert_array_equal(kicked, equation.solve(times, [0, 0], [1, 0.5]))


def test_means_of_fig_1():
    entry = next(e for e in REFERENCE["references"] if e["id"] == "fig1.x1.t100")
    value = fig_1().solve([100.0], [0.14, 1.4], [0, 0])[0, 0]
    assert value == pytest.approx(float(entry["value"]), abs=1e-12)


def test_waves():
    low, high = CHAIN.band
    k = np.linspace(0.01, 3.13, 50)
    step = 1e-5
    slope = (CHAIN.frequency(k + step) - CHAIN.frequency(k - step)) / (2 * step)
    np.testing.assert_allclose(CHAIN.group_velocity(k), slope, atol=1e-9)
    np.testing.assert_allclose(CHAIN.wave_number(CHAIN.frequency(k)), k, atol=1e-12)
    top = CHAIN.group_velocity(CHAIN.fastest_wave_number)
    assert top == pytest.approx(CHAIN.largest_velocity, rel=1e-14)
    assert (CHAIN.group_velocity(k) <= top).all()
    assert (low, high) == (0.4, pytest.approx(math.sqrt(0.16 + 4.8)))
    sound = SemiInfiniteChain(0.0, 1.44)
    assert sound.group_velocity(0.0) == pytest.approx(1.2) == sound.largest_velocity
    with pytest.raises(InvalidArgumentError, match="band from 0.4 to"):
        CHAIN.wave_number(0.3)


def test_times():
    assert revival_time(300, CHAIN.largest_velocity) == pytest.approx(656.776, abs=1e-3)
    # The kernel tells which: it stays small until the reflection, then grows.
    t = np.linspace(300, 750, 901)
    gamma = np.abs(fig_1().kernel(t)[:, 0, 0])
    early, late = gamma[t < 640].max(), gamma[(t > 650) & (t < 680)].max()
    assert late > 10 * early
    with pytest.raises(InvalidArgumentError, match="velocity"):
        revival_time(300, 0.0)


def test_spectral_density_is_the_kernels_transform():
    nodes, strengths = [2, 5], [0.2, -0.3]
    finite = LangevinEquation(
        np.eye(2), chain_frequencies(400, 0.4, 1.2), chain_couplings(400, nodes, strengths)
    )

    def integrand(k, t, a, b):
        w = CHAIN.frequency(k)
        j = CHAIN.spectral_density(w, nodes, strengths)[a, b]
        return 2 / np.pi * j / w * np.cos(w * t) * CHAIN.group_velocity(k)

    for t in (0.0, 3.0, 20.0):
        for a, b in ((0, 0), (0, 1)):
            value = quad(integrand, 0, np.pi, args=(t, a, b), limit=200)[0]
            assert finite.kernel(t)[a, b] == pytest.approx(value, abs=1e-9)
    assert (CHAIN.spectral_density([0.2, 5.0], nodes, strengths) == 0).all()


def constant_damping_ratio():
    """(1 + sin 2 theta)/(1 - sin 2 theta), for a damping that does not depend on frequency."""
    sine = math.sin(2 * probe_modes(1.0, 1.1, 0.5).theta)
    return (1 + sine) / (1 - sine)


def test_ratios_of_damping():
    assert constant_damping_ratio() == pytest.approx(92.69, abs=0.005)
    assert damping_ratio(form="golden_rule") == pytest.approx(103.9, abs=0.05)
    assert damping_ratio(form="poles") == pytest.approx(110.1, abs=0.05)
    # Weak coupling: the poles go over to the golden rule.
    weak = damping_ratio(probe_coupling=1e-3, form="poles")
    assert weak == pytest.approx(damping_ratio(form="golden_rule"), rel=1e-5)
    # Only without potential is the missing factor cos(k1/2)/cos(k2/2), and 1 for stiff chains.
    free = SemiInfiniteChain(0.0, 1.2)
    half = np.cos(free.wave_number(probe_modes(1.0, 1.1, 0.5).frequencies) / 2)
    ohmic = damping_ratio(chain_frequency=0.0, form="golden_rule") / constant_damping_ratio()
    assert ohmic == pytest.approx(half[0] / half[1], rel=1e-12)
    stiff = damping_ratio(chain_frequency=0.0, chain_coupling=1e6, form="golden_rule")
    assert stiff == pytest.approx(constant_damping_ratio(), rel=1e-6)


def test_resonances_are_the_decay_of_a_long_chain():
    # Antisynchronization: after the first mode has gone, q_2 decays with the weaker resonance.
    modes = CHAIN.modes(probe_stiffness(1.0, 1.1, 0.5), [1, 1], 0.2)
    slow = modes.resonances[1]
    times = np.linspace(200, 550, 701)
    signal = exact_means(
        chain_stiffness(300, probe_stiffness(1.0, 1.1, 0.5), [1, 1], [0.2] * 2),
        2, times, np.array([0.14, 1.4]), np.zeros(2),
    )[:, 1]  # fmt: skip
    wave = np.exp(-1j * slow * times)
    basis = np.stack([wave.real, wave.imag], axis=1)
    rest = signal - basis @ np.linalg.lstsq(basis, signal, rcond=None)[0]
    assert np.abs(rest).max() < 1e-2 * np.abs(signal).max()


def test_bound_state_is_what_remains_of_a_strongly_coupled_pair():
    pair = probe_stiffness(1.0, 1.1, 0.0)
    modes = CHAIN.modes(pair, [1, 1], 0.8)
    stiffness = chain_stiffness(300, pair, [1, 1], [0.8, 0.8])
    squares, vectors = np.linalg.eigh(stiffness)
    assert math.sqrt(squares[0]) == pytest.approx(modes.bound[0], abs=1e-12)
    np.testing.assert_allclose(np.abs(vectors[:2, 0]), np.abs(modes.bound_amplitudes[0]), atol=1e-7)


@pytest.mark.parametrize("nodes", [[1, 1], [1, 3], [4, 2]])
def test_bound_states_at_other_sites(nodes):
    pair = probe_stiffness(1.0, 1.1, 0.2)
    limit = CHAIN.largest_stable_factor(pair, nodes, [1.0, 0.7])
    threshold = CHAIN.bound_state_threshold(pair, nodes, [1.0, 0.7])
    assert 0 < threshold < limit
    for factor in (0.98 * threshold, (threshold + limit) / 2):
        strengths = factor * np.array([1.0, 0.7])
        squares = np.linalg.eigvalsh(chain_stiffness(600, pair, nodes, strengths))
        below = np.sqrt(squares[squares < 0.16 - 1e-9])
        found = CHAIN.modes(pair, nodes, strengths)
        np.testing.assert_allclose(found.bound, below, atol=1e-9)
        assert (found.bound_amplitudes.shape) == (below.size, 2)
    unstable = np.linalg.eigvalsh(
        chain_stiffness(600, pair, nodes, 1.001 * limit * strengths / factor)
    )
    assert unstable[0] < 0


def test_bound_states_above_the_band():
    pair = np.diag([2.2**2, 2.1**2])
    threshold = CHAIN.bound_state_threshold(pair, [1, 1], 1.0, above=True)
    assert CHAIN.modes(pair, [1, 1], 0.99 * threshold).bound.size == 0
    found = CHAIN.modes(pair, [1, 1], 1.5 * threshold).bound
    top = np.linalg.eigvalsh(chain_stiffness(400, pair, [1, 1], [1.5 * threshold] * 2))[-1]
    np.testing.assert_allclose(found, [math.sqrt(top)], atol=1e-10)
    inside = np.diag([0.3**2, 1.0])  # a probe below the band is bound without any coupling
    assert CHAIN.bound_state_threshold(inside, [1, 1], 0.1) == 0


def test_weak_and_absent_damping():
    pair = probe_stiffness(1.0, 1.1, 0.5)
    weak = CHAIN.modes(pair, [1, 1], 1e-5).damping
    np.testing.assert_allclose(weak, CHAIN.golden_rule_damping(pair, [1, 1], 1e-5), rtol=1e-3)
    dark = CHAIN.modes(probe_stiffness(1.0, 1.0, 0.5), [1, 1], 0.2)
    assert dark.damping[0] > 0.01
    assert dark.damping[1] == pytest.approx(0, abs=1e-13)
    assert dark.resonances[1].real == pytest.approx(math.sqrt(2))
    with pytest.raises(InvalidArgumentError, match="not damped at all"):
        damping_ratio(omega_2=1.0)


def test_rayleigh_criterion():
    stiffness = probe_stiffness(1.0, 1.1, 0.5)
    criterion = rayleigh_criterion(stiffness, ohmic_damping(1.2, [0.2, 0.2]))
    ratio = criterion.rates[0] / criterion.rates[1]
    assert ratio == pytest.approx(constant_damping_ratio(), rel=1e-12)
    assert criterion.synchronization_time == pytest.approx(1 / criterion.rates.max())
    assert criterion.gap == pytest.approx(criterion.rates[0] - criterion.rates[1])
    assert 0 < criterion.neglected < 0.1
    np.testing.assert_allclose(criterion.frequencies, probe_modes(1, 1.1, 0.5).frequencies)
    # The sign of one coupling exchanges the roles: synchronization instead of its opposite.
    switched = rayleigh_criterion(stiffness, ohmic_damping(1.2, [0.2, -0.2]))
    assert switched.rates[1] > switched.rates[0]
    # Equal probes: A and G commute, and one mode is free of damping.
    equal = rayleigh_criterion(probe_stiffness(1, 1, 0.5), ohmic_damping(1.2, [0.2, 0.2]))
    assert equal.neglected == 0
    assert equal.rates[1] == pytest.approx(0, abs=1e-16)
    assert (
        rayleigh_criterion(np.diag([1.0, 2.0]), np.zeros((2, 2))).synchronization_time == math.inf
    )


def test_errors():
    with pytest.raises(UnstableNetworkError, match="lowest squared frequency is -0"):
        probe_modes(1.0, 1.1, -0.8)
    with pytest.raises(InvalidArgumentError, match="sites"):
        chain_frequencies(0, 0.4, 1.2)
    with pytest.raises(InvalidArgumentError, match="chain_coupling"):
        chain_frequencies(3, 0.4, 0.0)
    with pytest.raises(InvalidArgumentError, match="from 1 to 300"):
        chain_couplings(300, [0, 1], 0.2)
    with pytest.raises(NonFiniteError, match="strengths"):
        chain_couplings(300, [1, 1], np.nan)
    with pytest.raises(DimensionError, match="`couplings`"):
        LangevinEquation(np.eye(2), np.ones(3), np.ones((2, 4)))
    with pytest.raises(InvalidArgumentError, match="symmetric"):
        LangevinEquation([[1.0, 0.1], [0.2, 1.0]], np.ones(3), np.ones((2, 3)))
    with pytest.raises(UnstableNetworkError, match="bath alone is unstable"):
        LangevinEquation.from_stiffness(np.diag([1.0, 1.0, -1.0]), [0])
    with pytest.raises(InvalidArgumentError, match="probes"):
        LangevinEquation.from_stiffness(np.eye(3), [5])
    with pytest.raises(UnstableNetworkError, match="by themselves"):
        LangevinEquation(-np.eye(2), np.ones(3), np.ones((2, 3))).largest_stable_factor()
    with pytest.raises(InvalidArgumentError, match=">= 0"):
        fig_1(5).solve([-1.0], [0, 0], [0, 0])
    with pytest.raises(DimensionError, match="position"):
        fig_1(5).solve([1.0], [0, 0, 0], [0, 0])
    with pytest.raises(UnstableNetworkError, match=r"K_max = \[0\.97195.*0\.97195") as caught:
        CHAIN.modes(probe_stiffness(1.0, 1.1, 0.0), [1, 1], 1.0)
    assert caught.value.largest_coupling == pytest.approx(0.9719504, abs=1e-7)
    with pytest.raises(UnstableNetworkError, match="by themselves"):
        CHAIN.modes(-np.eye(2), [1, 1], 0.1)
    with pytest.raises(InvalidArgumentError, match="`nodes`.*>= 1"):
        CHAIN.modes(np.eye(2), [0, 1], 0.1)
    with pytest.raises(DimensionError, match=r"`stiffness`.*\(2, 2\)"):
        CHAIN.modes(np.eye(3), [1, 1], 0.1)
    with pytest.raises(InvalidArgumentError, match="chain_frequency"):
        SemiInfiniteChain(-0.1, 1.0)
    with pytest.raises(InvalidArgumentError, match="form"):
        damping_ratio(form="exact")
    with pytest.raises(InvalidArgumentError, match="weaker"):
        damping_ratio(coupling=0.0, probe_coupling=0.8)
    with pytest.raises(InvalidArgumentError, match="symmetric"):
        rayleigh_criterion(np.eye(2), [[1.0, 0.5], [0.0, 1.0]])
    with pytest.raises(DimensionError, match=r"`damping`.*\(2, 2\)"):
        rayleigh_criterion(np.eye(2), np.eye(3))
    with pytest.raises(InvalidArgumentError, match="positive"):
        rayleigh_criterion(np.diag([1.0, -1.0]), np.eye(2))
