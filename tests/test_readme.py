"""The README's example runs as printed, and what it names exists."""

import operator
import re
import subprocess
import sys

import pytest
from places import ROOT

import quantsync as qs
from quantsync.catalogue.measures import MEASURES_OF_KIND

README = (ROOT / "README.md").read_text(encoding="utf-8")


EXAMPLES = list(
    zip(
        re.findall(r"```python\n(.*?)```", README, re.S),
        re.findall(r"```text\n(.*?)```", README, re.S),
        strict=True,
    )
)


@pytest.mark.parametrize(("code", "expected"), EXAMPLES)
def test_the_examples_print_what_the_readme_says(code, expected):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == expected


def test_every_name_in_the_table_of_what_is_there_exists():
    table = "\n".join(re.findall(r"^\|.*", README.split("## What is there")[1], re.M))
    names = set(re.findall(r"`([A-Za-z_][\w.]+)`", table))
    attributes = {"density", "maximum", "location", "local_maxima", "harmonics"}
    attributes |= {"mean_phase", "circular_variance"}
    measures = set(MEASURES_OF_KIND["steady state"])
    for name in names - attributes - measures - {"NonUniqueSteadyStateError"}:
        operator.attrgetter(name)(qs)
    assert attributes <= set(dir(qs.PhaseDistribution)) | {"harmonics"}


def test_importing_the_package_leaves_the_heavy_libraries_out():
    code = (
        "import sys, quantsync; heavy = ('xarray', 'pandas', 'matplotlib', 'qutip', 'rich'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_description_of_a_sweep_runs(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    (tmp_path / "tongue.toml").write_text(text, encoding="utf-8")
    commands = re.findall(r"^quantsync (sweep [^#\n]*)", README, re.M)
    assert len(commands) == 4
    for command in commands:
        run = subprocess.run(
            [sys.executable, "-m", "quantsync", *command.split()],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
    assert (tmp_path / "tongue.png").exists()
    found = qs.open_sweep(tmp_path / "tongue.zarr")
    assert found.sizes["border"] > 50
