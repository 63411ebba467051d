"""What the shell offers at the tab key, read from source text: nothing is imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import typer

from quantsync.catalogue.docstrings import described

PACKAGE = Path(__file__).parents[1]


def complete_model(incomplete: str) -> list[str]:
    """Models, and functions of a module of one's own once its colon is there."""
    module, colon, _ = incomplete.rpartition(":")
    if colon:
        names = (f"{module}:{name}" for name in _functions(_own_file(module)))
        return _beginning(incomplete, names)
    return _beginning(incomplete, [*_models(), *_declared("models")])


def complete_parameter(ctx: typer.Context, incomplete: str) -> list[str]:
    """Parameters of the model that is named, but for those given; names that one can take."""
    name, equals, _ = incomplete.partition("=")
    if equals:
        values = _values(str(ctx.params.get("model") or ""), name)
        return _beginning(incomplete, (f"{name}={value}" for value in values))
    given = {str(text).partition("=")[0] for text in ctx.params.get("parameters") or []}
    names = _parameters(str(ctx.params.get("model") or ""))
    return _beginning(incomplete, (f"{name}=" for name in names if name not in given))


def complete_measure(ctx: typer.Context, incomplete: str) -> list[str]:
    """Measures of the model that is named; of several with commas between them the last."""
    before, comma, last = incomplete.rpartition(",")
    module, colon, _ = last.rpartition(":")
    if colon:
        names = [f"{module}:{name}" for name in _functions(_own_file(module))]
    else:
        names = [*_measures(str(ctx.params.get("model") or "")), *_declared("measures")]
    given = before.split(",")
    return [f"{before}{comma}{name}" for name in _beginning(last, names) if name not in given]


def complete_paper(incomplete: str) -> list[str]:
    """Papers."""
    return _beginning(incomplete, [*_papers(), *_declared("papers")])


def complete_figure(ctx: typer.Context, incomplete: str) -> list[str]:
    """Figures of the paper that is named."""
    return _beginning(incomplete, _of_paper(ctx, "figure"))


def complete_claim(ctx: typer.Context, incomplete: str) -> list[str]:
    """Claims of the paper that is named, but for those that have joined others."""
    return _beginning(incomplete, _of_paper(ctx, "claim"))


def complete_listed(incomplete: str) -> list[str]:
    """What `quantsync list` can show."""
    lists = _beginning(incomplete, ("models", "measures", "papers", "claims"))
    return [*lists, *complete_model(incomplete), *complete_paper(incomplete)]


def complete_in_list(ctx: typer.Context, incomplete: str) -> list[str]:
    """The models or papers of the list that is named."""
    if ctx.params.get("what") in ("papers", "claims"):
        return complete_paper(incomplete)
    return complete_model(incomplete)


def _of_paper(ctx: typer.Context, declared: str) -> list[str]:
    """What is declared, as figures are, in the folder of the paper that is named."""
    folder = PACKAGE / "papers" / str(ctx.params.get("paper") or " ")
    return _first_texts(folder.glob("*.py"), (declared,))


def _beginning(start: str, names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(start)]


def _declared(kind: str) -> list[str]:
    """Names that installed packages add, of which only the metadata are read."""
    return [point.name for point in entry_points(group=f"quantsync.{kind}")]


@cache
def _tree(path: Path) -> ast.Module:
    """The source of a file; of nothing if it cannot be read."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.parse("")


def _models() -> dict[str, Path]:
    """The models of the catalogue with their files."""
    tree = _tree(PACKAGE / "catalogue" / "models.py")
    homes = {
        alias.name: PACKAGE.parent / f"{(node.module or '').replace('.', '/')}.py"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            names = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
            return {str(name): homes[str(name)] for name in names}
    return {}


def _papers() -> list[str]:
    return _first_texts([PACKAGE / "papers" / "registry.py"], ("collect",))


def _own_file(module: str) -> Path:
    """The file of a module of one's own, looked for from here."""
    if module.endswith(".py"):
        return Path(module)
    path = Path(module.replace(".", "/"))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _functions(path: Path) -> list[str]:
    """Names of functions and measures that a file defines for others."""
    names = []
    for node in _tree(path).body:
        if isinstance(node, ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign) and _called(node.value) == "Measure":
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]


def _function(model: str) -> ast.FunctionDef | None:
    """The definition of a model of the catalogue, or of a function of one's own."""
    module, colon, name = model.rpartition(":")
    path = _own_file(module) if colon else _models().get(model)
    found = [] if path is None else _tree(path).body
    return next((f for f in found if isinstance(f, ast.FunctionDef) and f.name == name), None)


def _parameters(model: str) -> list[str]:
    function = _function(model)
    if function is None:
        return []
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _values(model: str, name: str) -> tuple[str, ...]:
    """The names that a parameter can take, or what a switch can be."""
    function = _function(model)
    found = described((ast.get_docstring(function) if function else None) or "").get(name)
    if found is None:
        return ()
    return ("true", "false") if found.kind == "switch" else found.choices


def _measures(model: str) -> list[str]:
    """Measures of a model: those of its file and folder, and those of every steady state."""
    tables = [PACKAGE / "catalogue" / f"{kind}_measures.py" for kind in ("state", "spectral")]
    every = _first_texts(tables, inside="table_of")
    path = _models().get(model)
    if path is None:
        return every
    files = [path] if path.parent.name == "models" else sorted(path.parent.glob("*.py"))
    own = [*_shared_measures(files), *_first_texts(files, inside="table_of")]
    function = _function(model)
    returned = "" if function is None or function.returns is None else ast.unparse(function.returns)
    bases = {
        node.name: [ast.unparse(base) for base in node.bases]
        for file in files
        for node in _tree(file).body
        if isinstance(node, ast.ClassDef)
    }
    is_state = "Lindbladian" in (returned, *bases.get(returned, ()))
    return [*every * is_state, *own]


def _shared_measures(files: Iterable[Path]) -> list[str]:
    """Measures that functions of `models._modes` make for a site, with its suffix."""
    shared = _tree(PACKAGE / "models" / "_modes.py").body
    functions = {f.name: f for f in shared if isinstance(f, ast.FunctionDef)}
    found = []
    for call in (call for file in files for call in _calls(_tree(file))):
        if (function := functions.get(_called(call))) is None:
            continue
        names = [argument.arg for argument in function.args.args]
        values = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
        values |= dict(zip(names, call.args, strict=False))
        for table in (node for node in ast.walk(function) if _called(node) == "table_of"):
            parts = [part for part in getattr(table, "args", ()) if isinstance(part, ast.Call)]
            found += [_formatted(part.args[0], values) for part in parts]
    return found


def _formatted(node: ast.expr, values: dict[str, ast.expr]) -> str:
    """A text, in which names stand for other texts."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_formatted(part, values) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _formatted(values[ast.unparse(node.value)], values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _first_texts(
    files: Iterable[Path], functions: Iterable[str] = (), inside: str = ""
) -> list[str]:
    """The texts that come first in calls of functions, or in those that a call is made of."""
    found = []
    for node in (node for file in sorted(files) for node in _calls(_tree(file))):
        if inside and _called(node) == inside:
            found += [_first_text(part) for part in node.args if isinstance(part, ast.Call)]
        elif not inside and _called(node) in functions:
            found.append(_first_text(node))
    return [text for text in found if text]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(node: ast.AST) -> str:
    """The last name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    return ast.unparse(node.func).rpartition(".")[2]


def _first_text(node: ast.Call) -> str:
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
