"""Writes what a paper is reproduced by: figures, their data, and the table of claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from quantsync import plotting
from quantsync.papers.keeping import maps_kept
from quantsync.papers.paper import Claim, Paper

PREAMBLE = """\
# The literature, checked

What the papers say and what quantsync computes. Verdicts are decided from the computed numbers,
never typed in. *Reproduced with* names the convention that was needed; *not reproduced* says why.
This page is written by `quantsync reproduce`.
"""


def write_figure(
    paper: Paper,
    name: str,
    folder: Path,
    full: bool = False,
    options: Mapping[str, float] | None = None,
) -> tuple[Path, Path]:
    """Compute a figure and write its picture (PNG) and its data (netCDF).

    At full resolution its heavy maps and ensembles are kept in stores beside the picture, and what
    is there is not computed again.
    """
    figure = paper.figures[name]
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"figure_{name}" if name[0].isdigit() else name
    with maps_kept(folder / stem if full else None):
        dataset = figure(full, **(options or {}))
    dataset = dataset.assign_attrs(title=figure.title, source=paper.citation)
    data, picture = folder / f"{stem}.nc", folder / f"{stem}.png"
    dataset.to_netcdf(data, engine="h5netcdf")
    with plotting.style():
        # No date and no version in the file, so that equal pictures are equal files.
        figure.draw(dataset).savefig(picture, metadata={"Software": "quantsync"})
    return picture, data


def claims_page(
    papers: Iterable[Paper], report: Callable[[Paper, list[Claim]], None] | None = None
) -> str:
    """Compute the claims of some papers and set them as a page; `report` gets each paper's."""
    parts = [PREAMBLE]
    for paper in papers:
        claims = paper.claims()
        if report is not None:
            report(paper, claims)
        parts.append(section(paper, claims))
    return "\n".join(parts)


def section(paper: Paper, claims: Iterable[Claim]) -> str:
    """What the page says of a paper."""
    parts = [f"## {paper.name}\n\n{paper.citation}\n\n{claims_table(claims)}"]
    for table in paper.tables:
        rows = markdown(table.columns, table.rows())
        parts.append(f"### {table.title}\n\n{table.text}\n\n{rows}")
    return "\n".join(parts)


def claims_table(claims: Iterable[Claim]) -> str:
    """Set claims as a Markdown table."""
    rows = []
    for claim in claims:
        verdict = claim.verdict if claim.verdict == "reproduced" else f"**{claim.verdict}**"
        if claim.reason:
            verdict += f": {claim.reason}"
        rows.append((claim.where, claim.statement, claim.printed, claim.computed, verdict))
    return markdown(("Where", "Claim", "Printed", "Computed", "Verdict"), rows)


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Set a table in Markdown."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
