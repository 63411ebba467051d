"""The command line: `quantsync reproduce | compute | list | sweep`."""

from __future__ import annotations

import io
import json
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quantsync.command_line.assignments import assignments
from quantsync.command_line.sweep import app as sweep_app
from quantsync.errors import InvalidArgumentError, QuantsyncError, unknown_name

if TYPE_CHECKING:
    from quantsync.catalogue.models import Model

app = typer.Typer(
    name="quantsync",
    help="Quantum synchronization: do the oscillators of a network lock, how strongly, at which "
    "phase, and how does that relate to entanglement?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(sweep_app)
LISTS = ("models", "measures", "papers")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from quantsync.version import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def reproduce(
    paper: Annotated[
        str | None, typer.Argument(help="Which paper; all of them by default.")
    ] = None,
    figure: Annotated[
        str | None, typer.Argument(help="Which figure; all, and the claims, by default.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("figures"),
    full: Annotated[
        bool, typer.Option("--full", help="The papers' full resolution and sample sizes.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="An option of the figures, such as drive=0.1."
        ),
    ] = None,
) -> None:
    """Compute the figures and claims of the papers.

    Writes each figure as PNG with its data as netCDF, and the table of claims as claims.md.

    Example: quantsync reproduce roulet2018 3 --out figures

    Example: quantsync reproduce vaidya2024 8 --set drive=0.1
    """
    from quantsync.papers.registry import PAPERS, find_figure, find_paper
    from quantsync.papers.reproduce import claims_page, write_figure

    chosen = [find_paper(paper)] if paper else list(PAPERS.values())
    names = {p.name: [find_figure(p, figure)] if figure else list(p.figures) for p in chosen}
    options = assignments(settings, "Option")
    known = sorted({o for p in chosen for name in names[p.name] for o in p.figures[name].options})
    for option in options:
        if option not in known:
            raise unknown_name("option of the chosen figures", option, known)
    for p in chosen:
        for name in names[p.name]:
            start = time.perf_counter()
            own = {k: v for k, v in options.items() if k in p.figures[name].options}
            picture, _ = write_figure(p, name, out / p.name, full, own)
            typer.echo(f"{p.name} {name:9s} {time.perf_counter() - start:6.1f} s  {picture}")
    if figure:
        return

    def summarise(p: object, claims: list) -> None:
        verdicts = [claim.verdict for claim in claims]
        counts = ", ".join(
            f"{verdicts.count(v)} {v}" for v in ("reproduced", "reproduced with", "not reproduced")
        )
        typer.echo(f"{getattr(p, 'name', '')} claims: {counts}")

    page = claims_page(chosen, summarise)
    out.mkdir(parents=True, exist_ok=True)
    target = out / "claims.md"
    target.write_text(page, encoding="utf-8")
    typer.echo(f"claims table: {target}")


@app.command()
def compute(
    model: Annotated[str, typer.Argument(help="The model; see: quantsync list models.")],
    parameters: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="Parameters; the others have defaults."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure", "-m", metavar="NAME[,NAME]", help="Measures; see: quantsync list measures."
        ),
    ] = None,
) -> None:
    """Take measures of a model at one point; prints JSON.

    Example: quantsync compute spin_pair epsilon=0.1 detuning=0.5 -m synchronization,locked_phase

    Example: quantsync compute pseudo_boson_pair variant=lab time=100 -m S_q,S_q_product

    Beside "measures" stand the model, all parameters, the units, the certificates of the solution
    and the version. Complex values are
    [real, imaginary]; infinite ones "Infinity" and undefined ones, such as the locked phase where
    no phase is preferred, null, with a word in "notes".
    """
    from quantsync.catalogue.measures import measures_of
    from quantsync.catalogue.models import Model
    from quantsync.sweeps.compute import computed
    from quantsync.version import __version__

    chosen = Model.of(model)
    values = assignments(parameters, texts=chosen.text_parameters)
    names = [name.strip() for text in measure or [] for name in text.split(",") if name.strip()]
    if not names:
        raise InvalidArgumentError("Name at least one measure, as in --measure synchronization.")
    found, certificates = computed(chosen, values, names)
    known = measures_of(chosen.systems)
    defaults = {n: p.default for n, p in chosen.parameters.items() if not p.is_required}
    output = {
        "model": chosen.name,
        "parameters": defaults | values,
        "measures": {name: _json_value(value) for name, value in found.items()},
        "units": {name: known[name].units for name in found},
        "notes": {name: note for name, value in found.items() if (note := _note(value))},
        "certificates": certificates,
        "version": __version__,
    }
    typer.echo(json.dumps(output, indent=2, allow_nan=False))


def _json_value(value: Any) -> Any:
    """A number as JSON knows it, which has neither complex numbers nor infinities."""
    if isinstance(value, list):
        return [_json_value(entry) for entry in value]
    if isinstance(value, complex):
        return [_json_value(value.real), _json_value(value.imag)]
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _note(value: Any) -> str:
    """What a null or an infinity stands for; empty for numbers."""
    text = json.dumps(_json_value(value))
    notes = {"null": "null where it is undefined", "Infinity": "an infinite limit"}
    return "; ".join(note for word, note in notes.items() if word in text)


@app.command(name="list")
def list_(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[models|measures|papers]",
            help="All by default; or the name of a model or a paper alone.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Argument(help="One model, its measures, or one paper; all by default.")
    ] = None,
) -> None:
    """Show what there is: models with their parameters, measures, papers with their figures.

    Example: quantsync list circuit_qed

    Example: quantsync list measures circuit_qed
    """
    from quantsync.catalogue.models import MODELS, Model
    from quantsync.papers.registry import PAPERS, find_paper

    if name is None and (what in MODELS or what in PAPERS):
        what, name = ("papers" if what in PAPERS else None), what
    elif what is not None and what not in LISTS:
        raise unknown_name("list, model or paper", what, [*LISTS, *MODELS, *PAPERS])
    console = Console(soft_wrap=False, highlight=False)
    if what in (None, "models", "measures"):
        models = [Model.of(name)] if name else [Model(function) for function in MODELS.values()]
        if what != "measures":
            _list_models(console, models)
        if what != "models":
            _list_measures(console, models, whole=not name)
    if what == "papers" or (what is None and name is None):
        _list_papers(console, [find_paper(name)] if name else list(PAPERS.values()))


def _list_models(console: Console, models: list[Model]) -> None:
    for model in models:
        table = _table(f"{model.name}: {model.summary}", "parameter", "default", "unit", "meaning")
        for parameter in model.parameters.values():
            table.add_row(
                parameter.name,
                parameter.shown_default,
                parameter.unit,
                escape(parameter.description),
            )
        console.print(table)


def _list_measures(console: Console, models: list[Model], whole: bool) -> None:
    from quantsync.catalogue.measures import MEASURES_OF_KIND, measures_of

    tables = (
        {f"Measures of {kind}s": own for kind, own in MEASURES_OF_KIND.items()} if whole else {}
    )
    for model in models:
        systems = model.systems
        if not whole:
            tables[f"Measures of {model.name}"] = measures_of(systems)
        elif systems.measures:
            further = "Further measures" if systems.kind in MEASURES_OF_KIND else "Measures"
            tables[f"{further} of {model.name}"] = systems.measures
    for title, measures in tables.items():
        table = _table(title, "name", "unit", "meaning")
        for measure in measures.values():
            table.add_row(measure.name, measure.units, escape(measure.long_name))
        console.print(table)


def _list_papers(console: Console, papers: list[Any]) -> None:
    for paper in papers:
        table = _table(f"{paper.name}: {paper.citation}", "figure", "shows")
        for name, figure in paper.figures.items():
            table.add_row(name, figure.title)
        console.print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=column != columns[-1], header_style="bold")
    return table


def main() -> None:
    """Run the command line; a user's mistake gives one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know ASCII only
    try:
        app()
    except QuantsyncError as error:
        print(f"quantsync: {error}", file=sys.stderr)
        sys.exit(2)
    except MemoryError as error:
        print(f"quantsync: out of memory: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"quantsync: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("quantsync: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
