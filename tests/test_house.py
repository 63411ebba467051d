"""The order of the house, read from the source: who may import whom, and no circles."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT

SOURCE = ROOT / "src" / "quantsync"

# From the ground up: a part may import from its own line and from those above it in this list.
LAYERS = [
    {"errors", "version", "lazy"},
    {"arrays", "checks", "memory", "parallel", "qobj", "random_numbers", "semigroups"},
    {"html", "plotting"},
    {"operators", "states", "system"},
    {"batched", "runs"},
    {"search", "time_series"},
    {"gaussian"},
    {"lindblad", "meanfield"},
    {"measures", "evolution"},
    {"models"},
    {"catalogue"},
    {"sweeps"},
    {"papers"},
    {"explorer"},
    {"command_line"},
]
# Parts of one line that do not know each other.
STRANGERS = [{"lindblad", "meanfield"}, {"search", "time_series"}, {"measures", "evolution"}]


def module_name(path: Path) -> str:
    parts = ("quantsync", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in SOURCE.rglob("*.py")}


def imports(tree: ast.AST, module: str) -> Iterator[str]:
    """Modules of the package that a module imports anywhere, but for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} has a relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in MODULES:
                    yield whole
                elif node.module in MODULES:
                    yield node.module
        yield from imports(node, module)


GRAPH = {
    name: set(imports(ast.parse(path.read_text(encoding="utf-8")), name))
    for name, path in MODULES.items()
}


def part(module: str) -> str:
    return module.removeprefix("quantsync.").split(".")[0]


def layer(module: str) -> int:
    found = [k for k, parts in enumerate(LAYERS) if part(module) in parts]
    assert found, f"{module} has no place in LAYERS: say where it stands"
    return found[0]


FACES = {"quantsync", "quantsync.__main__"}  # they hand everything on


@pytest.mark.parametrize("module", sorted(set(MODULES) - FACES))
def test_data_flows_one_way(module):
    for other in GRAPH[module] - FACES:
        assert layer(other) <= layer(module), f"{module} imports {other} from further down"
        if part(other) != part(module):
            both = {part(module), part(other)}
            assert both not in STRANGERS, f"{module} and {other} should not know each other"


def test_nothing_inside_imports_the_face():
    for module in set(MODULES) - FACES:
        assert "quantsync" not in GRAPH[module], f"{module} imports from quantsync itself"


def test_there_is_no_circle():
    # A face that only hands names on ties nobody.
    graph = {m: GRAPH[m] if MODULES[m].name != "__init__.py" else set() for m in MODULES}
    done: set[str] = set()

    def visit(module, trail):
        if module in trail:
            pytest.fail("circle: " + " -> ".join([*trail[trail.index(module) :], module]))
        if module not in done:
            for other in graph[module]:
                visit(other, [*trail, module])
            done.add(module)

    for module in graph:
        visit(module, [])


def test_a_private_module_is_imported_by_its_own_part_only():
    for module, others in GRAPH.items():
        for other in others:
            if any(name.startswith("_") and name != "__main__" for name in other.split(".")):
                assert part(module) == part(other), f"{module} imports the private {other}"


# The classes of the formalisms, which sweeps do not tell apart: they know the protocol.
FORMALISMS = {"quantsync.gaussian", "quantsync.lindblad", "quantsync.meanfield", "quantsync.models"}
# Ensembles are about perturbed states by their very definition.
ABOUT_STATES = {"quantsync.sweeps.ensemble", "quantsync.sweeps._samples"}


def test_sweeps_know_no_formalism():
    for module in set(MODULES) - ABOUT_STATES:
        if part(module) == "sweeps":
            known = {o for o in GRAPH[module] if f"quantsync.{part(o)}" in FORMALISMS}
            assert not known, f"{module} knows {', '.join(sorted(known))}"


@pytest.mark.parametrize("face", sorted(p.relative_to(SOURCE) for p in SOURCE.rglob("__init__.py")))
def test_a_face_defines_nothing(face):
    if face == Path("__init__.py"):
        return
    for node in ast.parse((SOURCE / face).read_text(encoding="utf-8")).body:
        assert not isinstance(node, ast.FunctionDef | ast.ClassDef), f"{face} defines {node.name}"
