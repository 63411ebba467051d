"""The models: reference numbers, QuTiP, closed forms, and properties at random parameters."""

from fractions import Fraction

import numpy as np
import pytest
import qutip
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

import quantsync as qs
from quantsync.catalogue.models import MODELS

CASES = [
    "fig2",
    "fig2_Delta1",
    "fig2_eps0.05_Delta-0.5",
    "identical_balanced",
    "fig4_dB10",
    "fig4_dB100",
]
PARAMETERS = {
    "eps": "epsilon",
    "Delta": "detuning",
    "gA": "gain_a",
    "dA": "damping_a",
    "gB": "gain_b",
    "dB": "damping_b",
}
PHASES = {"0": 0.0, "pi/4": np.pi / 4, "pi/2": np.pi / 2, "1.0": 1.0, "pi": np.pi}


@pytest.fixture(params=CASES)
def reference_case(request, roulet2018):
    """The steady state of one of the six reference systems, and its reference numbers."""
    numbers = roulet2018["steady_states"][request.param]
    given_values = {PARAMETERS[k]: float(Fraction(v)) for k, v in numbers["params"].items()}
    return qs.steady_state(qs.models.spin_pair(**given_values)), numbers


def exactly(number):
    return pytest.approx(float(number), rel=1e-10, abs=1e-14)


def test_spin_pair_has_the_reference_density_matrix(reference_case):
    steady, numbers = reference_case
    expected = np.zeros((9, 9), complex)
    for key, value in numbers["rho"].items():
        (a, b), (c, d) = (map(int, side.split(",")) for side in key.split("|"))
        row, column = 3 * (1 - a) + 1 - b, 3 * (1 - c) + 1 - d
        expected[row, column] = float(value["re"]) + 1j * float(value["im"])
        expected[column, row] = expected[row, column].conjugate()
    np.testing.assert_allclose(steady.rho, expected, atol=1e-14)
    # The U(1) symmetry leaves 19 of the 81 elements.
    assert steady.sector_dimension == 19
    assert np.count_nonzero(steady.rho) <= 19


def test_spin_pair_has_the_reference_synchronization(reference_case):
    steady, numbers = reference_case
    relative = qs.relative_phase_distribution(steady.rho, steady.space)
    assert relative.maximum == exactly(numbers["max_S_rel"])
    assert relative.location == pytest.approx([float(numbers["argmax_phi"])], abs=1e-7)
    for name, phi in PHASES.items():
        s_rel = relative.density(phi) - 1 / (2 * np.pi)
        assert s_rel == pytest.approx(float(numbers["S_rel"][name]), abs=1e-15)
    # Neither spin has a phase of its own.
    for site in "AB":
        assert qs.phase_distribution(steady.rho, steady.space, site).maximum == 0


def test_spin_pair_has_the_reference_correlations(reference_case):
    steady, numbers = reference_case
    rho, space = steady.rho, steady.space
    assert qs.negativity(rho, space, "A") == exactly(numbers["N"])
    assert qs.mutual_information(rho, space, "A") == exactly(numbers["I_nat"])
    assert qs.mutual_information(rho, space, "A", base=2) == exactly(numbers["I_bit"])
    assert qs.von_neumann_entropy(rho) == exactly(numbers["S_AB_nat"])
    assert qs.purity(rho) == exactly(numbers["purity"])
    for site in "AB":
        reduced = qs.partial_trace(rho, space, site)
        assert qs.von_neumann_entropy(reduced) == exactly(numbers[f"S_{site}_nat"])
        for k, population in enumerate(numbers[f"pop_{site}(+1,0,-1)"]):
            assert reduced[k, k].real == exactly(population)


def test_identical_balanced_cycles_lock_only_at_second_order():
    e = np.array([0.02, 0.1, 0.3, 0.4])
    steady = qs.steady_state(
        qs.models.spin_pair(epsilon=e, gain_a=1, damping_a=1, gain_b=1, damping_b=1)
    )
    rho, space, scale = steady.rho, steady.space, 1 + 8 * e**2
    np.testing.assert_allclose(rho[:, 4, 4].real, (1 + 2 * e**2) / scale, atol=1e-14)
    np.testing.assert_allclose(rho[:, 2, 4], e / scale, atol=1e-14)
    np.testing.assert_allclose(rho[:, 6, 4], -e / scale, atol=1e-14)
    relative = qs.relative_phase_distribution(rho, space)
    np.testing.assert_allclose(relative.maximum, e**2 / (4 * np.pi * scale), atol=1e-14)
    np.testing.assert_allclose(relative.location[:, 0], -np.pi / 2, atol=1e-7)
    n = qs.negativity(rho, space, "A")
    np.testing.assert_allclose(n, (2 * e - e**2) / scale, atol=1e-14)


def test_single_channel_limit_is_approached_as_its_rates_grow():
    e, detuning = 0.3, 0.7
    scale = 1 + detuning**2 + 4 * e**2
    coherence, population = e * np.sqrt(1 + detuning**2) / scale, e**2 / scale
    expected = [
        coherence,
        population,
        9 * np.pi / 128 * coherence,
        coherence - population,
    ]
    fast = np.array([1e3, 1e4, 1e5, 1e6])
    steady = qs.steady_state(
        qs.models.spin_pair(epsilon=e, detuning=detuning, gain_a=fast, damping_b=fast)
    )
    found = np.stack(
        [
            np.abs(steady.rho[:, 2, 4]),
            steady.rho[:, 2, 2].real,
            qs.relative_phase_distribution(steady.rho, steady.space).maximum,
            qs.negativity(steady.rho, steady.space, "A"),
        ],
        axis=-1,
    )
    error = np.abs(found - expected)
    assert (error[-1] < 3e-6).all()
    # The error falls at least with the inverse of the rates.
    assert (error[1:] < 0.11 * error[:-1]).all()


def test_strong_coupling_locks_without_entanglement_in_the_single_channel_limit():
    steady = qs.steady_state(qs.models.spin_pair(epsilon=1.5, gain_a=1e6, damping_b=1e6))
    assert qs.negativity(steady.rho, steady.space, "A") == pytest.approx(0, abs=1e-5)
    coherence = 1.5 / (1 + 4 * 1.5**2)
    maximum = qs.relative_phase_distribution(steady.rho, steady.space).maximum
    assert maximum == pytest.approx(9 * np.pi / 128 * coherence, abs=1e-5)


def qutip_limit_cycle(size, gain, damping):
    plus, minus, z = (qutip.jmat(size, name) for name in "+-z")
    return [np.sqrt(gain / 2) * plus * z, np.sqrt(damping / 2) * minus * z]


@pytest.mark.parametrize("size", [1 / 2, 1, 3 / 2, 2])
@pytest.mark.parametrize(("epsilon", "detuning"), [(0.1, 0.7), (2.0, -1.3)])
def test_spin_pair_of_any_size_agrees_with_qutip(size, epsilon, detuning):
    one = qutip.qeye(round(2 * size + 1))
    plus, minus, z = (qutip.jmat(size, name) for name in "+-z")
    exchange = qutip.tensor(plus, minus) - qutip.tensor(minus, plus)
    hamiltonian = detuning / 2 * (qutip.tensor(z, one) - qutip.tensor(one, z))
    hamiltonian += 1j * epsilon / 2 * exchange
    jumps = [qutip.tensor(jump, one) for jump in qutip_limit_cycle(size, 2.0, 1.0)]
    jumps += [qutip.tensor(one, jump) for jump in qutip_limit_cycle(size, 0.6, 3.0)]
    theirs = qutip.steadystate(hamiltonian, jumps).full()
    ours = qs.steady_state(
        qs.models.spin_pair(epsilon, detuning, 2.0, 1.0, 0.6, 3.0, spin=size)
    ).rho
    np.testing.assert_allclose(ours, theirs, atol=1e-11)


@pytest.mark.parametrize("size", [1 / 2, 1, 5 / 2])
def test_driven_spin_agrees_with_qutip(size):
    hamiltonian = 0.7 * qutip.jmat(size, "z") - 0.4 * qutip.jmat(size, "y")
    theirs = qutip.steadystate(hamiltonian, qutip_limit_cycle(size, 2.0, 0.5)).full()
    ours = qs.steady_state(qs.models.driven_spin(0.4, 0.7, 2.0, 0.5, spin=size)).rho
    np.testing.assert_allclose(ours, theirs, atol=1e-13)


@pytest.mark.parametrize("detuning", [0.0, 0.8, -1.5])
def test_driven_spin_responds_linearly_to_a_weak_drive(detuning):
    gain, damping = 3.0, 0.7
    errors = []
    for drive in (2e-2, 1e-2):
        rho = qs.steady_state(qs.models.driven_spin(drive, detuning, gain, damping)).rho
        linear = drive / np.sqrt(2) / (damping / 2 + 1j * detuning)
        other = -drive / np.sqrt(2) / (gain / 2 + 1j * detuning)
        errors.append(abs(rho[0, 1] - linear) + abs(rho[1, 2] - other))
    assert errors[0] < 5e-4
    assert errors[0] / errors[1] == pytest.approx(8, rel=0.05)  # the next order is the third


def test_parameters_broadcast_and_defaults_are_those_of_figure_2():
    grid = qs.models.spin_pair(epsilon=np.zeros((3, 1)), detuning=np.ones(4), gain_a=2)
    assert grid.shape == (3, 4)
    explicit = qs.models.spin_pair(0.1, 0.0, 100, 1, 1, 100, spin=1)
    np.testing.assert_array_equal(
        qs.models.spin_pair().superoperator().toarray(), explicit.superoperator().toarray()
    )


RATE = st.floats(0.05, 50)
SIZE = st.sampled_from([1 / 2, 1, 3 / 2])
PROPERTY = settings(max_examples=40, derandomize=True, deadline=None, database=None)


@PROPERTY
@given(st.floats(0, 3), st.floats(-3, 3), RATE, RATE, RATE, RATE, SIZE, st.floats(-3, 3))
def test_steady_states_are_gauge_invariant_density_matrices(
    epsilon, detuning, gain_a, damping_a, gain_b, damping_b, size, chi
):
    pair = qs.models.spin_pair(epsilon, detuning, gain_a, damping_a, gain_b, damping_b, spin=size)
    steady = qs.steady_state(pair)
    rho, space = steady.rho, steady.space
    assert np.trace(rho) == pytest.approx(1, abs=1e-13)
    assert np.linalg.eigvalsh(rho).min() > -1e-13
    np.testing.assert_array_equal(rho, rho.conj().T)
    turn = scipy.linalg.expm(-1j * chi * (space["A"].z + space["B"].z).toarray())
    np.testing.assert_allclose(turn @ rho @ turn.conj().T, rho, atol=1e-13)
    for site in "AB":
        assert qs.phase_distribution(rho, space, site).maximum == 0
    density = qs.relative_phase_distribution(rho, space).density(np.linspace(-np.pi, np.pi, 60))
    assert density.min() > 0


@PROPERTY
@given(st.floats(-3, 3), RATE, RATE, RATE, RATE, SIZE)
def test_uncoupled_limit_cycles_do_not_synchronize(
    detuning, gain_a, damping_a, gain_b, damping_b, size
):
    pair = qs.models.spin_pair(0.0, detuning, gain_a, damping_a, gain_b, damping_b, spin=size)
    steady = qs.steady_state(pair)
    relative = qs.relative_phase_distribution(steady.rho, steady.space)
    assert relative.maximum == 0
    assert np.isnan(relative.location).all()
    assert qs.negativity(steady.rho, steady.space, "A") == pytest.approx(0, abs=1e-12)
    assert qs.mutual_information(steady.rho, steady.space, "A") == pytest.approx(0, abs=1e-12)


@PROPERTY
@given(st.floats(0.01, 3), st.floats(-3, 3), RATE, RATE, RATE, RATE)
def test_exchanging_the_spins_exchanges_their_phases(
    epsilon, detuning, gain_a, damping_a, gain_b, damping_b
):
    def locking(*parameters):
        steady = qs.steady_state(qs.models.spin_pair(*parameters))
        return qs.relative_phase_distribution(steady.rho, steady.space)

    # The coupling is odd under exchange, so epsilon changes sign with the detuning.
    here = locking(epsilon, detuning, gain_a, damping_a, gain_b, damping_b)
    there = locking(-epsilon, -detuning, gain_b, damping_b, gain_a, damping_a)
    phi = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(here.density(phi), there.density(-phi), atol=1e-13)


@pytest.mark.parametrize("name", ["spin_pair", "driven_spin", "driven_pair", "dephased_chain"])
@pytest.mark.parametrize("size", [0.7, [0.5, 1.0]])
def test_an_impossible_spin_is_named_as_the_parameter(name, size):
    with pytest.raises(qs.errors.InvalidArgumentError, match="Parameter `spin` must be"):
        MODELS[name](spin=size)
