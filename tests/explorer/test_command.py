"""The command `quantsync explore`: what it refuses before anything is served."""

import pytest
from commands import run

pytest.importorskip("panel")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["spin_par"], "Unknown model 'spin_par'; did you mean 'spin_pair'?"),
        (["spin_pair", "gai=2"], "did you mean 'gain_a'?"),
        (["spin_pair", "gain_a=x"], "Parameter 'gain_a' must be a number, but is 'x'."),
        (["spin_pair", "-m", "synchronisation"], "did you mean 'synchronization'?"),
        (["nowhere.zarr"], "nowhere.zarr"),
        (["spin_pair", "--allow", "json"], "--allow is for a stored sweep"),
        (["spin_pair", "--port", "70000"], "A port must be from 0 to 65535, but is 70000."),
    ],
)
def test_a_mistake_gives_one_line_before_anything_is_served(arguments, told, tmp_path):
    answer = run("explore", *arguments, "--no-browser", cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert told in answer.stderr
    assert answer.stderr.startswith("quantsync: ")
    assert answer.stderr.count("\n") == 1
