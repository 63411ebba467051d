"""Writes what a paper is reproduced by: figures with their data, its page, and its claims."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from quantsync import plotting
from quantsync.papers import pages
from quantsync.papers.keeping import maps_kept
from quantsync.papers.paper import CLASSES, Claim, Paper
from quantsync.papers.record import run_record
from quantsync.papers.registry import find_paper
from quantsync.parallel import available_cores
from quantsync.sweeps.executors.processes import map_processes

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


@dataclass(frozen=True)
class Task:
    """What to compute of a paper: some figures, and its claims or not."""

    paper: str
    figures: tuple[str, ...]
    options: Mapping[str, float]
    claims: bool


def reproduce(tasks: Sequence[Task], folder: Path, full: bool, formats: Sequence[str]) -> None:
    """Compute figures and claims of papers, several papers at a time, and say what is written.

    Writes a folder of figures per paper; with claims also its page, `claims.md` and `claims.json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    of_paper = partial(_reproduce, folder=folder, full=full, formats=formats)
    found = dict(result for _, result in map_processes(of_paper, tasks, available_cores()))
    chosen = [find_paper(task.paper) for task in tasks if task.claims]
    if chosen:
        print(f"claims: {_write_claims(chosen, found, folder, full, formats)}")


def _reproduce(
    task: Task, folder: Path, full: bool, formats: Sequence[str]
) -> tuple[str, list[Claim]]:
    """Compute what is asked of one paper, and say so line by line."""
    paper = find_paper(task.paper)
    for name in task.figures:
        start = time.perf_counter()
        options = {k: v for k, v in task.options.items() if k in paper.figures[name].options}
        picture, _ = write_figure(paper, name, folder / paper.name, full, options, formats)
        print(f"{paper.name} {name:9s} {time.perf_counter() - start:6.1f} s  {picture}", flush=True)
    claims = paper.claims(full=full) if task.claims else []
    if task.claims:
        counts = Counter(claim.verdict for claim in claims)
        said = ", ".join(f"{counts[name]} {name}" for name in CLASSES if counts[name])
        print(f"{paper.name} claims: {said}", flush=True)
    return paper.name, claims


def _write_claims(
    papers: Sequence[Paper],
    claims: Mapping[str, list[Claim]],
    folder: Path,
    full: bool,
    formats: Sequence[str],
) -> Path:
    """Write a page per paper, `claims.json`, and `claims.md`, which is returned."""
    for paper in papers:
        text = pages.page(paper, claims[paper.name], pictures(paper, formats))
        (folder / f"{paper.name}.md").write_text(text, encoding="utf-8")
    record = json.dumps(run_record(papers, claims, full), indent=1, ensure_ascii=False)
    (folder / "claims.json").write_text(record + "\n", encoding="utf-8")
    target = folder / "claims.md"
    target.write_text(pages.index(claims, papers), encoding="utf-8")
    return target


def pictures(paper: Paper, formats: Sequence[str] = ("png",)) -> dict[str, PurePosixPath]:
    """Where the pictures of a paper lie as seen from its page, which can show PNG and SVG."""
    form = next((name for name in ("png", "svg") if name in formats), formats[0])
    return {name: PurePosixPath(paper.name, f"{_stem(name)}.{form}") for name in paper.figures}


def _save(canvas: Figure, target: Path) -> None:
    """Write a picture; a PNG of lines with 256 colours, which weighs a third and looks the same.

    A map keeps all its colours: with fewer, steps would show in what is smooth.
    """
    metadata = METADATA[target.suffix[1:]]
    if target.suffix != ".png":
        canvas.savefig(target, metadata=metadata)
        return
    from matplotlib.collections import QuadMesh
    from matplotlib.image import AxesImage
    from PIL import Image

    whole = io.BytesIO()
    canvas.savefig(whole, format="png", metadata=metadata)
    picture = Image.open(whole).convert("RGB")
    if not (canvas.findobj(QuadMesh) or canvas.findobj(AxesImage)):
        # This method takes the colours that lie farthest apart, also those of a small mark.
        picture = picture.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(target, optimize=True, dpi=(plotting.STYLE["savefig.dpi"],) * 2)


def _stem(figure: str) -> str:
    return f"figure_{figure}" if figure[0].isdigit() else figure
