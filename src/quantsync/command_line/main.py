"""The command line: `quantsync reproduce | compute | list | sweep | explore`."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from quantsync.command_line.assignments import assignments, names_in
from quantsync.command_line.completion import (
    complete_claim,
    complete_figure,
    complete_in_list,
    complete_listed,
    complete_measure,
    complete_model,
    complete_paper,
    complete_parameter,
)
from quantsync.command_line.explore import explore
from quantsync.command_line.messages import SOME_FAILED, STANDARD, plain_warnings
from quantsync.command_line.sweep import app as sweep_app
from quantsync.command_line.sweep import termination_as_interrupt
from quantsync.errors import InvalidArgumentError, QuantsyncError, unknown_name

app = typer.Typer(
    name="quantsync",
    help="Quantum synchronization: do the oscillators of a network lock, how strongly, at which "
    "phase, and how does that relate to entanglement?",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(sweep_app)
app.command()(explore)
LISTS = ("models", "measures", "papers", "claims")
FIGURES = Path("figures")


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
        str | None,
        typer.Argument(help="Which paper; all of them by default.", autocompletion=complete_paper),
    ] = None,
    figure: Annotated[
        str | None,
        typer.Argument(
            help="Which figure; all, and the claims, by default.", autocompletion=complete_figure
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = FIGURES,
    full: Annotated[
        bool, typer.Option("--full", help="The papers' full resolution and sample sizes.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="An option of the figures, such as drive=0.1."
        ),
    ] = None,
    claim: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Compute this claim alone and print it, such as C7 or roulet2018-C7.",
            autocompletion=complete_claim,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the claim as JSON.")] = False,
    formats: Annotated[
        str, typer.Option("--format", help="Formats of the pictures: png, svg, pdf, or several.")
    ] = "png",
) -> None:
    """Compute the figures and claims of the papers.

    Writes each figure with its data as netCDF, a page per paper, and all claims as claims.md and
    claims.json. What their classes mean is said in claims.md.

    Example: quantsync reproduce roulet2018 3 --out figures --format png,pdf

    Example: quantsync reproduce roulet2018 --claim C7

    Example: quantsync reproduce vaidya2024 8 --set drive=0.1
    """
    from quantsync.papers.registry import PAPERS, find_figure, find_paper
    from quantsync.papers.reproduce import FORMATS, Task
    from quantsync.papers.reproduce import reproduce as write

    chosen_formats = [name.strip().lower() for name in formats.split(",")]
    for name in chosen_formats:
        if name not in FORMATS:
            raise unknown_name("format", name, FORMATS)
    if claim is not None:
        if figure or settings or out != FIGURES or chosen_formats != ["png"]:
            raise InvalidArgumentError(
                "--claim computes no figure and writes no file; leave FIGURE, --set, --out and "
                "--format away."
            )
        if not paper and "-" not in claim:
            raise InvalidArgumentError(f"Name the paper of {claim} too, as in roulet2018-C7.")
        _print_claim(find_paper(paper or claim.rpartition("-")[0]), claim, full, as_json)
        return
    if as_json:
        raise InvalidArgumentError("--json goes with --claim; the whole run writes claims.json.")
    chosen = [find_paper(paper)] if paper else list(PAPERS.usable().values())
    names = {p.name: [find_figure(p, figure)] if figure else list(p.figures) for p in chosen}
    options = assignments(settings, "Option")
    known = sorted({o for p in chosen for name in names[p.name] for o in p.figures[name].options})
    for option in options:
        if option not in known:
            raise unknown_name("option of the chosen figures", option, known)
    tasks = [Task(p.name, tuple(names[p.name]), options, claims=not figure) for p in chosen]
    with termination_as_interrupt():
        write(tasks, out, full, chosen_formats)


def _print_claim(paper: Any, number: str, full: bool, as_json: bool) -> None:
    """Compute one claim and print it as its page does, or as JSON."""
    from quantsync.papers.pages import row
    from quantsync.papers.record import claim_record

    (found,) = paper.claims(number, full)
    if as_json:
        _print_json(claim_record(found, paper))
    else:
        typer.echo(row(found, paper))


@app.command()
def compute(
    model: Annotated[
        str,
        typer.Argument(
            help="The model, or a function of yours as mymodule:function or file.py:function; see: "
            "quantsync list models.",
            autocompletion=complete_model,
        ),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=VALUE]... [-]",
            help="Parameters; the others have defaults. With -, a point per line of "
            "standard input.",
            autocompletion=complete_parameter,
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            "-m",
            metavar="NAME[,NAME]",
            help="Measures, or functions of yours; see: quantsync list measures.",
            autocompletion=complete_measure,
        ),
    ] = None,
) -> None:
    """Take measures of a model at one point; prints JSON.

    Example: quantsync compute spin_pair epsilon=0.1 detuning=0.5 -m synchronization,locked_phase

    Example: quantsync compute mymodule:mymodel drive=0.1 -m purity,mymodule:mymeasure

    Example: cat points.jsonl | quantsync compute spin_pair gain_a=20 - -m synchronization

    Beside "measures" stand the model, all parameters, the units, the certificates of the solution
    and the version. Complex values are
    [real, imaginary]; infinite ones "Infinity" and undefined ones, such as the locked phase where
    no phase is preferred, null, with a word in "notes".

    With - every line of standard input is a JSON object of parameters, as {"epsilon": 0.1}, and
    every line printed the answer, or {"line": 3, "error": ...}; the exit code is 3 if there are
    such.
    """
    from quantsync.command_line import computing

    chosen = computing.found_model(model)
    many = STANDARD in (parameters or [])
    given = [text for text in parameters or [] if text != STANDARD]
    open_ones = [n for n, p in chosen.parameters.items() if p.is_open and not chosen.is_registered]
    values = assignments(given, texts=chosen.text_parameters, either=open_ones)
    names = names_in(measure)
    if not names:
        raise InvalidArgumentError("Name at least one measure, as in --measure synchronization.")
    measures = computing.found_measures(names)
    with plain_warnings(UserWarning):
        if not many:
            _print_json(computing.point(chosen, model, values, measures))
            return
        computing.require_measures(chosen, measures)
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        whole = True
        for line, good in computing.points(sys.stdin, chosen, model, values, measures):
            print(line, flush=True)
            whole = whole and good
    if not whole:
        raise typer.Exit(SOME_FAILED)


@app.command(name="list")
def list_(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[models|measures|papers|claims|NAME]",
            help="A list, or one model or paper, or a module or function of yours as mymodule or "
            "mymodule:function; an overview by default.",
            autocompletion=complete_listed,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Argument(
            help="One model or one paper; all by default.", autocompletion=complete_in_list
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what there is: models with parameters, measures, papers with figures, claims.

    Example: quantsync list circuit_qed

    Example: quantsync list measures circuit_qed

    Example: quantsync list claims roulet2018

    Example: quantsync list mymodule:mymodel
    """
    from quantsync.catalogue.models import MODELS
    from quantsync.catalogue.references import is_module, is_reference
    from quantsync.command_line import listing
    from quantsync.command_line.computing import found_model
    from quantsync.papers.registry import PAPERS, find_paper

    with plain_warnings(UserWarning):
        if name is None and (what in MODELS or what in PAPERS):
            what, name = ("papers" if what in PAPERS else None), what
        elif what is not None and what not in LISTS:
            if not is_reference(what) and not is_module(what):
                raise unknown_name("list, model or paper", what, [*LISTS, *MODELS, *PAPERS])
            if as_json:
                _print_json(listing.own_as_data(what))
            else:
                listing.show_own(what)
            return
        if what is None and name is None and not as_json:
            listing.show_overview()
            return
        if what == "claims":
            papers = {name: find_paper(name)} if name else PAPERS.usable()
            if as_json:
                _print_json(listing.claims_as_data(papers))
            else:
                listing.show_claims(papers)
            return
        about_models, about_papers = what in (None, "models", "measures"), what in (None, "papers")
        models = {}
        if about_models:
            models = {name: found_model(name)} if name else listing.all_models()
        papers = {}
        if about_papers and (what is not None or name is None):
            papers = {name: find_paper(name)} if name else PAPERS.usable()
        if as_json:
            shown = {} if what == "measures" and not name else models
            measures = about_models and what != "models"
            _print_json(listing.as_data(shown, measures, papers))
            return
        if what != "measures":
            listing.show_models(models)
        if what in (None, "measures"):
            listing.show_measures(models, whole=not name)
        listing.show_papers(papers)


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2, allow_nan=False))


def main() -> None:
    """Run the command line; a user's mistake gives one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know ASCII only
    try:
        app(prog_name="quantsync")
    except QuantsyncError as error:
        _end(2, _told(error))
    except MemoryError as error:
        _end(1, f"out of memory: {error}")
    except KeyboardInterrupt:
        _end(130, "interrupted")
    except BrokenPipeError:  # whoever reads, as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # of a function of one's own
        message = _told(error)
        if isinstance(error, OSError) and not message:
            _end(1, f"{error.strerror or error}: {error.filename or ''}")
        if not message:
            raise
        _end(2, message)


def _told(error: Exception) -> str:
    """A named error, or one that came through a line of one's own; empty for any other."""
    from quantsync.catalogue.references import own_line, told

    return told(error) if isinstance(error, QuantsyncError) or own_line(error) else ""


def _end(code: int, message: str) -> NoReturn:
    print(f"quantsync: {message}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
