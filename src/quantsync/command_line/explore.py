"""`quantsync explore`: maps of a model in the browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import typer

from quantsync.command_line.assignments import assignments, names_in
from quantsync.command_line.completion import complete_measure, complete_model, complete_parameter
from quantsync.command_line.messages import plain_warnings
from quantsync.command_line.sweep import termination_as_interrupt
from quantsync.errors import InvalidArgumentError

PATIENCE = 1.0  # seconds that work has to end in


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
    link: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="A link copied from the page, whose view is shown first."
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODULE|FILE.py",
            help="Python code whose functions a stored sweep may name; may be given several times. "
            "It is run: allow what you trust.",
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
    from quantsync.explorer.maps import all_ended
    from quantsync.explorer.server import require_panel, serve

    require_panel()

    def announce(address: str) -> None:
        print(address, flush=True)
        print("quantsync: Ctrl-C ends the explorer.", file=sys.stderr, flush=True)

    with plain_warnings(UserWarning), termination_as_interrupt():
        make = _make(model, parameters or [], names_in(measure), allow or [])
        serve(
            make,
            port=port,
            open_browser=browser,
            query=dict(parse_qsl(urlsplit(link or "").query)),
            title=f"{Path(model).name} – quantsync",
            announce=announce,
            warm=make.warm,
        )
    # Threads in the middle of compiled code do not survive the end of Python; it would abort aloud.
    if not all_ended(PATIENCE):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _make(model: str, parameters: list[str], names: list[str], allow: list[str]) -> Any:
    """What makes the page of a model, or of a store; its arguments are checked."""
    from quantsync.command_line import computing
    from quantsync.explorer.opening import page_maker
    from quantsync.explorer.stored import is_store

    measures = computing.found_measures(names)
    if is_store(model):
        named = [text.partition("=")[0].strip() for text in parameters]
        return page_maker(model, assignments(parameters, either=named), measures, allowed=allow)
    if allow:
        raise InvalidArgumentError(
            "--allow is for a stored sweep; a function that is named is run."
        )
    chosen = computing.found_model(model)
    open_ones = [n for n, p in chosen.parameters.items() if p.is_open and not chosen.is_registered]
    values = assignments(parameters, texts=chosen.text_parameters, either=open_ones)
    return page_maker(chosen, values, measures)
