"""Runs as systems: a start and times beside a system, solved when something is asked of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    InvalidSystemError,
    LostAccuracyError,
    UnknownArgumentError,
)
from quantsync.runs import Run, as_system
from quantsync.system import System

UP = np.diag([1.0, 0.0])
TIMES = np.array([0.0, 0.3, 1.0])


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
    run = decay(1.0).run(UP, TIMES).broadcast_to((3,))
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
