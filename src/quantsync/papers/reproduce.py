"""Writes what a paper is reproduced by: figures with their data, its page, and its claims."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from quantsync import plotting
from quantsync.papers import pages
from quantsync.papers.keeping import maps_kept
from quantsync.papers.paper import Claim, Paper
from quantsync.papers.record import run_record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# No date and no version in the file, so that equal pictures are equal files.
METADATA: dict[str, Any] = {
    "png": {"Software": "quantsync"},
    "svg": {"Date": None, "Creator": "quantsync"},
    "pdf": {"CreationDate": None, "Creator": "quantsync", "Producer": "quantsync"},
}
FORMATS = tuple(METADATA)


def write_figure(
    paper: Paper,
    name: str,
    folder: Path,
    full: bool = False,
    options: Mapping[str, float] | None = None,
    formats: Sequence[str] = ("png",),
) -> tuple[Path, Path]:
    """Compute a figure and write its picture, in each of the formats, and its data (netCDF).

    At full resolution its heavy maps and ensembles are kept in stores beside the picture, and what
    is there is not computed again. Returns the first picture and the data.
    """
    figure = paper.figures[name]
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / _stem(name)
    with maps_kept(stem if full else None):
        dataset = figure(full, **(options or {}))
    dataset = dataset.assign_attrs(title=figure.title, source=paper.citation)
    data = stem.with_suffix(".nc")
    dataset.to_netcdf(data, engine="h5netcdf")
    with plotting.style():
        canvas = figure.draw(dataset)
        for form in formats:
            _save(canvas, stem.with_suffix(f".{form}"))
    return stem.with_suffix(f".{formats[0]}"), data


def write_claims(
    papers: Iterable[Paper],
    folder: Path,
    full: bool = False,
    report: Callable[[Paper, list[Claim]], None] | None = None,
) -> Path:
    """Compute the claims of some papers; write `claims.md`, `claims.json` and a page per paper.

    ``report`` gets each paper's claims as they come. Returns `claims.md`.
    """
    papers = list(papers)
    claims = {}
    folder.mkdir(parents=True, exist_ok=True)
    for paper in papers:
        claims[paper.name] = paper.claims(full=full)
        if report is not None:
            report(paper, claims[paper.name])
        text = pages.page(paper, claims[paper.name], pictures(paper))
        (folder / f"{paper.name}.md").write_text(text, encoding="utf-8")
    record = json.dumps(run_record(papers, claims, full), indent=1, ensure_ascii=False)
    (folder / "claims.json").write_text(record + "\n", encoding="utf-8")
    target = folder / "claims.md"
    target.write_text(pages.index(claims, papers), encoding="utf-8")
    return target


def pictures(paper: Paper) -> dict[str, PurePosixPath]:
    """Where the pictures of a paper lie as seen from its page."""
    return {name: PurePosixPath(paper.name, f"{_stem(name)}.png") for name in paper.figures}


def _save(canvas: Figure, target: Path) -> None:
    """Write a picture; a PNG with 256 colours, which weighs a third and looks the same."""
    metadata = METADATA[target.suffix[1:]]
    if target.suffix != ".png":
        canvas.savefig(target, metadata=metadata)
        return
    from PIL import Image

    whole = io.BytesIO()
    canvas.savefig(whole, format="png", metadata=metadata)
    few = Image.open(whole).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(target, optimize=True, dpi=(plotting.STYLE["savefig.dpi"],) * 2)


def _stem(figure: str) -> str:
    return f"figure_{figure}" if figure[0].isdigit() else figure
