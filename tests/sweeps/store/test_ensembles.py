"""Ensembles with a store: killed, resumed, extended, refused, damaged; never another number."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import xarray as xr
from waiting import wait_until

import quantsync as qs
from quantsync.errors import InvalidArgumentError, StoreMismatchError, SweepWarning

ETAS = [1e-6, 1e-3, 1.0]
MEASURES = ["synchronization", "purity"]


def pair(**changes):
    arguments = {
        "system": qs.models.collective_decay_pair(),
        "strengths": ETAS,
        "samples": 40,
        "seed": 3,
        "measures": MEASURES,
        "average": ["purity"],
        "workers": 1,
        "progress": False,
    }
    return qs.ensemble(**(arguments | changes))


def test_a_store_changes_no_number(tmp_path):
    plain = pair()
    kept = pair(store=tmp_path / "pair.zarr")
    again = pair(store=tmp_path / "pair.zarr")
    xr.testing.assert_identical(plain, kept)
    xr.testing.assert_identical(plain, again)
    whole = xr.open_zarr(tmp_path / "pair.zarr")
    np.testing.assert_array_equal(whole.synchronization.values, plain.synchronization.values)
    assert whole.synchronization.dims == ("sample", "eta")
    np.testing.assert_array_equal(whole.eta.values, ETAS)
    opened = qs.open_sweep(tmp_path / "pair.zarr")
    xr.testing.assert_identical(opened.synchronization.eta.drop_attrs(), plain.eta.drop_attrs())
    # Of averaged measures the store has every value.
    assert whole.purity.values.mean(axis=0) == pytest.approx(plain.purity.values, rel=1e-14)
    status = qs.sweep_status(tmp_path / "pair.zarr")
    assert (status.done, status.failed, status.missing) == (40, 0, 0)


CALLS = []


def counted(space, rng):
    CALLS.append(1)
    return qs.degenerate.random_lindbladian(space, rng)


def test_what_is_there_is_not_drawn_again(tmp_path):
    CALLS.clear()
    draw = counted
    first = pair(draw=draw, store=tmp_path / "s", samples=20)
    assert len(CALLS) == 20
    more = pair(draw=draw, store=tmp_path / "s", samples=30)
    assert len(CALLS) == 30  # tasks of two samples each: none is cut
    np.testing.assert_array_equal(more.synchronization[:20], first.synchronization)
    np.testing.assert_array_equal(more.synchronization, pair(draw=draw, samples=30).synchronization)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 4}, "seed"),
        ({"strengths": [1e-6, 1e-3, 2.0]}, "etas"),
        ({"measures": ["purity"]}, "measure 'synchronization'"),
        ({"system": qs.models.collective_decay_pair(decay=0.25)}, "base"),
        ({"weights": (1.0, 2.0)}, "source of model"),
        ({"samples": 30}, "samples: 40 in the store, 30 now"),
    ],
)
def test_another_ensemble_is_refused(changes, named, tmp_path):
    pair(store=tmp_path / "s")
    with pytest.raises(StoreMismatchError, match=named):
        pair(store=tmp_path / "s", **changes)


def test_failed_samples_are_kept_and_can_be_retried(tmp_path):
    marker = tmp_path / "mended"

    def draw(space, rng):
        number = rng.bit_generator.seed_seq.spawn_key[0]
        if number == 7 and not marker.exists():
            raise ArithmeticError("not yet")
        return qs.degenerate.random_lindbladian(space, rng)

    for _ in range(2):
        with pytest.warns(SweepWarning, match="sample 7: ArithmeticError: not yet"):
            found = pair(draw=draw, store=tmp_path / "s")
        assert int(found.failed.sum()) == 1
    assert qs.sweep_status(tmp_path / "s").failed == 1
    marker.touch()
    with pytest.warns(SweepWarning, match="not yet"):
        pair(draw=draw, store=tmp_path / "s")
    mended = pair(draw=draw, store=qs.Store(tmp_path / "s", retry_failed=True))
    xr.testing.assert_identical(mended, pair(draw=draw))


def test_damage_is_found_and_made_good(tmp_path):
    whole = pair(store=tmp_path / "s")
    chunk = tmp_path / "s" / "synchronization" / "c" / "3" / "0"
    data = bytearray(chunk.read_bytes())
    data[5] ^= 1
    chunk.write_bytes(bytes(data))
    with pytest.warns(SweepWarning, match="1 of .* damaged and are computed again: task 3"):
        xr.testing.assert_identical(whole, pair(store=tmp_path / "s"))
    xr.testing.assert_identical(whole, pair(store=tmp_path / "s"))


SCRIPT = """
import sys, quantsync as qs
qs.ensemble(
    qs.models.collective_decay_pair(), [1e-6, 1e-3, 1.0], 4000, 3, ["synchronization", "purity"],
    average=["purity"], workers=1, progress=False, store=sys.argv[1],
)
"""


def test_a_killed_ensemble_goes_on_to_the_same_numbers(tmp_path):
    store, script = tmp_path / "s", tmp_path / "run.py"
    script.write_text(textwrap.dedent(SCRIPT))
    process = subprocess.Popen([sys.executable, script, store])
    records = store / "status" / "records"
    wait_until(lambda: process.poll() is not None or len(list(records.glob("*"))) >= 3)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    status = qs.sweep_status(store)
    assert 0 < status.done < 4000
    arguments = {"samples": 4000, "workers": 2}
    xr.testing.assert_identical(pair(store=store, **arguments), pair(**arguments))


def test_the_number_of_samples_of_a_task_can_be_given(tmp_path):
    pair(store=qs.Store(tmp_path / "s", chunk=15))
    assert qs.sweep_status(tmp_path / "s").tasks == 3
    with pytest.raises(InvalidArgumentError, match="`chunk` must be a whole number"):
        pair(store=qs.Store(tmp_path / "t", chunk=(3, 2)))


def test_the_command_line_says_how_an_ensemble_goes_on(tmp_path):
    pair(store=tmp_path / "s", samples=2)
    command = [sys.executable, "-m", "quantsync", "sweep", "resume", str(tmp_path / "s")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "ensemble(..., store=...)" in run.stderr
