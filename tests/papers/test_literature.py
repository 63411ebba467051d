"""The page on the literature is what the command writes, for every paper."""

import re

import pytest
from places import ROOT

from quantsync import plotting
from quantsync.papers.registry import PAPERS
from quantsync.papers.reproduce import PREAMBLE, claims_table, section

PAGE = ROOT / "docs" / "literature.md"
LITERATURE = PAGE.read_text(encoding="utf-8")
FIGURES = [(paper, name) for paper, p in PAPERS.items() for name in p.figures]


@pytest.mark.parametrize("paper", PAPERS)
def test_the_literature_page_has_what_the_command_writes(paper, claims_of):
    page = section(PAPERS[paper], claims_of(paper))
    assert claims_table(claims_of(paper)) in page
    assert page in LITERATURE, "docs/literature.md is out of date: run make docs"


@pytest.mark.parametrize("paper", PAPERS)
def test_every_claim_has_an_id_of_its_own(paper):
    ids = [s.id for check in PAPERS[paper].checks for s in check.statements]
    assert len(set(ids)) == len(ids) > 0
    assert all(re.fullmatch(rf"{paper}-C\d+", name) for name in ids)


def test_the_literature_page_has_nothing_else():
    assert LITERATURE.startswith(PREAMBLE)
    headings = [line[3:] for line in LITERATURE.splitlines() if line.startswith("## ")]
    assert headings == list(PAPERS)


@pytest.mark.parametrize(("paper", "name"), FIGURES, ids=[f"{p}-{n}" for p, n in FIGURES])
def test_every_axis_of_every_figure_has_a_label_and_the_file_is_light(paper, name, tmp_path):
    figure = PAPERS[paper].figures[name]
    with plotting.style():
        canvas = figure.draw(figure.data(False))
        canvas.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size < 400_000
    labelled = [ax for ax in canvas.axes if ax.axison]
    assert labelled
    for axes in labelled:
        own = axes.get_xlabel() or axes.get_ylabel() or axes.get_title(loc="center")
        shared = axes.get_subplotspec() is not None and not axes.get_subplotspec().is_last_row()
        assert own or shared, (paper, name, axes)
    # A colour bar and its map, or the lines of a panel: nothing is drawn of nothing.
    assert any(ax.lines or ax.collections or ax.images for ax in labelled)
