"""Ensembles: the same numbers however they are computed, statistics, errors, interruption."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

import quantsync as qs
from quantsync.sweeps._averages import Average, Column
from quantsync.sweeps.executors import processes

PAIR = qs.models.collective_decay_pair()
ETAS = [1e-6, 1e-3, 0.1]


def singlet_weight(states):
    singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    return np.real(np.einsum("i,bij,j->b", singlet, states.rho, singlet))


def populations(states):
    return np.real(np.diagonal(states.rho, axis1=1, axis2=2))


def test_the_numbers_are_those_of_each_sample_alone():
    measures = {"synchronization": "synchronization", "singlet": singlet_weight}
    found = qs.ensemble(PAIR, ETAS, 7, seed=5, measures=measures, workers=1)
    assert found.synchronization.dims == ("sample", "eta")
    for sample in (0, 6):
        generator = qs.degenerate.random_lindbladian(PAIR.space, qs.sweeps.sample_rng(5, sample))
        states = qs.degenerate.perturbed_steady_states(PAIR, generator, ETAS)
        locking = qs.relative_phase_distribution(states.rho, PAIR.space).maximum
        np.testing.assert_allclose(found.synchronization[sample], locking, rtol=1e-12)
        np.testing.assert_allclose(found.singlet[sample], singlet_weight(states), rtol=1e-12)
        np.testing.assert_array_equal(found.residual[sample], states.residual)
    # Another number of samples changes none of them.
    fewer = qs.ensemble(PAIR, ETAS, 3, seed=5, measures=measures, workers=1)
    np.testing.assert_allclose(fewer.singlet, found.singlet[:3], rtol=1e-14)


def test_workers_change_nothing_and_take_functions_of_a_script():
    def local(states):  # cannot be pickled by name
        return states.rho[:, 1, 2].imag

    measures = {"local": local, "populations": populations, "S": "synchronization"}
    one, two = (
        qs.ensemble(
            PAIR, ETAS, 600, seed=2, measures=measures, average=["populations"], workers=workers
        )
        for workers in (1, 2)
    )
    assert one.identical(two)
    assert one.populations.dims == ("eta", "populations_0")


def test_averages_are_the_mean_and_its_error():
    kept = qs.ensemble(PAIR, ETAS, 400, 3, {"p": populations}, workers=1)
    mean = qs.ensemble(PAIR, ETAS, 400, 3, {"p": populations}, average="p", workers=1)
    np.testing.assert_allclose(mean.p, kept.p.mean("sample"), rtol=1e-12)
    error = kept.p.std("sample", ddof=1) / np.sqrt(400)
    np.testing.assert_allclose(mean.p_error, error, rtol=1e-9)
    assert mean.p_error.attrs["long_name"].endswith("standard error")


def test_averages_do_not_depend_on_the_order_and_forgive_gaps():
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(4, 2)) * 10.0**k for k in range(5)]
    numbers = np.arange(4)
    results = []
    for order in ([0, 1, 2, 3, 4], [4, 2, 0, 1, 3]):
        average = Average()
        for k in order:
            average.add(k, numbers, parts[k])
        results.append(average.finish(np.arange(20), 2)[0][2])
    np.testing.assert_array_equal(*results)
    average = Average()
    for k in (3, 1):  # 0 and 2 were never finished
        average.add(k, numbers, parts[k])
    expected = np.concatenate([parts[1], parts[3]]).mean(axis=0)
    np.testing.assert_allclose(average.finish(np.arange(8), 2)[0][2], expected)
    column = Column(3)
    assert np.isnan(column.finish(np.arange(3), 2)[0][2]).all()


def test_another_ensemble_may_be_drawn():
    """Random fields on the two sites alone: every draw is a Lindbladian of its own."""

    def fields(space, rng):
        a, b = space["A"], space["B"]
        energies = [(x, s.x) for x, s in zip(rng.normal(size=2), (a, b), strict=True)]
        return qs.Lindbladian(space, energies, [(1.0, a.minus), (0.5, b.plus)])

    found = qs.ensemble(PAIR, [0.01], 5, 1, ["purity"], draw=fields, workers=1)
    assert found.attrs["perturbations"] == "fields"
    assert len(np.unique(found.purity)) == 5


def test_samples_that_fail_cost_only_themselves():
    def sometimes(space, rng):
        weak = rng.random() < 0.5
        a = space["A"]
        if weak:  # keeps both dark states: nothing is selected
            return qs.Lindbladian(space, [(1.0, a.z @ space["B"].z)], [])
        return qs.degenerate.random_lindbladian(space, rng)

    with pytest.warns(qs.errors.SweepWarning, match="NonUnique"):
        found = qs.ensemble(PAIR, ETAS, 12, 1, ["purity"], draw=sometimes, workers=1)
    failed = found.failed.values
    assert 0 < failed.sum() < 12
    assert np.isnan(found.purity[failed]).all()
    assert np.isfinite(found.purity[~failed]).all()
    assert len(found.attrs["failures"]) == failed.sum()
    with pytest.raises(qs.errors.SweepError, match="12 of 12") as caught:
        qs.ensemble(PAIR, ETAS, 12, 1, {"nothing": lambda s: s.residual * np.nan}, workers=1)
    assert caught.value.dataset.failed.all()


def test_a_killed_worker_leaves_what_is_done():
    def deadly(states):
        if os.getpid() != parent and len(states.rho) < 101:
            os.kill(os.getpid(), signal.SIGKILL)  # the last of sixteen tasks alone is smaller
        return states.residual

    parent = os.getpid()
    with pytest.raises(qs.errors.SweepError, match="killed") as caught:
        qs.ensemble(PAIR, [0.25], 1603, 1, {"deadly": deadly}, workers=2)
    done = caught.value.dataset
    assert 0 < done.sizes["sample"] <= 1515
    assert not done.failed.any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"strengths": [0.0, 1.0]}, qs.errors.NonUniqueSteadyStateError, "degenerate_steady_state"),
        ({"strengths": [-1.0]}, qs.errors.InvalidArgumentError, "-1"),
        ({"strengths": []}, qs.errors.InvalidArgumentError, "empty"),
        ({"strengths": [np.nan]}, qs.errors.NonFiniteError, "strengths"),
        ({"samples": 0}, qs.errors.InvalidArgumentError, "samples"),
        ({"samples": 2.5}, qs.errors.InvalidArgumentError, "2.5"),
        ({"seed": -1}, qs.errors.InvalidArgumentError, "seed"),
        ({"seed": None}, qs.errors.InvalidArgumentError, "seed"),
        ({"weights": (1.0, -2.0)}, qs.errors.InvalidArgumentError, "-2"),
        ({"measures": ["synchronisation"]}, qs.errors.UnknownNameError, "synchronization"),
        ({"measures": []}, qs.errors.InvalidArgumentError, "empty"),
        ({"average": ["other"]}, qs.errors.InvalidArgumentError, "other"),
        ({"workers": 0}, qs.errors.InvalidArgumentError, "workers"),
        ({"measures": {"x": lambda s: s.rho[0]}}, qs.errors.MeasureShapeError, "batch shape"),
        ({"measures": ["residual"]}, qs.errors.InvalidArgumentError, "anyway"),
    ],
)
def test_bad_input_is_refused(arguments, error, message):
    given = {"strengths": ETAS, "samples": 2, "seed": 1, "measures": ["purity"], "workers": 1}
    with pytest.raises(error, match=message):
        qs.ensemble(PAIR, **(given | arguments))


def test_a_space_too_large_for_the_memory_names_the_gigabytes():
    with pytest.raises(qs.errors.OutOfMemoryError, match="GB"):
        qs.degenerate.random_lindbladian(qs.Space(A=qs.Fock(2000)), np.random.default_rng(1))


SCRIPT = textwrap.dedent("""
    import pathlib, signal, sys, time, uuid, warnings
    import quantsync as qs
    # Python does not set its handler where the shell that started it ignores Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings.simplefilter("ignore")
    folder = pathlib.Path(sys.argv[1])
    def slow(states):
        (folder / uuid.uuid4().hex).touch()
        time.sleep(0.3)
        return states.residual
    base = qs.models.collective_decay_pair()
    found = qs.ensemble(base, [1e-3], 100_000, 1, {{"slow": slow}}, workers={workers})
    print(found.sizes["sample"], found.attrs["interrupted"], bool(found.slow.notnull().all()))
""")


@pytest.mark.parametrize("workers", [1, 2])
def test_control_c_returns_what_is_done(tmp_path, workers):
    # A script without a __main__ guard, in a session of its own as a terminal would have it.
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(workers=workers))
    measured = tmp_path / "measured"
    measured.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(script), str(measured)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # By then the first tasks have come back, whose measures were taken before.
    while len(list(measured.iterdir())) < 8 and process.poll() is None:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    done, interrupted, whole = out.split()
    assert 0 < int(done) < 100_000
    assert (interrupted, whole) == ("1", "True")
    assert "Traceback" not in err


def test_the_pool_passes_errors_on_and_can_be_left():
    def fails(item):
        if item == 3:
            raise ValueError("three")
        return item

    with pytest.raises(ValueError, match="three"):
        list(processes.map_processes(fails, range(40), 2))
    results = processes.map_processes(lambda item: item, range(40), 2)
    next(results)
    results.close()


def test_small_ensembles_come_in_several_tasks():
    seen = []
    qs.ensemble(
        PAIR, [0.1], 50, 1, {"r": lambda s: seen.append(len(s.rho)) or s.residual}, workers=1
    )
    assert len(seen) >= 12


def test_equal_causes_are_told_once():
    with pytest.raises(qs.errors.SweepError) as caught:
        qs.ensemble(PAIR, ETAS, 6, 1, ["purity"], draw=lambda space, rng: "nothing", workers=1)
    assert str(caught.value).count("MatrixGenerator") == 1
    assert "samples 0, 1, 2, 3, 4, ...:" in str(caught.value)


def test_a_measure_of_an_ensemble_sees_the_state_only():
    with pytest.raises(qs.errors.InvalidArgumentError, match="'mine' of an ensemble must take"):
        qs.ensemble(
            qs.models.dephased_chain(), [0.1], 1, 1, {"mine": lambda state, system: state.rho}
        )
