"""Progress: nothing where nobody looks, lines in a log, a bar on a terminal."""

import re
import sys

import numpy as np
import pytest

import quantsync as qs
from quantsync.sweeps.executors.progress import progress_of


def shown(capsys, show, **options):
    with progress_of(300, "samples", show, **options) as advance:
        for _ in range(30):
            advance(10)
    return capsys.readouterr().err


def test_without_a_terminal_it_is_lines_and_only_on_request(capsys):
    lines = shown(capsys, True, line_every=0.0).split()
    text = " ".join(lines)
    assert re.search(r"\b10 of 300 samples in \S+ \(.* samples/s\), about \S+ left", text)
    assert "300 of 300 samples" in text
    assert shown(capsys, None) == shown(capsys, False) == ""
    assert shown(capsys, True) == ""  # it is over before the first line


def test_on_a_terminal_it_is_a_bar_that_goes_away(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    text = shown(capsys, None)
    assert "0/300 [" in text
    assert not text.rsplit("\r", 2)[-2].strip()
    assert shown(capsys, False) == ""


@pytest.mark.parametrize("kept", [False, True])
def test_a_function_follows_a_sweep(kept, tmp_path):
    axes = {"detuning": np.linspace(-1, 1, 30), "epsilon": np.linspace(0, 0.1, 100)}
    seen = []
    options = {"store": qs.Store(tmp_path / "map.zarr", chunk=500)} if kept else {}
    qs.sweep("spin_pair", axes, "purity", progress=lambda *counts: seen.append(counts), **options)
    assert len(seen) > 1
    assert seen[-1] == (3000, 3000)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_a_function_ends_a_sweep():
    class EnoughError(Exception):
        pass

    calls = []

    def stop(done, total):
        calls.append(done)
        raise EnoughError

    axes = {"detuning": np.linspace(-1, 1, 300), "epsilon": np.linspace(0, 0.1, 100)}
    with pytest.raises(EnoughError):
        qs.sweep("spin_pair", axes, "purity", progress=stop, workers=2)
    assert len(calls) == 1
    assert calls[0] < 30_000
