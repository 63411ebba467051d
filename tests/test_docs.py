"""The code of the pages in docs/ runs, and prints what they say."""

import json
import re
import subprocess
import sys

import pytest
from places import ROOT

# Pages whose code says something beside what it prints, on purpose.
WARNED = {
    "from_qutip.md": ["SweepWarning"],
    "ten_tasks.md": ["SweepWarning", "TruncationWarning"],
}


@pytest.mark.parametrize(
    "page",
    [
        "from_qutip.md",
        "models.md",
        "notebooks.md",
        "own_systems.md",
        "phases.md",
        "slow_modes.md",
        "spectra.md",
        "ten_tasks.md",
        "trajectories.md",
    ],
)
def test_the_code_of_a_page_prints_what_the_page_says(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    code = "".join(re.findall(r"```python\n(.*?)```", text, re.S))
    expected = "".join(re.findall(r"```text\n(.*?)```", text, re.S))
    ignored = WARNED.get(page, [])
    code = "".join(f"warnings.simplefilter('ignore', errors.{name})\n" for name in ignored) + code
    code = "import warnings\nfrom quantsync import errors\n" * bool(ignored) + code
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == expected


def test_the_command_of_the_ten_tasks_gives_what_python_gives(tmp_path):
    text = (ROOT / "docs" / "ten_tasks.md").read_text(encoding="utf-8")
    first, *_, task = (
        re.findall(r"```python\n(.*?)```", part, re.S)[-1]
        for part in text.split("## 5.")[0].split("\n## ")
    )
    (tmp_path / "mine.py").write_text(first + task.partition("\n\naxes")[0], encoding="utf-8")
    (command,) = re.findall(r"^quantsync compute .*", text, re.M)
    run = subprocess.run(
        [sys.executable, "-m", *command.split()],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    measures = json.loads(run.stdout)["measures"]
    assert measures["quanta_per_gain"] == pytest.approx(0.8108, abs=1e-4)


def test_the_page_of_the_command_line_runs(tmp_path):
    text = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(\w+)\n(.*?)```", text, re.S)
    python = f'"{sys.executable}"'
    shell = f'set -e -o pipefail\nquantsync() {{ {python} -m quantsync "$@"; }}\n'
    shell += f'python() {{ {python} "$@"; }}\n'
    count = 0
    for k, (kind, code) in enumerate(blocks):
        if name := re.match(r"# (\w+\.\w+)\n", code):
            (tmp_path / name[1]).write_text(code, encoding="utf-8")
        elif kind == "sh":
            run = subprocess.run(
                ["bash", "-c", shell + code],
                capture_output=True,
                text=True,
                check=False,
                cwd=tmp_path,
            )
            assert run.returncode == 0, run.stderr
            count += 1
            if blocks[k + 1 : k + 2] and blocks[k + 1][0] == "text":
                assert run.stdout == blocks[k + 1][1]
    assert count == 6
    assert (tmp_path / "own.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "own.csv").read_text().startswith("drive,levels,purity,quanta,")
