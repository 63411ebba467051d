"""The code of the pages in docs/ runs, and prints what they say."""

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
    "page", ["from_qutip.md", "notebooks.md", "own_systems.md", "ten_tasks.md"]
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
