"""What there is: models with their parameters, measures, papers, and functions of one's own."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quantsync.catalogue.measures import ADDED_MEASURES, MEASURES_OF_KIND, measures_of
from quantsync.catalogue.models import MODELS, Model
from quantsync.catalogue.references import functions_in, is_reference, load, load_module
from quantsync.papers.registry import PAPERS
from quantsync.system import Measure


def all_models() -> dict[str, Model]:
    """Every model by the name under which it is asked for."""
    return {name: Model(function) for name, function in MODELS.usable().items()}


def systems_of(model: Model) -> Any:
    """The class of a model's systems, or one of them; None where that is not known."""
    if model.is_registered:
        return model.systems
    if any(parameter.is_required for parameter in model.parameters.values()):
        return None
    try:
        return model()
    except Exception:  # whatever a function of one's own raises
        return None


def named_measures(model: Model) -> dict[str, Any]:
    """The measures that a model's systems have by name, as far as that is known."""
    systems = systems_of(model)
    return {} if systems is None else measures_of(systems)


def show_overview() -> None:
    """What there is, on a screen: a line a model, numbers of the rest, and how to go on."""
    models, papers = all_models(), PAPERS.usable()
    width = max(map(len, models))
    columns = min(shutil.get_terminal_size().columns, 100)
    lines = ["Models:"]
    for name, model in models.items():
        line = f"  {name:{width}}  {model.summary}"
        lines.append(line if len(line) <= columns else line[: columns - 3].rstrip() + "...")
    known = {name for model in models.values() if model.is_registered
             for name in named_measures(model)}  # fmt: skip
    lines += [
        f"Measures: {len(known | {*ADDED_MEASURES.usable()})}, such as synchronization and "
        "negativity",
        f"Papers:   {', '.join(papers)}",
        "",
        "quantsync list MODEL      its parameters and measures, also of mymodule:mymodel",
        "quantsync list measures   every measure (also: models, papers, claims)",
        "quantsync compute MODEL NAME=VALUE... -m MEASURE",
    ]
    print("\n".join(lines))


def show_models(models: Mapping[str, Model]) -> None:
    """The parameters of models."""
    for name, model in models.items():
        columns = ("parameter", "default", "range", "unit", "meaning")
        table = _table(f"{name}: {model.summary}", *columns)
        for parameter in model.parameters.values():
            table.add_row(
                parameter.name,
                escape(parameter.shown_default),
                str(parameter.range or ""),
                escape(parameter.unit),
                escape(parameter.description),
            )
        _print(table)


def show_measures(models: Mapping[str, Model], whole: bool) -> None:
    """The measures of models; those that many have only once if it is about the whole of them."""
    tables: dict[str, Mapping[str, Any]] = {}
    if whole:
        tables |= {f"Measures of {kind}s": own for kind, own in MEASURES_OF_KIND.items()}
    for name, model in models.items():
        systems = systems_of(model)
        if systems is None:
            continue
        if not whole:
            tables[f"Measures of {name}"] = measures_of(systems)
        elif systems.measures:
            further = "Further measures" if systems.kind in MEASURES_OF_KIND else "Measures"
            tables[f"{further} of {name}"] = systems.measures
    if whole and (added := ADDED_MEASURES.usable()):
        tables["Measures of installed packages"] = added
    for title, measures in tables.items():
        _show_table_of_measures(title, measures)


def show_papers(papers: Mapping[str, Any]) -> None:
    """The figures of papers."""
    for paper in papers.values():
        table = _table(f"{paper.name}: {paper.citation}", "figure", "shows")
        for name, figure in paper.figures.items():
            table.add_row(name, escape(figure.title))
        _print(table)


def show_claims(papers: Mapping[str, Any]) -> None:
    """What papers claim; what comes of it is computed by `quantsync reproduce`."""
    for paper in papers.values():
        table = _table(f"{paper.name}: {paper.citation}", "claim", "where, and what it says")
        for one in paper.statements.values():
            said = one.quotation or one.statement
            table.add_row(one.id.rpartition("-")[2], escape(f"{one.where}\n{said}"))
        _print(table)


def claims_as_data(papers: Mapping[str, Any]) -> Any:
    """What `show_claims` shows, for other programs."""
    return {
        "claims": [
            {
                "id": one.id,
                "paper": paper.name,
                "where": one.where,
                "quotation": one.quotation,
                "statement": one.statement,
                "printed": one.printed,
            }
            for paper in papers.values()
            for one in paper.statements.values()
        ]
    }


def show_own(text: str) -> None:
    """A function of one's own, or what there is in a module of one's own."""
    if not is_reference(text):
        functions, measures = _contents(text)
        table = _table(f"{text}", "function", "parameters", "meaning")
        for name, function in functions.items():
            names = ", ".join(Model(function).parameters)
            table.add_row(name, escape(names), escape(Model(function).summary))
        if functions:
            _print(table)
        if measures:
            _show_table_of_measures(f"Measures of {text}", measures)
        if not functions and not measures:
            print(f"{text} defines no functions and no measures.")
        return
    value = load(text)
    if isinstance(value, Measure):
        _show_table_of_measures(text, {value.name: value})
    else:
        model = {text: Model.of(value)}
        show_models(model)
        show_measures(model, whole=False)


def as_data(models: Mapping[str, Model], measures: bool, papers: Mapping[str, Any]) -> Any:
    """The lists for other programs: see docs/command_line.md."""
    found: dict[str, Any] = {}
    if models:
        found["models"] = {name: _model_data(model) for name, model in models.items()}
    if measures:
        tables = [named_measures(m) for m in models.values() or map(Model, MODELS.own.values())]
        every = {name: one for table in tables for name, one in table.items()}
        found["measures"] = _measure_data(every | ADDED_MEASURES.usable())
    if papers:
        found["papers"] = {
            name: {
                "citation": paper.citation,
                "figures": {key: figure.title for key, figure in paper.figures.items()},
            }
            for name, paper in papers.items()
        }
    return found


def own_as_data(text: str) -> Any:
    """What `show_own` shows, for other programs."""
    if not is_reference(text):
        functions, measures = _contents(text)
    else:
        value = load(text)
        is_measure = isinstance(value, Measure)
        measures = {value.name: value} if is_measure else named_measures(Model.of(value))
        functions = {} if is_measure else {text: value}
    models = {
        name: _model_data(Model(function), called=is_reference(text))
        for name, function in functions.items()
    }
    return {"models": models, "measures": _measure_data(measures)}


def _contents(text: str) -> tuple[dict[str, Any], dict[str, Measure]]:
    """Functions and measures of a module."""
    found = functions_in(load_module(text))
    measures = {name: value for name, value in found.items() if isinstance(value, Measure)}
    return {name: value for name, value in found.items() if name not in measures}, measures


def _model_data(model: Model, called: bool = True) -> Any:
    return {
        "summary": model.summary,
        "parameters": {
            name: {
                "default": None if p.is_required else _plain(p.default),
                "required": p.is_required,
                "kind": p.kind,
                "choices": list(p.choices),
                "bounds": list(p.bounds),
                "range": None if p.range is None else list(p.range),
                "unit": p.unit,
                "description": p.description,
            }
            for name, p in model.parameters.items()
        },
        # Functions of a module may be anything; they are not called to see what they return.
        "measures": list(named_measures(model)) if called else [],
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | None) else str(value)


def _measure_data(measures: Mapping[str, Any]) -> Any:
    return {
        name: {"unit": getattr(m, "units", ""), "description": _meaning(m)}
        for name, m in measures.items()
    }


def _meaning(measure: Any) -> str:
    if isinstance(measure, Measure):
        return measure.long_name
    return (inspect.getdoc(measure) or "").partition("\n")[0]


def _show_table_of_measures(title: str, measures: Mapping[str, Any]) -> None:
    table = _table(title, "name", "unit", "meaning")
    for name, measure in measures.items():
        table.add_row(name, escape(getattr(measure, "units", "")), escape(_meaning(measure)))
    _print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=escape(title), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for column in columns:
        wrapped = column == columns[-1]
        table.add_column(column, no_wrap=not wrapped, overflow="fold", header_style="bold")
    return table


def _print(table: Table) -> None:
    Console(soft_wrap=False, highlight=False).print(table)
