"""First-order theory of the spin pair, Eqs. (4)-(8) of Roulet and Bruder, against the exact one."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import quantsync as qs
from quantsync.models.spin_pair.first_order import (
    locking_rate_first_order,
    mu_minus,
    mu_plus,
    negativity_first_order,
    state_first_order,
    synchronization_first_order,
)

SPACE = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
FIG2 = {"gain_a": 100.0, "damping_a": 1.0, "gain_b": 1.0, "damping_b": 100.0}
MILD = {"gain_a": 3.0, "damping_a": 1.0, "gain_b": 0.8, "damping_b": 5.0}
LIMIT_CYCLES = np.diag(np.eye(9)[4])  # |0,0><0,0|
# Basis |m_A, m_B> with m = 1, 0, -1: positions of |1,-1>, |-1,1>, and of the neighbours.
PLUS, ZERO, MINUS = 2, 4, 6


def coherences(rates, detuning, time=np.inf):
    return (
        mu_plus(rates["damping_a"], rates["gain_b"], detuning, time),
        mu_minus(rates["gain_a"], rates["damping_b"], detuning, time),
    )


def exact(epsilon, detuning, rates):
    return qs.steady_state(qs.models.spin_pair(epsilon, detuning, **rates)).rho


@pytest.mark.parametrize("detuning", [0.0, 0.6, -2.0])
def test_error_of_the_first_order_falls_as_a_higher_power_of_the_coupling(detuning):
    epsilon = np.array([2e-4, 1e-4])
    rho = exact(epsilon, detuning, MILD)
    plus, minus = coherences(MILD, detuning)
    phi = 0.4
    s_rel = qs.relative_phase_distribution(rho, SPACE).density(phi) - 1 / (2 * np.pi)
    errors = {
        # The coherences are odd in epsilon, so their next order is the third.
        8: [rho[:, PLUS, ZERO] - epsilon * plus, rho[:, MINUS, ZERO] - epsilon * minus],
        4: [
            s_rel - synchronization_first_order(phi, epsilon, **MILD, detuning=detuning),
            qs.negativity(rho, SPACE, "A")
            - negativity_first_order(epsilon, **MILD, detuning=detuning),
        ],
    }
    for ratio, found in errors.items():
        for error in np.abs(found):
            assert error[0] / error[1] == pytest.approx(ratio, rel=0.06)
            assert error[0] < 1e-6


@pytest.mark.parametrize("detuning", [0.0, 0.6])
def test_negativity_and_populations_follow_the_weak_coupling_expansion(detuning):
    e = np.array([1e-2, 5e-3])
    rho = exact(e, detuning, MILD)
    plus, minus = np.abs(coherences(MILD, detuning))
    up = MILD["damping_a"] / MILD["gain_b"]
    down = MILD["gain_a"] / MILD["damping_b"]
    second = plus * minus - plus**2 / 2 * (up + 1 / up) - minus**2 / 2 * (down + 1 / down)
    error = np.abs(qs.negativity(rho, SPACE, "A") - e * (plus + minus) - e**2 * second)
    assert error[0] / error[1] == pytest.approx(8, rel=0.05)
    expected = {5: plus**2 * up, 1: plus**2 / up, 7: minus**2 / down, 3: minus**2 * down}
    for position, weight in expected.items():  # |0,-1>, |1,0>, |-1,0>, |0,1>
        error = np.abs(rho[:, position, position].real - e**2 * weight)
        assert error[0] < 2e-7
        assert error[0] / error[1] == pytest.approx(16, rel=0.1)


@pytest.mark.parametrize(("rates", "detuning"), [(FIG2, 0.0), (MILD, 1.3), (MILD, -0.4)])
def test_coherences_integrate_equation_4(rates, detuning):
    # Eq. (4) in full: d mu/dt = [S+_A S-_B - S+_B S-_A, rho_0]/2 + L_0 mu, from mu = 0.
    a, b = SPACE["A"], SPACE["B"]
    exchange = (a.plus @ b.minus - b.plus @ a.minus).toarray()
    drive = (exchange @ LIMIT_CYCLES - LIMIT_CYCLES @ exchange) / 2
    uncoupled = qs.models.spin_pair(0.0, detuning, **rates)
    generator = uncoupled.superoperator().toarray()
    times = np.array([0.3, 1.0, 4.0])

    def slope(_, mu):
        return drive.ravel() + generator @ mu

    path = solve_ivp(
        slope, (0, 4), np.zeros(81, complex), "BDF", times, rtol=1e-9, atol=1e-12
    ).y.reshape(9, 9, -1)
    plus, minus = coherences(rates, detuning, times)
    np.testing.assert_allclose(path[PLUS, ZERO], plus, atol=1e-7)
    np.testing.assert_allclose(path[MINUS, ZERO], minus, atol=1e-7)
    path[[PLUS, ZERO, MINUS, ZERO], [ZERO, PLUS, ZERO, MINUS]] = 0
    assert np.abs(path).max() < 1e-12  # nothing else is driven


@pytest.mark.parametrize("detuning", [0.0, 0.9, -2.0])
def test_equation_5_is_the_time_derivative_of_the_first_order_locking(detuning):
    t, step, phi = np.array([0.1, 0.7, 3.0]), 1e-4, 0.4
    ahead, behind = (
        synchronization_first_order(phi, 0.1, **MILD, detuning=detuning, time=t + dt)
        for dt in (step, -step)
    )
    rate = locking_rate_first_order(phi, t, 0.1, **MILD, detuning=detuning)
    np.testing.assert_allclose((ahead - behind) / (2 * step), rate, atol=1e-9)


@pytest.mark.parametrize("detuning", [0.0, 1.0, -0.7])
def test_weakly_coupled_spins_evolve_along_the_first_order(detuning):
    times, epsilon, phi = np.array([0.0, 0.05, 0.5, 2.0, 8.0]), 1e-4, 0.4
    pair = qs.models.spin_pair(epsilon, detuning, **MILD)
    path = qs.evolve(pair, LIMIT_CYCLES, times).rho
    plus, minus = coherences(MILD, detuning, times)
    np.testing.assert_allclose(path[:, PLUS, ZERO], epsilon * plus, atol=1e-10)
    np.testing.assert_allclose(path[:, MINUS, ZERO], epsilon * minus, atol=1e-10)
    s_rel = qs.relative_phase_distribution(path, SPACE).density(phi) - 1 / (2 * np.pi)
    theory = synchronization_first_order(phi, epsilon, **MILD, detuning=detuning, time=times)
    np.testing.assert_allclose(s_rel, theory, atol=1e-8)
    assert s_rel[0] == pytest.approx(0, abs=1e-16)


def test_evolution_has_the_reference_numbers(roulet2018):
    block = roulet2018["time_domain_from_rho0 (Fig.2 rates)"]
    assert len(block) == 3
    for name, numbers in block.items():
        point = {k: float(v) for k, v in (item.split("=") for item in name.split(","))}
        pair = qs.models.spin_pair(point["eps"], point["Delta"], **FIG2)
        rho = qs.evolve(pair, LIMIT_CYCLES, [point["t"]]).rho[0]
        s_rel = qs.relative_phase_distribution(rho, SPACE).density(point["phi"]) - 1 / (2 * np.pi)
        assert s_rel == pytest.approx(float(numbers["S_rel_full"]), rel=1e-10)
        n = qs.negativity(rho, SPACE, "A")
        assert n == pytest.approx(float(numbers["N_full"]), rel=1e-10)
        theory = synchronization_first_order(
            point["phi"], point["eps"], **FIG2, detuning=point["Delta"], time=point["t"]
        )
        assert theory == pytest.approx(float(numbers["S_rel_Eq5_integrated"]), rel=1e-12)


def test_analytic_results_have_the_reference_numbers(roulet2018):
    numbers = {name: float(Fraction(value)) for name, value in roulet2018["analytic"].items()}
    plus, minus = coherences(FIG2, 0.0)
    assert plus == pytest.approx(numbers["mu_plus(fig2,ss)"])
    assert minus == pytest.approx(numbers["mu_minus(fig2,ss)"])
    eq6 = synchronization_first_order(0.0, 0.1, **FIG2)
    assert eq6 == pytest.approx(numbers["Eq6_max_S_rel_fig2"], rel=1e-14)
    eq8 = negativity_first_order(0.1, **FIG2)
    assert eq8 == pytest.approx(numbers["N_first_order_fig2"], rel=1e-14)
    # First and second order together, with gain_a/damping_b = damping_a/gain_b = 1.
    second = eq8 + 0.1**2 * (abs(plus * minus) - plus.real**2 - minus.real**2)
    assert second == pytest.approx(numbers["N_second_order_fig2 (see sync2.second_order)"])
    psi = state_first_order(0.1, **FIG2)
    rho = np.outer(psi, psi.conj())
    n, i = qs.negativity(rho, SPACE, "A"), qs.mutual_information(rho, SPACE, "A")
    assert n == pytest.approx(numbers["N_of_pure_state_Eq7_fig2"], rel=1e-12)
    assert i == pytest.approx(numbers["I_nat_of_pure_state_Eq7_fig2"], rel=1e-12)


def test_two_harmonics_of_the_closed_form_have_the_reference_weights(roulet2018):
    for column, order, name in ((ZERO, 1, "9pi/128"), (MINUS, 2, "1/(4pi)")):
        rho = np.eye(9) / 9
        rho[PLUS, column] = rho[column, PLUS] = 0.1
        relative = qs.relative_phase_distribution(rho, SPACE)
        weight = float(roulet2018["analytic"][name])
        for phi in (0.0, 1.0):
            s_rel = relative.density(phi) - 1 / (2 * np.pi)
            assert s_rel == pytest.approx(0.1 * weight * np.cos(order * phi), rel=1e-13)


def test_identical_cycles_do_not_lock_at_first_order_but_entangle():
    identical = {"gain_a": 2.0, "damping_a": 1.0, "gain_b": 2.0, "damping_b": 1.0}
    phi = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(synchronization_first_order(phi, 0.1, **identical), 0, atol=1e-17)
    assert negativity_first_order(0.1, **identical) == pytest.approx(0.1 * 4 / 3)


def test_gain_dominated_partner_locks_in_antiphase():
    balanced = {"gain_a": 1.0, "damping_a": 1.0}
    in_phase = synchronization_first_order(0.0, 0.1, **balanced, gain_b=1, damping_b=100)
    antiphase = synchronization_first_order(np.pi, 0.1, **balanced, gain_b=100, damping_b=1)
    assert antiphase == pytest.approx(in_phase)
    assert antiphase > 0


def test_coherences_without_damping_grow_freely_and_turn_with_the_detuning():
    times = np.array([0.0, 0.5, 2.0])
    np.testing.assert_allclose(mu_plus(0.0, 0.0, 0.0, times), times)
    np.testing.assert_allclose(mu_minus(0.0, 0.0, 0.0, times), -times)
    turning = mu_plus(0.0, 0.0, 2.0, times)
    np.testing.assert_allclose(turning, (1 - np.exp(-2j * times)) / 2j, atol=1e-15)


def test_arguments_broadcast_and_may_be_lists():
    both = synchronization_first_order([0.0, np.pi], [[0.1], [0.2]], **FIG2)
    assert both.shape == (2, 2)
    np.testing.assert_allclose(both, both[0, 0] * np.array([[1, -1], [2, -2]]), rtol=1e-14)
    rate = locking_rate_first_order([0.1, 0.2], [1.0, 2.0], 0.1, **FIG2, detuning=[0.5, 0.6])
    alone = locking_rate_first_order(0.2, 2.0, 0.1, **FIG2, detuning=0.6)
    assert rate[1] == pytest.approx(alone)
    assert state_first_order([0.1, 0.2, 0.3], **FIG2).shape == (3, 9)
