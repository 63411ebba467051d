"""The notebooks of docs/ run whole and without a warning, and every cell shows something."""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from places import ROOT

FOLDER = ROOT / "docs" / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
SECONDS = 120  # for one cell


def execute(notebook, folder):
    """Run a notebook as its reader would, in a folder of its own."""
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    return notebook


def texts(cell, name):
    """What a cell has written to a stream."""
    streams = [out for out in cell.outputs if out.output_type == "stream" and out.name == name]
    return "".join(out.text for out in streams)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_four():
    assert NOTEBOOKS == ["first_tongue", "from_qutip", "map_on_a_cluster", "van_der_pol"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_are_stored_without_what_they_show(name):
    path = FOLDER / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in code_of(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert path.stat().st_size < 12_000


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_every_cell_shows_something(name, tmp_path):
    notebook = execute(nbformat.read(FOLDER / f"{name}.ipynb", as_version=4), tmp_path)
    for cell in code_of(notebook):
        assert cell.outputs, cell.source
        assert not texts(cell, "stderr"), cell.source
    kinds = {
        kind for cell in code_of(notebook) for out in cell.outputs for kind in out.get("data", {})
    }
    assert {"image/png", "text/html"} <= kinds


def notebook_of(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in sources])


SLOW = """
import time
from quantsync.sweeps.executors.progress import progress_of

def run(show, pause):
    with progress_of(4, "points", show) as advance:
        for _ in range(4):
            time.sleep(pause)
            advance(1)
"""


def test_a_notebook_without_widgets_has_a_bar_of_text_and_no_warning(tmp_path):
    hidden = "import sys; sys.modules['ipywidgets'] = None"  # as if it were not installed
    cells = [hidden, SLOW, "run(None, 0.3)", "run(None, 0.0)", "run(False, 0.3)"]
    notebook = execute(notebook_of(*cells), tmp_path)
    _, _, slow, quick, silent = code_of(notebook)
    shown = texts(slow, "stdout")
    assert "3/4" in shown
    assert "points/s" in shown
    assert not shown.rsplit("\r", 2)[-2].strip()  # it goes away
    assert not [texts(cell, "stderr") for cell in notebook.cells if texts(cell, "stderr")]
    assert not texts(quick, "stdout")
    assert not texts(silent, "stdout")


def test_the_explorer_is_a_page_in_a_cell_and_nothing_of_other_hosts(tmp_path):
    pytest.importorskip("panel")
    notebook = execute(notebook_of("import quantsync as qs\nqs.explore('spin_pair')"), tmp_path)
    (cell,) = code_of(notebook)
    shown = [output["data"] for output in cell.outputs if "data" in output]
    scripts = "".join(data.get("application/javascript", "") for data in shown)
    page = shown[-1]["text/html"]
    assert "Bokeh" in scripts  # it travels in the notebook
    assert "spin_pair" in page or "Page" in page
    assert not re.findall(r'src="https?://[^"]*"', page)
    assert not texts(cell, "stderr")
