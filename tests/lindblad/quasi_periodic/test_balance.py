"""Quasi-periodic states against closed forms, propagation, QuTiP and the equation itself."""

import pickle

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

import quantsync as qs
from quantsync.lindblad.quasi_periodic import _frequencies as frequencies_module
from quantsync.lindblad.quasi_periodic import _growth as module
from quantsync.lindblad.quasi_periodic import _subsystems as subsystems_module
from quantsync.lindblad.quasi_periodic import balance as module_of_balance
from quantsync.lindblad.quasi_periodic._subsystems import Subsystems, modes_of

QUBIT = qs.Space(A=qs.Spin(1 / 2))
A = QUBIT["A"]
PAIR = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))
TIMES = np.array([0.0, 0.7, 3.1, 12.9])


def qubit(detuning=1.0, loss=0.5, gain=0.0):
    return qs.Lindbladian(QUBIT, [(detuning, A.z)], [(loss, A.minus), (gain, A.plus)])


def unlike_pair():
    """A spin 1/2 and a spin 1 in different baths, not coupled."""
    a, b = PAIR["A"], PAIR["B"]
    return qs.Lindbladian(
        PAIR,
        [(0.9, a.z + 0.4 * b.z), (0.3, b.x), (0.2, b.z @ b.z)],
        [(0.7, a.minus), (0.2, a.plus), (0.5, b.minus), (0.3, b.plus), (0.1, b.z)],
    )


def coupling():
    return 0.25 * PAIR["A"].minus @ PAIR["B"].plus + 0.1j * PAIR["A"].z @ PAIR["B"].x


def derivative(lindbladian, perturbations, rho, t):
    """L(t) rho with dense matrices, signs and phases written out once more."""
    energy = np.zeros_like(rho)
    for frequency, operator in perturbations:
        dense = np.asarray(operator.toarray() if hasattr(operator, "toarray") else operator)
        turned = dense * np.exp(-1j * frequency * t)
        energy = energy + turned + turned.conj().T
    return lindbladian.apply(rho) - 1j * (energy @ rho - rho @ energy)


def propagated(lindbladian, perturbations, times, start=None):
    n = lindbladian.dimension
    rho = np.eye(n) / n if start is None else start

    def right(t, y):
        return derivative(lindbladian, perturbations, y.reshape(n, n), t).reshape(-1)

    path = solve_ivp(
        right,
        (0, times[-1]),
        rho.astype(complex).reshape(-1),
        method="DOP853",
        t_eval=times,
        rtol=1e-11,
        atol=1e-13,
    )
    return path.y.T.reshape(-1, n, n)


def equation_error(state, lindbladian, perturbations, times):
    """|d rho/dt - L(t) rho| from the harmonics."""
    rates = 1j * state.frequencies
    phases = np.exp(np.multiply.outer(times, rates))
    slope = np.tensordot(phases * rates, state.components, axes=1)
    rho = state.at(times)
    return [
        np.linalg.norm(slope[k] - derivative(lindbladian, perturbations, rho[k], t))
        for k, t in enumerate(times)
    ]


def test_a_static_system_has_one_harmonic_and_its_steady_state():
    system = unlike_pair()
    state = qs.quasi_periodic_steady_state(system)
    assert state.components.shape == (1, 6, 6)
    assert state.base_frequencies.shape == (0,)
    assert_allclose(state.components[0], qs.steady_state(system).rho, atol=1e-14)
    assert_allclose(state.at(TIMES), np.broadcast_to(state.average(), (4, 6, 6)), atol=1e-14)
    assert state.residual < 1e-13


def test_perturbations_of_strength_zero_leave_the_static_state():
    system = unlike_pair()
    balance = qs.quasi_periodic.HarmonicBalance(system, [(2.0, coupling())])
    assert len(balance.solve([0.0]).harmonics) == 1
    assert_allclose(balance.solve([0.0]).average(), qs.steady_state(system).rho, atol=1e-14)


@pytest.mark.parametrize(("frequency", "strength"), [(1.0, 0.2), (1.7, 0.4), (-0.6, 3.0)])
def test_a_qubit_in_a_rotating_field_obeys_the_optical_bloch_equations(frequency, strength):
    omega, loss = 1.2, 0.5
    field = (frequency, strength * A.plus)
    state = qs.quasi_periodic_steady_state(qubit(omega, loss), [field])
    detuning = omega - frequency
    inversion = -0.5 / (1 + 2 * strength**2 / (loss**2 / 4 + detuning**2))
    lowering = 2j * strength * inversion / (loss / 2 + 1j * detuning)
    assert len(state.harmonics) == 3  # nothing counter-rotates
    assert_allclose(state.demodulated(A.z), inversion, atol=1e-11)
    assert_allclose(state.demodulated(A.minus, -frequency), lowering, atol=1e-11)
    assert_allclose(state.demodulated(A.plus, frequency), np.conj(lowering), atol=1e-11)
    assert_allclose(state.demodulated(A.minus, frequency), 0, atol=1e-15)
    assert_allclose(
        state.expectation(A.minus, TIMES), lowering * np.exp(-1j * frequency * TIMES), atol=1e-11
    )
    in_frame = state.average(frequency * A.z)  # static there
    assert_allclose(np.trace(A.minus.toarray() @ in_frame), lowering, atol=1e-11)
    assert abs(np.trace(A.minus.toarray() @ state.average(-frequency * A.z))) < 1e-12
    assert abs(np.trace(A.minus.toarray() @ state.average())) < 1e-12


def test_a_driven_damped_oscillator_is_in_a_coherent_state_that_adds_up():
    space = qs.Space(A=qs.Fock(14))
    b, omega, kappa = space["A"].destroy, 1.3, 0.8
    fields = [(1.1, 0.15 + 0.1j), (2.9, 0.3), (-0.7, 0.25j)]
    system = qs.Lindbladian(space, [(omega, space["A"].number)], [(kappa, b)])
    state = qs.quasi_periodic_steady_state(system, [(f, v * b.conj().T) for f, v in fields])
    amplitude = sum(
        -1j * v / (kappa / 2 + 1j * (omega - f)) * np.exp(-1j * f * TIMES) for f, v in fields
    )
    assert_allclose(state.expectation(b, TIMES), amplitude, atol=1e-9)
    # A coherent state: the number fluctuates like its mean, up to the truncation.
    mean = state.expectation(space["A"].number, TIMES)
    assert_allclose(mean, np.abs(amplitude) ** 2, atol=1e-8)


@pytest.mark.parametrize("strength", [0.05, 0.6, 4.0])
def test_a_periodic_drive_agrees_with_long_propagation_by_qutip(strength):
    system = qubit(1.0, 0.6, 0.1)
    period = 2 * np.pi / 1.4
    state = qs.quasi_periodic_steady_state(system, [(1.4, strength * (A.x + 0.3 * A.z))])
    energy, jumps = system.to_qutip()
    drive = qutip.Qobj(2 * strength * (A.x + 0.3 * A.z).toarray(), dims=energy.dims)
    times = np.concatenate([[0.0], 12 * period + period * np.array([0.0, 0.2, 0.55, 0.9])])
    path = qutip.mesolve(
        [energy, [drive, lambda t: np.cos(1.4 * t)]],
        qutip.basis(2, 0),
        times,
        c_ops=jumps,
        options={"atol": 1e-12, "rtol": 1e-10, "nsteps": 100_000},
    )
    forgotten = np.exp(-0.35 * 12 * period) + 1e-9  # of coherences, the slowest to decay
    for t, rho in zip(times[1:], path.states[1:], strict=True):
        assert_allclose(state.at(t), rho.full(), atol=2 * forgotten)
    assert state.residual < 1e-9


@pytest.mark.parametrize(
    "frequencies",
    [(2.0, 3.3), (2.0, 4.0), (2.0, 3.0), (2.0, 2.0), (2.0, 2.0 + 1e-9), (2.0, 2.05), (2.0, -7.1)],
    ids=["any", "second harmonic", "3:2", "equal", "nearly equal", "slow beat", "negative"],
)
def test_two_frequencies_agree_with_long_propagation(frequencies):
    system = unlike_pair()
    turning = [(frequencies[0], 0.2 * PAIR["A"].plus), (frequencies[1], coupling())]
    state = qs.quasi_periodic_steady_state(system, turning)
    times = np.array([0.0, 40.0, 41.3, 47.7])
    start = state.at(0.0) + 0.1 * np.diag([1, -1, 0, 1, -1, 0])
    assert_allclose(state.at(times[1:]), propagated(system, turning, times, start)[1:], atol=2e-7)
    assert max(equation_error(state, system, turning, TIMES)) <= state.residual + 1e-13


def test_equal_frequencies_are_one():
    system, first, second = unlike_pair(), 0.2 * PAIR["A"].plus, coupling()
    split = qs.quasi_periodic_steady_state(system, [(1.7, first), (1.7 * (1 + 1e-16), second)])
    joined = qs.quasi_periodic_steady_state(system, [(1.7, first + second)])
    assert split.base_frequencies.tolist() == [1.7]
    assert_allclose(split.at(TIMES), joined.at(TIMES), atol=1e-13)


def test_a_negative_frequency_is_the_adjoint_at_the_positive_one():
    system, operator = unlike_pair(), coupling()
    one = qs.quasi_periodic_steady_state(system, [(-1.7, operator)])
    other = qs.quasi_periodic_steady_state(system, [(1.7, operator.conj().T)])
    assert_allclose(one.at(TIMES), other.at(TIMES), atol=1e-13)


def test_commensurate_frequencies_need_not_be_noticed(monkeypatch):
    system = unlike_pair()
    turning = [(2.0, 0.2 * PAIR["A"].plus), (4.0, coupling()), (6.0, 0.1 * PAIR["B"].z)]
    ladder = qs.quasi_periodic_steady_state(system, turning)
    monkeypatch.setattr(frequencies_module, "LARGEST_MULTIPLE", 1)
    lattice = qs.quasi_periodic_steady_state(system, turning)
    assert (ladder.harmonics.shape[1], lattice.harmonics.shape[1]) == (1, 2)
    assert_allclose(ladder.at(TIMES), lattice.at(TIMES), atol=1e-9)
    assert_allclose(ladder.average(), lattice.average(), atol=1e-9)
    assert_allclose(ladder.component(2.0), lattice.component(2.0), atol=1e-9)


def test_nearly_equal_frequencies_are_averaged_as_far_as_asked():
    turning = [(1.2, 0.1 * A.plus), (1.2001, 0.1 * A.plus)]
    state = qs.quasi_periodic_steady_state(qubit(1.2), turning)
    single = qs.quasi_periodic_steady_state(qubit(1.2), [(1.2, 0.2 * A.plus)])
    # At t = 0 both are in phase; over long times they beat, which an average can resolve or not.
    assert_allclose(state.at(0.0), single.at(0.0), atol=1e-3)
    sharp = state.demodulated(A.plus, 1.2)
    blurred = state.demodulated(A.plus, 1.2, resolution=0.01)
    assert_allclose(sharp, state.demodulated(A.plus, 1.2001), atol=1e-3)
    assert_allclose(blurred, single.demodulated(A.plus, 1.2), atol=1e-3)
    assert abs(blurred) > 1.1 * abs(sharp)


ROUTES = {
    "modes": {},
    "single precision": {"SMALL": 0},
    "sparse factors": {"LARGEST_DENSE_SUBSYSTEM": 0},
    "all at once": {"MOST_STEPS": 1},
}


@pytest.mark.parametrize("route", ROUTES)
def test_all_ways_of_solving_agree(route, monkeypatch):
    system = unlike_pair()
    turning = [(2.0, 0.4 * PAIR["A"].plus), (3.3, coupling())]
    expected = qs.quasi_periodic_steady_state(system, turning)
    for name, value in ROUTES[route].items():
        owner = module if hasattr(module, name) else subsystems_module
        monkeypatch.setattr(owner, name, value)
    state = qs.quasi_periodic_steady_state(system, turning, tolerance=2e-10)
    assert_allclose(state.at(TIMES), expected.at(TIMES), atol=3e-9)
    assert max(equation_error(state, system, turning, TIMES)) <= state.residual + 1e-13


def test_modes_that_do_not_span_the_space_do_no_harm():
    # At detuning 0 and drive loss/8 the generator of a driven decaying spin is defective.
    loss = 0.8
    system = qs.Lindbladian(QUBIT, [(loss / 4, A.x)], [(loss, A.minus)])
    turning = [(1.3, 0.2 * A.z + 0.1 * A.plus)]
    state = qs.quasi_periodic_steady_state(system, turning)
    assert max(equation_error(state, system, turning, TIMES)) < 1e-9


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 2))
def test_random_systems_obey_their_equation_at_all_times(seed, count):
    rng = np.random.default_rng(seed)

    def operator(n):
        return rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))

    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    local = [space.embed(name, operator(2)) for name in "ABAB"]
    energy = sum(o + o.conj().T for o in local[:2])
    system = qs.Lindbladian(space, [(1.0, energy)], [(0.6, local[2]), (0.8, local[3])])
    turning = [(rng.choice([-1, 1]) * rng.uniform(2, 6), 0.1 * operator(4)) for _ in range(count)]
    state = qs.quasi_periodic_steady_state(system, turning, tolerance=1e-7)
    times = rng.uniform(0, 100, 6)
    assert max(equation_error(state, system, turning, times)) <= state.residual + 1e-12
    rho = state.at(times)
    assert_allclose(rho, np.conj(np.swapaxes(rho, -1, -2)), atol=1e-13)
    assert_allclose(np.trace(rho, axis1=-2, axis2=-1), 1, atol=1e-12)
    assert np.linalg.eigvalsh(rho).min() > -1e-6
    assert np.linalg.eigvalsh(state.average()).min() > -1e-6


def test_units_are_found_through_sums_and_in_any_order():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1), C=qs.Spin(1 / 2))
    a, b, c = (space[name] for name in "ABC")
    energy = a.z + 0.3 * b.x + c.z + 0.2 * a.x @ c.x
    system = qs.Lindbladian(
        space, [(1.0, energy)], [(0.4, a.minus), (0.7, b.minus), (0.2, b.plus), (0.6, c.minus)]
    )
    units = Subsystems(system)
    assert [member.space.names for member in units.members] == [("A", "C"), ("B",)]
    assert_allclose(
        units.operators(units.stationary[:, None])[0], qs.steady_state(system).rho, atol=1e-13
    )
    product = units.basis @ units.generator @ units.basis.conj().T
    assert_allclose(product.toarray(), system.superoperator().toarray(), atol=1e-13)
    turning = [(1.9, 0.3 * a.plus @ b.minus)]
    state = qs.quasi_periodic_steady_state(system, turning)
    assert max(equation_error(state, system, turning, TIMES)) < 1e-9


def test_a_collective_jump_joins_its_sites():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(space, [(0.3, a.z)], [(1.0, a.minus + b.minus), (0.2, b.minus)])
    assert Subsystems(system).sizes == (16,)


def test_modes_of_a_generator_diagonalise_it_block_by_block():
    generator = Subsystems(unlike_pair()).generators[1]
    modes = modes_of(generator)
    assert_allclose(modes.covectors @ modes.vectors, np.eye(9), atol=1e-10)
    assert_allclose(generator @ modes.vectors, modes.vectors * modes.values, atol=1e-10)
    assert_allclose(modes.values[modes.conjugate], modes.values.conj(), atol=0)


def test_the_residual_bounds_the_error_that_the_tolerance_asks_for():
    system, turning = unlike_pair(), [(2.0, 0.4 * PAIR["A"].plus), (3.3, coupling())]
    exact = qs.quasi_periodic_steady_state(system, turning, tolerance=1e-12)
    counts = []
    for tolerance in (1e-3, 1e-6, 1e-9):
        state = qs.quasi_periodic_steady_state(system, turning, tolerance=tolerance)
        assert state.leakage <= state.residual <= tolerance
        error = np.linalg.norm(state.at(TIMES) - exact.at(TIMES), axis=(-2, -1)).max()
        assert error < 20 * state.error_estimate
        counts.append(len(state.harmonics))
    assert counts == sorted(set(counts))  # more harmonics for smaller residuals


def test_it_says_what_it_is():
    state = qs.quasi_periodic_steady_state(qubit(), [(1.0, 0.1 * A.plus)])
    assert repr(state).startswith(
        "<QuasiPeriodicState of Space(A=Spin(1/2)): frequencies (1), 3 harmonics, residual"
    )
    assert "static, 1 harmonic," in repr(qs.quasi_periodic_steady_state(qubit()))
    assert "1 perturbations" in repr(qs.quasi_periodic.HarmonicBalance(qubit(), [(1.0, A.plus)]))


@pytest.mark.parametrize("strength", [10, 50])
def test_strong_modulations_spread_over_many_harmonics(strength):
    """The residual does not fall before there are some 4 strength/frequency of them."""
    turning = [(1.3, strength * A.x)]
    state = qs.quasi_periodic_steady_state(qubit(gain=0.1), turning)
    assert len(state.harmonics) > 4 * strength / 1.3
    assert max(equation_error(state, qubit(gain=0.1), turning, TIMES)) < 1e-9
    # The same equation by other means, from a moment of the state on; then from anywhere.
    path = propagated(qubit(gain=0.1), turning, np.array([0.0, 1.1, 2.3]), state.at([0.0])[0])
    assert_allclose(state.at([1.1, 2.3]), path[1:], atol=1e-8)
    if strength == 10:
        times = np.array([0.0, 15.0, 17.3])
        path = propagated(qubit(gain=0.1), turning, times)
        assert_allclose(state.at(times[1:]), path[1:], atol=3 * np.exp(-0.3 * 15))


def test_a_strong_perturbation_is_solved_to_its_own_rounding():
    state = qs.quasi_periodic_steady_state(qubit(gain=0.1), [(1.0, 1e7 * A.plus)])
    assert 3e-10 < 1e-13 * 1e7 < 1e-5
    assert state.residual < 1e-5


def test_a_frequency_far_below_the_others_is_not_static():
    state = qs.quasi_periodic_steady_state(qubit(), [(1e-6, 0.05 * A.x), (1e4, 0.1 * A.x)])
    slow = state.demodulated(A.x, 1e-6)
    assert abs(slow) > 1e-3
    assert abs(state.demodulated(A.x)) < 1e-8
    assert_allclose(state.demodulated(A.x, resolution=1e-5), state.expectation(A.x, 0.0), atol=1e-4)


def test_a_mode_in_the_lab_is_what_it_is_in_a_turning_frame():
    # Squeezed at 2 omega and driven near resonance: in the lab alone harmonics do not converge.
    space = qs.Space(M=qs.Fock(15))
    m = space["M"]
    jumps = [(0.2, m.create), (0.2, m.destroy @ m.destroy)]
    squeezing, drive = 0.1j * m.create @ m.create, 0.05 * m.create
    adjoint = squeezing.conj().T
    turning = qs.Lindbladian(space, [(1.0, squeezing + adjoint)], jumps)
    expected = qs.quasi_periodic_steady_state(turning, [(0.05, drive)])
    lab = qs.Lindbladian(space, [(1.0, m.number)], jumps)
    drives = [(2.0, squeezing), (1.05, drive)]
    with pytest.raises(qs.errors.HarmonicsError, match="a frame that turns"):
        module_of_balance.HarmonicBalance(lab, drives).solve(tolerance=1e-6)
    found = qs.quasi_periodic_steady_state(lab, drives)
    assert max(equation_error(found, lab, drives, TIMES)) < 1e-10
    quanta = [s.demodulated(m.number, 0.0) for s in (expected, found)]
    assert quanta[1] == pytest.approx(quanta[0], rel=1e-12)
    phase = np.exp(-1j * TIMES)  # <a> of the lab turns by e^{-it}
    assert_allclose(
        found.expectation(m.destroy, TIMES), expected.expectation(m.destroy, TIMES) * phase
    )
    assert_allclose(found.expectation(m.number, TIMES), expected.expectation(m.number, TIMES))


def test_perturbations_that_stand_still_in_a_frame_need_no_harmonics_there(monkeypatch):
    # Two modes, driven on resonance, and a beam splitter at the difference of the frequencies.
    space = qs.Space(A=qs.Fock(4, finite=True), B=qs.Fock(4, finite=True))
    a, b = space["A"], space["B"]
    jumps = [(0.2, a.create), (0.3, a.destroy @ a.destroy), (0.4, b.destroy)]
    lab = qs.Lindbladian(space, [(1.0, a.number), (1.3, b.number)], jumps)
    splitter, drive = 0.3 * b.create @ a.destroy, 0.2j * a.create
    drives = [(0.25, splitter), (1.02, drive)]
    still = qs.Lindbladian(
        space,
        [
            (1.0 - 1.02, a.number),
            (1.3 - 1.27, b.number),
            (1.0, splitter + splitter.conj().T),
            (1.0, drive + drive.conj().T),
        ],
        jumps,
    )
    expected = qs.steady_state(still).rho
    found = qs.quasi_periodic_steady_state(lab, drives)
    assert max(equation_error(found, lab, drives, TIMES)) < 1e-12
    assert_allclose(found.at(0.0), expected, atol=1e-13)
    frame = 1.02 * a.number + 1.27 * b.number
    assert_allclose(found.average(frame), expected, atol=1e-13)
    assert {round(f, 9) for f in found.base_frequencies} == {1.02, 1.27}


def test_what_the_static_part_does_not_conserve_keeps_its_frame():
    # A static drive: no frame turns, and the harmonics are those of the lab.
    static = qs.Lindbladian(QUBIT, [(1.0, A.z), (0.3, A.x)], [(0.5, A.minus)])
    found = qs.quasi_periodic_steady_state(static, [(1.0, 0.4 * A.plus)])
    assert found.base_frequencies.tolist() == [1.0]
    assert max(equation_error(found, static, [(1.0, 0.4 * A.plus)], TIMES)) < 1e-9
    # Nor where one jump operator changes the level by different amounts.
    mixed = qs.Lindbladian(QUBIT, [(1.0, A.z)], [(0.5, A.minus + 0.3 * A.z)])
    drives = [(1.0, 0.4 * A.plus)]
    found = qs.quasi_periodic_steady_state(mixed, drives)
    assert max(equation_error(found, mixed, drives, TIMES)) < 1e-9


def test_it_survives_pickling():
    balance = pickle.loads(
        pickle.dumps(qs.quasi_periodic.HarmonicBalance(qubit(), [(1.3, 0.2 * A.x)]))
    )
    state = pickle.loads(pickle.dumps(balance.solve([0.5])))
    assert_allclose(state.at(TIMES), balance.solve([0.5]).at(TIMES), atol=0)
