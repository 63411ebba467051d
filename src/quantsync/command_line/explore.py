"""`quantsync explore`: maps of a model in the browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from quantsync.command_line.assignments import assignments, names_in
from quantsync.command_line.completion import complete_measure, complete_model, complete_parameter
from quantsync.command_line.messages import plain_warnings
from quantsync.command_line.sweep import termination_as_interrupt
from quantsync.errors import InvalidArgumentError


def explore(
    model: Annotated[
        str,
        typer.Argument(
            help="The model, a function of yours as mymodule:function or file.py:function, or the "
            "folder of a stored sweep; see: quantsync list models.",
            autocompletion=complete_model,
        ),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=VALUE]...",
            help="Parameters to begin with; the others have defaults.",
            autocompletion=complete_parameter,
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            "-m",
            metavar="NAME[,NAME]",
            help="Measures to begin with, or functions of yours; see: quantsync list measures.",
            autocompletion=complete_measure,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port to listen on; 5007, or a free one, by default.", min=0),
    ] = None,
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help="Whether to open the page in the browser."),
    ] = True,
) -> None:
    """Look at maps of a model in the browser, where sliders move them.

    Example: quantsync explore spin_pair

    Example: quantsync explore spin_pair gain_a=20 -m synchronization,negativity

    Example: quantsync explore mymodule:mymodel -m purity,mymodule:mymeasure

    Example: quantsync explore tongue.zarr

    Prints the address of the page, which this machine alone can open, and serves it until Ctrl-C.
    Whoever has the address can use the page; each start has a new one.
    """
    from quantsync.explore.server import require_panel, serve

    require_panel()

    def announce(address: str) -> None:
        print(address, flush=True)
        print("quantsync: Ctrl-C ends the explorer.", file=sys.stderr, flush=True)

    with plain_warnings(UserWarning), termination_as_interrupt():
        make = _make(model, parameters or [], names_in(measure))
        serve(
            make,
            port=port,
            open_browser=browser,
            title=f"{Path(model).name} – quantsync",
            announce=announce,
        )


def _make(model: str, parameters: list[str], names: list[str]) -> Any:
    """What makes the page of a model, or of a store; its arguments are checked."""
    from quantsync.catalogue.models import MODELS
    from quantsync.command_line import computing

    is_store = Path(model).is_dir() or Path(model).suffix == ".zarr"
    if is_store and model not in MODELS:
        if parameters:
            raise InvalidArgumentError(
                f"{model} is a stored sweep, whose parameters are those it was computed with: "
                f"leave {parameters[0]} away."
            )
        from quantsync.explore.page import page_maker

        return page_maker(Path(model), {}, names)
    chosen = computing.found_model(model)
    open_ones = [n for n, p in chosen.parameters.items() if p.is_open and not chosen.is_registered]
    values = assignments(parameters, texts=chosen.text_parameters, either=open_ones)
    measures = computing.found_measures(names)
    chosen.require_parameters(
        {n for n, p in chosen.parameters.items() if p.is_required} | {*values}
    )
    if measures:
        computing.require_measures(chosen, measures)
    from quantsync.explore.page import page_maker

    return page_maker(chosen, values, measures)
