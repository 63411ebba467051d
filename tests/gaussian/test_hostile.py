"""Harmonic networks and their measures at the edges: sizes, windows, times, input of any kind."""

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    OutOfMemoryError,
    UnknownNameError,
)
from quantsync.gaussian.baths.open_network import OpenNetwork
from quantsync.gaussian.networks._normal_modes import (
    eigenmodes,
    is_safely_positive,
    lowest_eigenvalue,
)
from quantsync.gaussian.networks.evolution import evolve
from quantsync.gaussian.networks.network import HarmonicNetwork
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.time_series.mode_sums import ModeSum
from quantsync.time_series.pearson import best_delay, pearson
from quantsync.time_series.signals import SampledSignal

F = ModeSum([1.0, 2.3], [1.0, 0.5], [0.2, 0.1], constant=3.0)
PAIR = HarmonicNetwork([[1.0, 0.1], [0.1, 1.5]])
G = ModeSum([1.0, 2.3], [-1.0, 0.5], [0.2, -0.7], constant=-2.0)


def exact_pearson(start, window, delay):
    """By Gauss quadrature with 40 digits."""

    def value(signal, t):
        terms = zip(signal.frequencies, signal.cosine, signal.sine, strict=True)
        return mpmath.fsum(c * mpmath.cos(w * t) + s * mpmath.sin(w * t) for w, c, s in terms)

    with mpmath.workdps(40):

        def mean(function):
            ends = [mpmath.mpf(start), mpmath.mpf(start) + mpmath.mpf(window)]
            return mpmath.quad(function, ends) / mpmath.mpf(window)

        f, g = (lambda t: value(F, t)), (lambda t: value(G, t + mpmath.mpf(delay)))
        mf, mg = mean(f), mean(g)
        both = mean(lambda t: (f(t) - mf) * (g(t) - mg))
        squares = mean(lambda t: (f(t) - mf) ** 2) * mean(lambda t: (g(t) - mg) ** 2)
        return float(both / mpmath.sqrt(squares))


@pytest.mark.parametrize("window", [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.1, 5.0])
@pytest.mark.parametrize("delay", [0.0, 5.0])
def test_short_windows_are_exact_to_the_rounding_of_the_times(window, delay):
    # Signals are linear in short windows, up to terms that a rule of two nodes does not see.
    expected = exact_pearson(0.3, window, delay)
    assert pearson(F, G, 0.3, window, delay) == pytest.approx(expected, abs=1e-11)


def test_windows_below_the_rounding_of_the_times_are_refused():
    with pytest.raises(InvalidArgumentError, match="rounding of the times"):
        pearson(F, G, [1e6], 1e-9)
    with pytest.raises(InvalidArgumentError, match="`window` = 1e-12"):
        qs.compute("harmonic_chain", {"sites": 5, "window": 1e-12}, ["pearson"])


def test_long_windows_take_memory_and_time_in_proportion():
    f, g = ModeSum([1.0, 2.0], [1.0, 0.3], [0.0, 0.0]), ModeSum([1.0, 2.0], [0.2, 1.0], [1.0, 0.0])
    squares = 1 + 0.3**2, 0.2**2 + 1 + 1  # means of a long time, twice
    limit = (0.2 + 0.3) / np.sqrt(squares[0] * squares[1])
    assert pearson(f, g, 0.0, 4e4 * np.pi) == pytest.approx(limit, abs=1e-10)
    with pytest.raises(OutOfMemoryError, match="Windows of length 1e\\+30 at the frequency 2"):
        pearson(f, g, 0.0, 1e30)


def test_unphysical_signals_and_times_have_named_errors():
    times = np.arange(4.0)
    with pytest.raises(BroadcastError, match=r"first \(2,\), second \(3,\)"):
        pearson(np.zeros((2, 4)), np.zeros((3, 4)), times, 2.0)
    with pytest.raises(InvalidArgumentError, match="`values` must be real"):
        pearson(np.array([1, 1j, 2, 3]), times, times, 2.0)
    for wrong in ("ab", [1j], [[1.0], [1.0, 2.0]]):
        with pytest.raises(InvalidArgumentError, match="`times` must be a? ?real"):
            pearson(F, G, wrong, 1.0)
    with pytest.raises(InvalidArgumentError, match="`times` must be a real number or array"):
        SampledSignal(["a", "b"], [1.0, 2.0])
    for wrong in ("a", [], [1.0, 0.0], np.zeros((2, 2))):
        with pytest.raises(InvalidArgumentError, match="`delays`"):
            best_delay(F, G, 0.0, 5.0, wrong)


@pytest.mark.parametrize("r", [400.0, -400.0])
def test_squeezing_beyond_floating_point_is_refused_without_a_warning(r):
    with pytest.raises(InvalidArgumentError, match="too large for floating point"):
        GaussianState.squeezed(1.0, r)


def test_networks_beyond_the_memory_are_refused_before_they_are_built():
    with pytest.raises(OutOfMemoryError, match="chain of 100000000000 oscillators"):
        HarmonicNetwork.chain(10**11, 0.4, 1.2)
    with pytest.raises(OutOfMemoryError, match="1000000000000 oscillators|1e\\+12"):
        qs.compute("harmonic_chain", {"sites": 1e12}, ["x1"])
    size = 3_000_000  # a ring: no band, and too large to be dense
    side = np.full(size - 1, -1.0)
    bands: Any = [side, np.full(size, 2.0), side]
    offsets: Any = [-1, 0, 1]
    corners = sp.coo_array(([-1.0, -1.0], ([0, size - 1], [size - 1, 0])), shape=(size, size))
    matrix = sp.csr_array(sp.diags_array(bands, offsets=offsets) + corners)
    for function in (eigenmodes, lowest_eigenvalue, is_safely_positive):
        with pytest.raises(OutOfMemoryError, match="3000000 oscillators"):
            function(matrix)


def test_times_beyond_any_computation_are_refused():
    network = HarmonicNetwork.chain(3, 0.4, 1.2).with_probes([1.0, 1.1], [1, 3], 0.2)
    start = ProbesInEnvironment(GaussianState.vacuum([1.0, 1.1]))
    with pytest.raises(OutOfMemoryError, match="times up to 1e\\+300"):
        evolve(network, start, [0.0, 1e300])


def test_a_single_late_time_equals_the_whole_state():
    network = HarmonicNetwork.chain(3, 0.4, 1.2).with_probes([1.0, 1.1], [1, 3], 0.2)
    probes = GaussianState.squeezed([1.0, 1.1], [0.5, -0.5])
    rest = GaussianState.ground_state(HarmonicNetwork.chain(3, 0.4, 1.2))
    late = evolve(network, ProbesInEnvironment(probes), [1e5])
    whole = evolve(network, GaussianState.product(probes, rest), [1e5])
    assert_allclose(late.covariance, whole.covariance, atol=1e-9)


def test_bath_temperatures_may_be_an_array():
    network = HarmonicNetwork([[1.0, 0.1], [0.1, 1.5]])
    listed = OpenNetwork.from_network(network, 0.2, temperature=[0.0, 0.4])
    array = OpenNetwork.from_network(network, 0.2, temperature=np.array([0.0, 0.4]))
    assert_allclose(array.diffusion, listed.diffusion, atol=0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: qs.gaussian.rayleigh_criterion("a", "b"),
        lambda: qs.gaussian.SemiInfiniteChain("a", 1.0),
        lambda: qs.gaussian.revival_time("a", 1.0),
        lambda: qs.gaussian.probe_modes("a", 1.0, 1.0),
        lambda: qs.gaussian.ohmic_damping(1.0, "a"),
        lambda: qs.gaussian.chain_couplings(5, [1], [1, 2, 3]),
        lambda: qs.HarmonicNetwork([[1, 2], [3]]),
        lambda: qs.gaussian.rayleigh_criterion(np.eye(2), None),
        lambda: qs.gaussian.damping_ratio(form=1),
        lambda: qs.gaussian.crosstalk_time(1, 2.5, 1.0),
        lambda: qs.gaussian.chain_frequencies(3, None, 1.0),
        lambda: qs.gaussian.probe_stiffness(1.0, None, 1.0),
        lambda: qs.gaussian.LangevinEquation(np.eye(1), "a", [[1.0]]),
        lambda: qs.gaussian.LangevinEquation.from_stiffness(np.eye(2), "a"),
        lambda: qs.gaussian.LangevinEquation(np.eye(1), [1.0], [[0.1]]).rotated("a"),
        lambda: qs.gaussian.SemiInfiniteChain(0.4, 1.2).modes(np.eye(1), None, 0.1),
        lambda: qs.gaussian.propagator("a", [0.0]),
        lambda: qs.HarmonicNetwork("stiff"),
        lambda: qs.HarmonicNetwork(np.eye(2), masses="ab"),
        lambda: qs.HarmonicNetwork(np.eye(2), names="ab"),
        lambda: qs.HarmonicNetwork(np.eye(2), names=[[1], [2]]),
        lambda: PAIR.positions(0),
        lambda: qs.HarmonicNetwork.chain("a", 1.0, 1.0),
        lambda: qs.HarmonicNetwork.chain(3, [1.0], 1.0),
        lambda: qs.HarmonicNetwork.from_graph(3, 1.0),
        lambda: qs.HarmonicNetwork.from_graph([(0, 1)], None),
        lambda: PAIR.with_probes([1.0], [0], None),
        lambda: PAIR.evolve("a", [0.0]),
        lambda: PAIR.evolve(qs.GaussianState.vacuum([1.0, 1.0]), "a"),
        lambda: PAIR.evolve(qs.GaussianState.vacuum([1.0, 1.0]), [0.0], probes=0),
        lambda: qs.gaussian.mean_modes([PAIR], qs.GaussianState.vacuum([1.0, 1.0])),
        lambda: qs.GaussianState("a", np.eye(2)),
        lambda: qs.GaussianState([0.0, 0.0], None),
        lambda: qs.GaussianState.vacuum(None),
        lambda: qs.GaussianState.squeezed(1.0, "a"),
        lambda: qs.GaussianState.thermal_state(np.eye(2), 0.0),
        lambda: qs.GaussianState.thermal_state(PAIR, [0.0]),
        lambda: qs.GaussianState.vacuum(1.0).reduced("a"),
        lambda: qs.GaussianState.vacuum(1.0).reduced([]),
        lambda: qs.GaussianState.vacuum(1.0).displaced(x=None),
        lambda: qs.gaussian.ProbesInEnvironment(qs.GaussianState.vacuum(1.0), None),
        lambda: qs.gaussian.OpenNetwork(None, np.eye(2)),
        lambda: qs.gaussian.OpenNetwork.from_network(np.eye(2), 0.1),
        lambda: qs.gaussian.OpenNetwork.from_network(PAIR, "a"),
        lambda: qs.gaussian.OpenNetwork.from_network(PAIR, 0.1).evolve([0.0], [0.0]),
        lambda: qs.gaussian.OpenNetwork.from_network(PAIR, 0.1).residual(None),
        lambda: qs.gaussian.purity("a"),
        lambda: qs.gaussian.entropy(None),
        lambda: qs.gaussian.log_negativity(np.eye(4), "a"),
        lambda: qs.gaussian.discord(np.eye(4), measured="a"),
        lambda: qs.gaussian.symplectic_spectrum(np.array([["a", "b"], ["c", "d"]])),
    ],
)
def test_wrong_types_are_named(call):
    with pytest.raises(InvalidArgumentError, match="Argument `"):
        call()


def test_nodes_of_any_type_are_named():
    with pytest.raises(UnknownNameError, match=r"oscillator '\[0\]'"):
        PAIR.star([[0]])


def test_lists_are_covariance_matrices():
    assert qs.gaussian.purity([[1.0, 0.0], [0.0, 1.0]]) == pytest.approx(0.5)
