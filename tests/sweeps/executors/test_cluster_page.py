"""The SLURM script of docs/cluster.md works as printed, with stand-ins for SLURM's commands."""

import os
import re
import signal
import subprocess
import sys

import pytest
import xarray as xr
from places import ROOT
from waiting import PATIENT, wait_until

import quantsync as qs

pytest.importorskip("distributed")
PAGE = ROOT / "docs" / "cluster.md"
SRUN = """#!/bin/bash
# Runs a command as many times as --ntasks says, and ends with it.
count=1
while [[ "$1" == --* ]]; do
    [[ "$1" == --ntasks=* ]] && count="${1#--ntasks=}"
    shift
done
trap 'kill $(jobs -p); wait' TERM
for ((k = 0; k < count; k++)); do "$@" & done
wait
"""
SCONTROL = """#!/bin/bash
echo "$@" >> requeued
"""


def block(kind, having):
    blocks = re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    (found,) = (text for text in blocks if having in text)
    return found


@pytest.fixture
def job(tmp_path):
    """The script in a folder, and the environment of a job with two tasks."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("srun", SRUN), ("scontrol", SCONTROL)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    # The commands of the environment that runs the tests.
    (tools / "quantsync").write_text(f'#!/bin/bash\nexec "{sys.executable}" -m quantsync "$@"\n')
    (tools / "dask").write_text(f'#!/bin/bash\nexec "{sys.executable}" -m dask "$@"\n')
    (tools / "quantsync").chmod(0o755)
    (tools / "dask").chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    (work / "tongue.sh").write_text(block("bash", "#SBATCH"))
    environment = os.environ | {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "SLURM_JOB_ID": "17",
        "SLURM_NTASKS": "2",
        "TMPDIR": str(tmp_path),
    }

    def start():
        return subprocess.Popen(
            ["bash", "tongue.sh"],
            cwd=work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return work, start


def test_the_script_computes_the_map_of_the_page(job):
    work, start = job
    text = block("toml", "spin_pair")
    small = text.replace("101]", "11]")
    assert small.count("11]") == 2
    (work / "tongue.toml").write_text(small)
    process = start()
    told, _ = process.communicate(timeout=PATIENT)
    assert process.returncode == 0, told
    assert "121 of 121 points done" in told
    names = ["synchronization", "negativity"]
    found = qs.open_sweep(work / "tongue.zarr")
    axes = {name: found[name].values for name in ("epsilon", "detuning")}
    here = qs.sweep("spin_pair", axes, names)
    xr.testing.assert_allclose(found[names], here[names], rtol=1e-12, atol=1e-14)
    assert sorted(p.name for p in work.iterdir()) == ["tongue.sh", "tongue.toml", "tongue.zarr"]


def test_at_the_time_limit_it_is_requeued_and_goes_on(job):
    work, start = job
    text = block("toml", "spin_pair").replace("101]", "401]").replace("store", "chunk = 50\nstore")
    (work / "tongue.toml").write_text(text)
    process = start()
    wait_until(lambda: len(list((work / "tongue.zarr").glob("status/c/*/*"))) >= 3)
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=PATIENT)
    assert "points are done" in told
    assert (work / "requeued").read_text() == "requeue 17\n"
    status = qs.sweep_status(work / "tongue.zarr")
    assert status.done > 0
    assert status.missing > 0
    assert status.writer is None
