"""The commands of durable sweeps: `quantsync sweep SPEC.toml` and what follows it."""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from quantsync.command_line.assignments import assignments, names_in
from quantsync.command_line.messages import SOME_FAILED, STANDARD, plain_warnings
from quantsync.errors import InvalidArgumentError, SweepInterrupt, SweepWarning

if TYPE_CHECKING:
    from quantsync.command_line.spec import SweepSpec
    from quantsync.sweeps.options import Store
    from quantsync.sweeps.store.reading import SweepStatus


class _SpecFirst(TyperGroup):
    """`sweep SPEC.toml` is short for `sweep run SPEC.toml`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="sweep",
    cls=_SpecFirst,
    help="Maps that survive and resume: quantsync sweep SPEC.toml, then status, resume, export, "
    "plot with its store.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Place = Annotated[Path, typer.Argument(metavar="STORE", help="Folder of the store.")]
Workers = Annotated[int | None, typer.Option(help="Number of threads; every core by default.")]
Retry = Annotated[bool, typer.Option("--retry-failed", help="Compute failed points again.")]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MODULE|FILE.py",
        help="Python code whose functions the file may name; may be given several times. It is "
        "run: allow what you trust.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS|FILE",
        help="Dask scheduler whose workers compute: tcp://host:8786, or its file (*.json).",
    ),
]


@app.command()
def run(
    spec: Annotated[
        Path,
        typer.Argument(metavar="SPEC.toml", help="Description of the sweep; - for standard input."),
    ],
    store: Annotated[
        Path | None, typer.Option(help="Another store than that of the description.")
    ] = None,
    workers: Workers = None,
    retry_failed: Retry = False,
    scheduler: Scheduler = None,
    allow: Allow = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say how much there is to do, from a few points, and stop."),
    ] = False,
) -> None:
    """Compute the map that a file describes, or go on with it.

    A file for 101 x 5 points: model = "spin_pair"; measures = ["synchronization"];
    store = "tongue.zarr" (beside the file); chunk = 50 (points of a task, if not automatic);
    [axes] with epsilon = {linspace = [0, 0.1, 101]}, gain_a = {logspace = [0, 2, 5]} or a list;
    [fixed] with damping_b = 100.0; [tied] with damping_a = "1 - gain_a" (arithmetic of axes);
    refine = "synchronization", tolerance = 0.01, level = 0.01 for points along the border of a
    tongue.

    Example: quantsync sweep tongue.toml --dry-run

    Example: quantsync sweep own.toml --allow mymodule
    """
    from quantsync.command_line.spec import read_spec
    from quantsync.sweeps.options import Store

    read = read_spec(spec, allow or ())
    target = Store(store or read.store.path, read.store.chunk, retry_failed)
    if dry_run:
        _say_cost(read, target, workers)
    else:
        _compute(read.arguments, target, workers, scheduler)


@app.command()
def status(
    store: Place,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how far a store is, which points failed, and who is writing to it."""
    from quantsync.sweeps.store.reading import sweep_status

    found = sweep_status(_there(store))
    typer.echo(json.dumps(_status_data(found), indent=2, allow_nan=False) if as_json else found)


def _status_data(status: SweepStatus) -> dict[str, Any]:
    """A status for other programs: see docs/command_line.md."""
    refined = status.refinement
    outcome = None if refined is None else refined.outcome
    return {
        "store": str(status.store),
        "model": status.model,
        "measures": status.measures,
        "shape": status.shape,
        "done": status.done,
        "failed": status.failed,
        "missing": status.missing,
        "tasks": status.tasks,
        "damaged": status.damaged,
        "failures": [
            {"coordinates": dict(failure.coordinates), "message": failure.message}
            for failure in status.failures
        ],
        "writer": status.writer,
        "refinement": None
        if refined is None
        else {
            "measure": refined.asked.measure,
            "tolerance": refined.asked.tolerance,
            "level": None if outcome is None else outcome.level,
            "reached": None if outcome is None or math.isnan(outcome.reached) else outcome.reached,
            "done": refined.done,
            "failed": refined.failed,
            "missing": refined.missing,
        },
    }


@app.command()
def resume(
    store: Place,
    workers: Workers = None,
    retry_failed: Retry = False,
    scheduler: Scheduler = None,
    allow: Allow = None,
) -> None:
    """Go on with a sweep from its store alone; nothing that is whole is computed again.

    A store of functions of one's own says where they were found; --allow runs them again.
    """
    from quantsync.sweeps.options import Store
    from quantsync.sweeps.store.reading import stored_arguments

    target = Store(_there(store), retry_failed=retry_failed)
    _compute(stored_arguments(store, allow or ()), target, workers, scheduler)


@app.command()
def export(
    store: Place,
    file: Annotated[
        Path,
        typer.Argument(help="File to write, ending in .nc or .csv; - for CSV on standard output."),
    ],
) -> None:
    """Write a store as netCDF or as CSV, a line a point; complex values become two columns."""
    from quantsync.sweeps.export import export_dataset
    from quantsync.sweeps.store.reading import open_sweep

    with _sweep_warnings():
        dataset = open_sweep(_there(store))
    if str(file) == STANDARD:
        sys.stdout.flush()
        export_dataset(dataset, None)
        return
    export_dataset(dataset, file)
    refined = dataset.sizes.get("refined", 0)
    typer.echo(f"{file}: {dataset.status.size} points" + f", {refined} refined" * bool(refined))


@app.command()
def plot(
    store: Place,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Picture to write; beside the store by default, - for PNG on standard output."
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option("--measure", "-m", metavar="NAME[,NAME]", help="All by default."),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS=VALUE", help="Where to cut axes beyond two."),
    ] = None,
) -> None:
    """Draw the map of a store, as far as it is done."""
    from quantsync.sweeps.export import draw_dataset
    from quantsync.sweeps.store.reading import open_sweep

    with _sweep_warnings():
        dataset = open_sweep(_there(store))
    target = None if str(out) == STANDARD else out or store.with_suffix(".png")
    texts = [str(name) for name, axis in dataset.coords.items() if axis.dtype.kind in "UOT"]
    cuts = assignments(at, "--at", texts=texts)
    left_out = draw_dataset(dataset, target, names_in(measure), cuts)
    if target is not None:
        typer.echo(str(target))
    if left_out:
        print(
            f"quantsync: no room for {', '.join(left_out)}; name some with --measure.",
            file=sys.stderr,
        )


def _there(store: Path) -> Path:
    if store.suffix == ".toml" and store.is_file():
        raise InvalidArgumentError(f"{store} is a description; give the store that it names.")
    return store


def _compute(
    arguments: dict[str, Any], store: Store, workers: int | None, scheduler: str | None
) -> None:
    from quantsync.sweeps.store.reading import sweep_status
    from quantsync.sweeps.sweep import sweep

    start = time.monotonic()
    try:
        with _sweep_warnings(), termination_as_interrupt():
            sweep(**arguments, store=store, workers=workers, scheduler=scheduler, progress=True)
    except SweepInterrupt as interrupt:
        print(f"quantsync: {interrupt}", file=sys.stderr)
        raise typer.Exit(130) from None
    status = sweep_status(store.path)
    typer.echo(f"{status}\n{time.monotonic() - start:.1f} s")
    if status.failures:
        raise typer.Exit(SOME_FAILED)


def _say_cost(read: SweepSpec, store: Store, workers: int | None) -> None:
    """Points, tasks, gigabytes and time of a sweep, and what of it is done."""
    from quantsync.parallel import worker_count
    from quantsync.sweeps.store.arrays import SweepStore
    from quantsync.sweeps.store.cost import automatic_chunk, duration, point_cost
    from quantsync.sweeps.store.opening import store_folder
    from quantsync.sweeps.store.reading import sweep_status
    from quantsync.sweeps.store.run import require_storable
    from quantsync.sweeps.store.tasks import TaskGrid, checked_chunk

    root = store_folder(store.path)
    plan, shape, size = read.plan, read.plan.grid.shape, read.plan.grid.size
    require_storable(plan, root)
    workers = worker_count(workers)
    cost = point_cost(plan)
    wanted = checked_chunk(store.chunk, shape)
    chunk = wanted if isinstance(wanted, tuple) else automatic_chunk(plan, wanted, cost)
    tasks = TaskGrid(shape, chunk)
    axes = " x ".join(
        f"{name} ({count})" for name, count in zip(plan.grid.names, shape, strict=True)
    )
    typer.echo(f"{plan.model.name}: {', '.join(plan.measures)} over {axes}")
    typer.echo(f"{size} points in {len(tasks)} tasks of up to {math.prod(chunk)} points {chunk}")
    typer.echo(f"{size * (cost.bytes + 1) / 1e9:.3g} GB in {root}")
    if read.arguments["refine"] is not None:
        typer.echo("and, when these are done, refined points, whose number depends on the border")
    seconds = size * cost.seconds / min(workers, len(tasks))
    typer.echo(
        f"about {duration(seconds)} on {workers} threads ({1e3 * cost.seconds:.3g} ms a point)"
    )
    if SweepStore.open(root) is not None:
        typer.echo(f"The store is there: {str(sweep_status(root)).splitlines()[1]}")


@contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C: it is what job schedulers send before the time is up."""

    def interrupt(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sweep_warnings() -> AbstractContextManager[None]:
    """A sweep's warnings as lines; failed points are listed by the status right after them."""
    from quantsync.sweeps.sweep import RETRY

    def worded(text: str) -> str:
        if not text.endswith(RETRY):
            return text
        count = text.partition(" of the sweep failed")[0]
        return f"{count} failed, see below. To compute them again: --retry-failed."

    return plain_warnings(SweepWarning, worded)
