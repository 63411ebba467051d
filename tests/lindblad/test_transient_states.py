"""Basis states that the dynamics leaves for good carry exactly nothing in the steady state."""

import numpy as np
import pytest

import quantsync as qs
from quantsync.lindblad._transient_states import transient_states


def states_of(system):
    return transient_states(system.terms, (system.coefficient_table() != 0).any(axis=0))


def pair(**parameters):
    return qs.models.driven_pair(**{"damping_a": 1.0, "damping_b": 1.0, **parameters})


@pytest.mark.parametrize(
    ("parameters", "transient"),
    [
        ({"gain_a": 0.0, "gain_b": 0.0}, [1, 1, 1, 0]),
        ({"gain_a": 0.0, "gain_b": 0.0, "drive": 0.1}, [0, 0, 0, 0]),
        ({"gain_a": 0.3, "gain_b": 0.0, "coupling": 0.0}, [1, 0, 1, 0]),
        ({"gain_a": 0.3, "gain_b": 0.0, "coupling": 1.0}, [0, 0, 0, 0]),
        ({"gain_a": 0.3, "damping_a": 0.0, "gain_b": 0.2, "damping_b": 0.0}, [0, 1, 1, 1]),
    ],
)
def test_transient_states_of_two_qubits(parameters, transient):
    np.testing.assert_array_equal(states_of(pair(**parameters)), np.array(transient, bool))


def test_several_last_components_say_nothing():
    dephasing = qs.Lindbladian(
        qs.Space(A=qs.Spin(1)), dissipators=[(1.0, qs.Space(A=qs.Spin(1))["A"].z)]
    )
    assert not states_of(dephasing).any()


def test_a_hamiltonian_leads_out_of_a_dark_state():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    still = qs.Lindbladian(space, [(1.0, a.z)], [(1.0, a.minus)])
    driven = qs.Lindbladian(space, [(1.0, a.x)], [(1.0, a.minus)])
    np.testing.assert_array_equal(states_of(still), [True, False])
    assert not states_of(driven).any()


def test_empty_levels_are_exactly_empty_for_rates_of_any_size():
    rng = np.random.default_rng(0)
    rates = 10 ** rng.uniform(-3, 3, (3, 500))
    detuning = rng.normal(size=(2, 500))
    steady = qs.steady_state(
        qs.models.driven_pair(
            0.3 * rates[0], 0.7 * rates[0], 0.0, rates[1], 0.0, 0.0, *detuning, rates[2]
        )
    )
    up_b = steady.rho[:, [0, 2]]
    assert (up_b == 0).all()
    assert (steady.rho[:, 1, 1].real > 0.29).all()
    assert steady.residual.max() < 1e-12 * rates.max()


def test_a_batch_may_mix_systems_with_and_without_empty_levels():
    gain = np.array([0.0, 1e-3, 0.4])
    steady = qs.steady_state(pair(gain_a=gain, gain_b=gain))
    assert (steady.rho[0] == np.diag([0, 0, 0, 1])).all()
    assert (np.diagonal(steady.rho[1:], axis1=1, axis2=2).real > 0).all()
