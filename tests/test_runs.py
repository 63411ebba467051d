"""Runs as systems: a start and times beside a system, solved when something is asked of them."""

import numpy as np
import pytest
import sympy
from numpy.testing import assert_allclose
from scipy.linalg import expm

import quantsync as qs
from quantsync.errors import (
    DimensionError,
    HarmonicsError,
    InvalidArgumentError,
    InvalidStateError,
    InvalidSystemError,
    LostAccuracyError,
    UnboundedRunError,
    UnknownArgumentError,
    UnstableNetworkError,
)
from quantsync.lindblad.quasi_periodic import HarmonicBalance
from quantsync.runs import Run, as_system
from quantsync.system import System

UP = np.diag([1.0, 0.0])
TIMES = np.array([0.0, 0.3, 1.0])
ONE_BY_ONE = pytest.mark.filterwarnings("ignore:.*does not take arrays")


def spin():
    return qs.Space(A=qs.Spin(1 / 2))


def decay(rate):
    space = spin()
    return qs.Lindbladian(space, [(1.0, space["A"].x)], [(rate, space["A"].minus)])


def test_a_tuple_is_a_run_and_a_run_is_a_system():
    system = decay(np.array([[1.0], [2.0]]))
    starts = np.stack([UP, np.eye(2) / 2, np.diag([0.0, 1.0])])
    run = as_system((system, starts, TIMES))
    assert isinstance(run, System)
    assert (run.shape, run.size, run.kind) == ((2, 3), 6, "evolution")
    expected = qs.evolve(system, starts, TIMES)
    assert_allclose(run.solve().rho, expected.rho, atol=1e-15)
    assert_allclose(run.take([5, 0]).solve(1).rho, expected.rho.reshape(6, 3, 2, 2)[[5, 0]])
    larger = run.broadcast_to((4, 2, 3))
    assert_allclose(larger.solve().rho, np.broadcast_to(expected.rho, (4, 2, 3, 3, 2, 2)))
    assert np.array_equal(np.sort(np.concatenate(run.groups())), np.arange(6))


def test_a_run_of_one_start_and_system_is_solved_once_for_all():
    single = decay(1.0).run(UP, TIMES)
    run = type(single).joined([single, single, single])
    assert run.parts["state"].shape == ()
    path = run.take([2, 2, 0, 1]).solve()
    assert path.rho.shape == (4, 3, 2, 2)
    assert np.array_equal(path.rho[0], path.rho[3])


def test_a_run_has_what_its_solution_has_and_solves_for_nothing_else():
    run = decay(1.0).run(UP, TIMES)
    for name in ("plots", "__array__", "_repr_html_", "beta"):
        assert not hasattr(run, name)
    assert "solution" not in run.__dict__
    assert run.space == spin()
    assert_allclose(run.final.rho, run.rho[-1])
    assert_allclose(qs.purity(run), qs.purity(run.rho))
    assert run.solution is run.solution


def test_one_number_as_times_begins_at_zero():
    run = decay(1.0).run(UP, 2.0)
    assert_allclose(run.times, np.linspace(0, 2, 501))
    with pytest.raises(InvalidArgumentError, match=r"`times`.*-1"):
        decay(1.0).run(UP, -1.0)


def test_what_is_wrong_with_a_run_is_said_at_once():
    system = decay(1.0)
    with pytest.raises(InvalidStateError):
        system.run(np.diag([1.0, 1.0]), TIMES)
    with pytest.raises(DimensionError):
        system.run(UP, TIMES, observables={"x": np.eye(3)})
    with pytest.raises(UnknownArgumentError, match="observable"):
        as_system((system, UP, TIMES, {"observable": {"x": np.eye(2)}}))
    with pytest.raises(InvalidSystemError, match="5 entries"):
        as_system((system, UP, TIMES, {}, 1))
    with pytest.raises(InvalidSystemError, match=r"method run.*'system'"):
        as_system(("system", UP, TIMES))
    with pytest.raises(InvalidSystemError, match="options"):
        as_system((system, UP, TIMES, ["x"]))
    assert as_system(np.eye(2)) is None
    assert as_system(system) is system


def test_single_runs_are_joined_where_times_and_options_agree():
    space = spin()
    observables = {"z": space["A"].z}
    runs = [
        decay(rate).run(start, TIMES, observables={"z": qs.Space(A=qs.Spin(1 / 2))["A"].z})
        for rate, start in ((1.0, UP), (2.0, np.eye(2) / 2), (0.5, UP))
    ]
    joined = type(runs[0]).joined(runs)
    assert joined.shape == (3,)
    for k, run in enumerate(runs):
        assert_allclose(joined.solve().expectation["z"][k], run.expectation["z"], atol=1e-14)
    assert Run.joined([runs[0], decay(1.0).run(UP, TIMES + 1, observables=observables)]) is None
    assert Run.joined([runs[0], decay(1.0).run(UP, TIMES)]) is None
    assert runs[0].agrees_with(decay(1.0).run(UP, TIMES, observables=observables))
    assert not runs[0].agrees_with(runs[1])


def test_finished_solutions_are_systems():
    steady = qs.steady_state(decay(np.array([1.0, 2.0])))
    system = as_system(steady)
    assert isinstance(system, System)
    assert (system.shape, system.kind) == ((2,), "steady state")
    assert_allclose(system.take([1]).solve().rho, steady.rho[1:])
    single = as_system(steady[0]).broadcast_to((1,))
    assert single.solve().rho.shape == (1, 2, 2)
    path = as_system(qs.evolve(decay(np.array([1.0, 2.0])), UP, TIMES))
    assert path.take([1, 0]).solve().rho.shape == (2, 3, 2, 2)


def test_an_error_of_a_batch_says_which_members_failed():
    space = spin()
    a = space["A"]
    fast = qs.Lindbladian(space, [(np.array([1.0, 1e9, 1.0]), a.z)], [(0.0, a.minus)])
    with pytest.raises(LostAccuracyError) as caught:
        fast.run(np.full((2, 2), 0.5), [1e3]).solve()
    assert caught.value.indices == [(1,)]


def damped_mode(damping=0.2, occupation=0.0):
    A = [[-damping / 2, 1.0], [-1.0, -damping / 2]]
    return qs.OpenNetwork(A, damping * (occupation + 0.5) * np.eye(2))


def test_networks_that_come_singly_are_a_batch_together():
    start = qs.GaussianState.vacuum(1.0).displaced(x=[1.0])
    networks = [damped_mode(damping) for damping in (0.1, 0.2, 0.5)]
    runs = [as_system((network, start, TIMES)).broadcast_to((1,)) for network in networks]
    run = type(runs[0]).joined([runs[0], runs[1], runs[0], runs[2]])
    assert run.shape == (4,)
    assert sorted(len(group) for group in run.groups()) == [1, 1, 2]
    path = run.solve()
    assert path.error.shape == (4, 3)
    for k, n in enumerate((0, 1, 0, 2)):
        expected = networks[n].evolve(start, TIMES)
        assert_allclose(path.mean[k], expected.mean, atol=1e-15)
        assert_allclose(path[k].covariance, expected.covariance, atol=1e-15)
    part = run.take([3, 1]).solve()
    assert_allclose(part.mean, path.mean[[3, 1]], atol=1e-15)


def test_an_open_network_takes_a_batch_of_starts():
    starts = qs.GaussianState.vacuum(1.0).displaced(
        x=[[1.0], [2.0]], p=[[[0.5]], [[-1.0]], [[0.0]]]
    )
    assert starts.shape == (3, 2)
    for times in (TIMES, np.array([0.0, 1.0, 1e6])):  # also by parts
        path = damped_mode().evolve(starts, times)
        assert path.error.shape == (3, 2, 3)
        for k in np.ndindex(3, 2):
            alone = damped_mode().evolve(starts[k], times)
            assert_allclose(path.mean[k], alone.mean, atol=1e-14)
            assert_allclose(path.covariance[k], alone.covariance, atol=1e-14)
            assert_allclose(path.error[k], alone.error)


def test_an_open_network_stands_for_its_stationary_state():
    systems = [as_system(damped_mode(occupation=n)).broadcast_to((1,)) for n in (0.0, 1.0)]
    found = type(systems[0]).joined(systems).solve()
    assert_allclose(found.covariance, np.array([0.5, 1.5])[:, None, None] * np.eye(2), atol=1e-14)
    assert found.residual.shape == (2,)
    assert (found.error < 1e-13).all()


def test_the_members_of_unstable_networks_are_told():
    unstable = qs.OpenNetwork([[0.1, 1.0], [-1.0, 0.1]], np.eye(2))
    networks = [damped_mode(), unstable, damped_mode()]
    run = type(as_system(unstable)).joined([as_system(n).broadcast_to((1,)) for n in networks])
    with pytest.raises(UnstableNetworkError) as caught:
        run.solve()
    assert caught.value.indices == [(1,)]
    assert run.take([0, 2]).solve().covariance.shape == (2, 2, 2)


def test_closed_networks_run_with_their_probes():
    chain = qs.HarmonicNetwork.chain(40, frequency=0.4, coupling=1.2)
    network = chain.with_probes([1.0, 1.1], nodes=[1, 1], strengths=0.2, direct=0.5)
    vacuum = qs.GaussianState.vacuum([1.0, 1.1])
    starts = qs.gaussian.ProbesInEnvironment(vacuum.displaced(x=[[0.1, 1.0], [1.0, 0.0]]))
    run = as_system((network, starts, [-1.0, 4.0]))
    assert (run.shape, run.kind) == ((2,), "gaussian")
    assert_allclose(run.take([1]).solve().mean, network.evolve(starts, [-1.0, 4.0]).mean[1:])
    assert run.final.modes == 2
    with pytest.raises(DimensionError):
        network.run(vacuum, [0.0, 1.0])


def van_der_pol():
    b = sympy.Symbol("b")
    gain, loss = sympy.symbols("gain loss", positive=True)
    jumps = [sympy.sqrt(gain) * sympy.conjugate(b), sympy.sqrt(loss) * b**2]
    return qs.MeanFieldModel([b], jumps=jumps, defaults={"loss": 0.1})


def test_a_mean_field_is_mapped_over_its_parameters():
    model = van_der_pol()
    gain, loss = np.array([[1.0], [2.0]]), np.array([0.1, 0.2, 0.4])
    run = model.run([0.1], 40.0, parameters={"gain": gain, "loss": loss})
    assert (run.shape, run.kind, run.beta.shape) == ((2, 3), "mean field", (2, 3, 501, 1))
    assert_allclose(np.abs(run.final[..., 0]) ** 2, gain / (2 * loss), rtol=1e-9)
    part = run.take([5, 1]).solve()
    assert_allclose(part.final, run.final.reshape(6, 1)[[5, 1]], rtol=1e-12)
    assert_allclose(run.solution[1, 2].beta, run.beta[1, 2])


def test_mean_fields_of_single_points_are_joined():
    model = van_der_pol()
    runs = [
        as_system((model, [0.1], TIMES, {"parameters": {"gain": g}, "covariance": "vacuum"}))
        for g in (1.0, 2.0, 3.0)
    ]
    joined = type(runs[0]).joined(runs)
    assert len(joined.groups()) == 1
    expected = model.integrate([0.1], TIMES, "vacuum", parameters={"gain": [1.0, 2.0, 3.0]})
    assert_allclose(joined.beta, expected.beta, rtol=1e-12)
    assert_allclose(joined.covariance, expected.covariance, rtol=1e-12)
    different = type(runs[0]).joined(
        [van_der_pol().run([0.1], TIMES, parameters={"gain": g}) for g in (1.0, 2.0)]
    )
    assert len(different.groups()) == 2
    assert_allclose(different.beta, expected.beta[:2], rtol=1e-12)


def test_an_unbounded_trajectory_costs_only_itself():
    b = sympy.Symbol("b")
    rate = sympy.Symbol("rate", real=True)
    model = qs.MeanFieldModel.from_equations([b], [rate * b])
    run = model.run([1.0], [0.0, 10.0], parameters={"rate": [[-1.0], [1.0], [3.0]]})
    with pytest.raises(UnboundedRunError) as caught:
        run.take([0, 1, 2]).solve()
    assert caught.value.indices == [(2,)]
    assert_allclose(run.take([0, 1]).final[:, 0], np.exp([-10.0, 10.0]))


def test_what_is_wrong_with_a_mean_field_run_is_said_at_once():
    model = van_der_pol()
    with pytest.raises(InvalidArgumentError, match="lacks gain"):
        model.run([0.1], 1.0)
    with pytest.raises(DimensionError):
        model.run([0.1, 0.2], 1.0, parameters={"gain": 1.0})
    with pytest.raises(InvalidArgumentError, match="tolerance"):
        model.run([0.1], 1.0, parameters={"gain": 1.0}, tolerance=-1.0)
    with pytest.raises(InvalidArgumentError, match="starts at 2"):
        model.run([0.1], 1.0, parameters={"gain": 1.0}, start_time=2.0)


def driven_spin(drive=0.1):
    space = spin()
    a = space["A"]
    return HarmonicBalance(
        qs.Lindbladian(space, [(1.0, a.z)], [(0.5, a.minus)]),
        [(1.0, drive * a.plus), (2.3, 0.1 * a.plus)],
    )


def test_quasi_periodic_states_are_runs_over_strengths():
    balance = driven_spin()
    a = spin()["A"]
    strengths = np.array([[[0.0, 1.0]], [[1.0, 0.5]]])
    run = balance.run(strengths)
    assert (run.shape, run.kind) == ((2, 1), "quasi-periodic")
    assert run.at([0.0, 1.0]).shape == (2, 1, 2, 2, 2)
    alone = balance.solve([1.0, 0.5])
    assert_allclose(run.solution[1, 0].components, alone.components)
    for k, expected in enumerate((balance.solve([0.0, 1.0]), alone)):
        assert_allclose(run.rho[k, 0], expected.rho)
        assert_allclose(run.demodulated(a.plus, 1.0)[k, 0], expected.demodulated(a.plus, 1.0))
        assert_allclose(run.residual[k, 0], expected.residual, rtol=1e-4)
    assert_allclose(run.broadcast_to((2, 3)).take([5, 0]).solve().rho, run.rho[[1, 0], 0])


def test_harmonic_balances_and_their_states_are_systems():
    balances = [driven_spin(drive) for drive in (0.1, 0.2)]
    single = [as_system(balance).broadcast_to((1,)) for balance in balances]
    joined = type(single[0]).joined(single)
    assert_allclose(joined.rho, [balance.solve().rho for balance in balances])
    solved = as_system(balances[0].solve()).broadcast_to((1,))
    assert solved.solve().rho.shape == (1, 2, 2)
    with pytest.raises(HarmonicsError) as caught:
        balances[0].run([[0.0, 0.0], [1.0, 1.0]], tolerance=1e-15, max_harmonics=3).solve()
    assert caught.value.indices == [(1,)]


# The tasks: maps of what one's own systems do in time.


def two_modes(detuning, bath):
    """Two coupled modes that lose quanta, one of them into a bath that both share."""
    space = qs.Space(A=qs.Fock(4), B=qs.Fock(4))
    a, b = space["A"], space["B"]
    pair = qs.Lindbladian(
        space,
        [(1.0, a.number), (1.0 + detuning, b.number)],
        [(bath, a.destroy + b.destroy), (0.01, a.destroy), (0.01, b.destroy)],
    )
    x, y = a.create + a.destroy, b.create + b.destroy
    first = np.kron([0.8, 0.6, 0.0, 0.0], [0.8, 0.0, 0.6, 0.0])
    psi = first + np.kron([0.6, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0])
    psi = psi / np.linalg.norm(psi)
    return pair, np.outer(psi, psi), np.linspace(0, 60, 301), {"observables": {"x": x, "y": y}}


def late_pearson(path):
    values = qs.pearson(path.expectation["x"], path.expectation["y"], path.times, 12.0)
    return values[:, 240]


def decay_of_x(path):
    return qs.time_series.decay_rate(path.expectation["x"], path.times)


def exact_means(detuning, bath, times):
    """<a> and <b> of two linear modes, from the equations of the amplitudes."""
    M = np.array([[-1j - 0.005, 0], [0, -1j * (1 + detuning) - 0.005]]) - bath / 2
    pair, rho, _, _ = two_modes(detuning, bath)
    start = [np.trace(rho @ pair.space[name].destroy.toarray()) for name in "AB"]
    return np.array([expm(M * t) @ start for t in times]).T


def test_transient_synchronization_is_a_map():
    """Over detuning and bath; the modes are linear, so that two amplitudes tell everything."""
    detunings, baths = np.array([0.0, 0.05, 0.2]), np.array([0.05, 0.3])
    found = qs.sweep(
        two_modes,
        {"detuning": detunings, "bath": baths},
        {"pearson": late_pearson, "decay": decay_of_x},
    )
    times = np.linspace(0, 60, 301)
    for d, bath in np.ndindex(3, 2):
        a, b = exact_means(detunings[d], baths[bath], times)
        expected = qs.pearson(2 * a.real, 2 * b.real, times, 12.0)[240]
        assert_allclose(found.pearson[d, bath], expected, atol=1e-6)
        M = np.diag([-1j - 0.005, -1j * (1 + detunings[d]) - 0.005]) - baths[bath] / 2
        assert_allclose(found.decay[d, bath], -np.linalg.eigvals(M).real.max(), rtol=1e-4)
    # A bath that both share leaves what it cannot see, in antiphase; detuning undoes that.
    assert found.pearson[0, 1] < -0.999
    assert abs(found.pearson[2, 0]) < 0.95


def test_an_own_mean_field_is_a_map():
    model = van_der_pol()

    def oscillator(gain, loss):
        return model.run([0.1], 60.0, parameters={"gain": gain, "loss": loss})

    axes = {"gain": np.linspace(1, 2, 4), "loss": np.linspace(0.1, 0.4, 3)}
    found = qs.sweep(oscillator, axes, {"size": lambda run: np.abs(run.final[:, 0]) ** 2})
    gain, loss = np.meshgrid(axes["gain"], axes["loss"], indexing="ij")
    assert_allclose(found["size"], gain / (2 * loss), rtol=1e-9)
    assert "largest_error" not in found.attrs  # it is not known, and said so
    assert "error" in found.attrs["unknown_certificates"]


@ONE_BY_ONE
def test_a_function_of_single_points_gives_the_same_map():
    def oscillator(gain, loss):
        if gain > 1.5:  # takes no arrays
            loss = 2 * loss
        return van_der_pol_of_all, [0.1], 60.0, {"parameters": {"gain": gain, "loss": loss}}

    van_der_pol_of_all = van_der_pol()
    axes = {"gain": [1.0, 2.0], "loss": [0.1, 0.2]}
    found = qs.sweep(oscillator, axes, {"size": lambda run: np.abs(run.final[:, 0]) ** 2})
    assert_allclose(found["size"], [[5.0, 2.5], [5.0, 2.5]], rtol=1e-9)


@ONE_BY_ONE
def test_networks_are_maps_too():
    found = qs.sweep(
        damped_mode,
        {"damping": [0.1, 0.4], "occupation": [0.0, 1.0]},  # arrays of two would be two rates
        {"variance": lambda state: state.covariance[:, 0, 0]},
    )
    assert_allclose(found.variance, np.tile([0.5, 1.5], (2, 1)), rtol=1e-12)

    def kicked(frequency, kick):
        oscillator = qs.HarmonicNetwork([[frequency**2]])
        return oscillator, qs.GaussianState.vacuum(frequency).displaced(p=[kick]), [0.0, 0.5]

    axes = {"frequency": [1.0, 2.0], "kick": [1.0, 3.0]}
    found = qs.sweep(kicked, axes, {"x": lambda path: path.final.mean[:, 0]})
    w, kick = np.meshgrid(*axes.values(), indexing="ij")
    assert_allclose(found.x, kick * np.sin(w / 2) / w, rtol=1e-12)


@ONE_BY_ONE
def test_quasi_periodic_states_are_maps_too():
    a = spin()["A"]

    def signal(state):
        return np.abs(state.demodulated(a.plus, 1.0))

    found = qs.sweep(driven_spin, {"drive": [0.05, 0.1]}, {"signal": signal})
    expected = [abs(driven_spin(d).solve().demodulated(a.plus, 1.0)) for d in (0.05, 0.1)]
    assert_allclose(found.signal, expected, rtol=1e-6)
    assert found.attrs["largest_residual"] < 1e-8
