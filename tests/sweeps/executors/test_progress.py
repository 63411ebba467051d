"""Progress: nothing where nobody looks, lines in a log, a bar on a terminal."""

import re
import sys

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
