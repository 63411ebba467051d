"""What a store remembers of a function is the function that ran, not a text of that name."""

import ast
import functools
import importlib.util
import linecache
import sys
import types
import warnings

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import SourceChangedWarning, StoreMismatchError
from quantsync.sweeps.store._source_text import shape_of, text_of_function
from quantsync.sweeps.store.fingerprints import fingerprint

PYTHON = f" of Python {sys.version_info[0]}.{sys.version_info[1]}"
MODEL = """
import quantsync as qs

def model(drive=0.1):
    space = qs.Space(A=qs.Spin(1))
    a = space["A"]
    jumps = [(0.5, a.plus @ a.z), (0.5, a.minus @ a.z)]
    return qs.Lindbladian(space, [(FACTOR * drive, a.y)], jumps)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module and imports it, as a new process would."""
    count = iter(range(100))

    def imported(text, name="mine"):
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        # A file's time has the grain of the file system; the size tells texts apart as well.
        linecache.cache.pop(str(path), None)
        spec = importlib.util.spec_from_file_location(name, path)
        found = types.ModuleType(name)
        found.__file__ = str(path)
        monkeypatch.setitem(sys.modules, name, found)
        exec(compile(text, spec.origin, "exec"), vars(found))
        return found

    def edited(text, name="mine"):
        (tmp_path / f"{name}.py").write_text(text + "\n" * (1 + next(count)))

    imported.edited = edited
    return imported


def swept(model, path=None):
    found = qs.sweep(model, {"drive": [0.1, 0.2]}, "purity", store=path, progress=False)
    return found.purity.values


def test_a_file_that_was_edited_after_its_import_is_not_what_ran(module, tmp_path):
    weak, strong = MODEL.replace("FACTOR", "1.0"), MODEL.replace("FACTOR", "3.0")
    mine = module(weak)
    module.edited(strong)
    with pytest.warns(SourceChangedWarning, match="file of model does not hold the code that runs"):
        kept = swept(mine.model, tmp_path / "m")
    assert fingerprint(mine.model).endswith(PYTHON)
    np.testing.assert_allclose(kept, swept(mine.model), rtol=1e-12)
    new = module(strong)
    with pytest.raises(StoreMismatchError, match=f"source of model model: .*{PYTHON} in the store"):
        swept(new.model, tmp_path / "m")
    assert abs(swept(new.model) - kept).min() > 0.05  # other numbers indeed
    np.testing.assert_array_equal(swept(new.model, tmp_path / "n"), swept(new.model))


def test_what_was_known_before_the_edit_stays_known(module, tmp_path):
    mine = module(MODEL.replace("FACTOR", "1.0"))
    kept = swept(mine.model, tmp_path / "m")
    module.edited(MODEL.replace("FACTOR", "3.0"))
    np.testing.assert_array_equal(swept(mine.model, tmp_path / "m"), kept)
    again = module("\n\n# moved down\n" + MODEL.replace("FACTOR", "1.0"))
    np.testing.assert_array_equal(swept(again.model, tmp_path / "m"), kept)


def test_a_constant_of_a_module_that_was_edited_is_the_one_that_ran(module):
    text = "FACTOR = 1.0\n\ndef model(x):\n    return FACTOR * x\n"
    mine = module(text)
    before = fingerprint(mine.model)
    module.edited(text.replace("1.0", "3.0"))
    assert fingerprint(mine.model) == before
    mine.FACTOR = 3.0
    assert fingerprint(mine.model) == fingerprint(module(text.replace("1.0", "3.0")).model)
    assert fingerprint(mine.model) != before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(x):\n    return x", '# moved\n\n\ndef f(x):\n    """Says so."""\n    return (x)'),
        ("def f(x): return x", "def f(x): return x\n\ndef g(x): return -x"),
    ],
)
def test_layout_comments_and_docstrings_do_not_count(module, before, after):
    same = fingerprint(module(before).f)
    assert same == fingerprint(module(after).f)
    assert PYTHON not in same


def test_a_docstring_that_was_edited_is_no_change(module):
    mine = module('def f(x):\n    """Says so."""\n    return x\n')
    module.edited('def f(x):\n    """Says it better."""\n    return x\n')
    told = []
    assert PYTHON not in fingerprint(mine.f, told.append)
    assert not told


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Classes: methods, what these name, bases, constants.
        (
            "K = 1\nclass A:\n    def __call__(self, x): return K * x\nf = A()",
            "K = 2\nclass A:\n    def __call__(self, x): return K * x\nf = A()",
        ),
        (
            "class B:\n    def __call__(self, x): return x\nclass A(B): pass\nf = A()",
            "class B:\n    def __call__(self, x): return -x\nclass A(B): pass\nf = A()",
        ),
        (
            "class A:\n    table = {1: 2}\n    def __call__(self, x): return self.table\nf = A()",
            "class A:\n    table = {1: 3}\n    def __call__(self, x): return self.table\nf = A()",
        ),
        (
            "class A:\n    @staticmethod\n    def run(x): return x\ndef f(x): return A.run(x)",
            "class A:\n    @staticmethod\n    def run(x): return -x\ndef f(x): return A.run(x)",
        ),
        (
            "class A:\n    def run(self, x): return x\nf = A().run",
            "class A:\n    def run(self, x): return -x\nf = A().run",
        ),
        # Functions around, within and beside it.
        (
            "import functools\ndef wrap(g):\n    @functools.wraps(g)\n"
            "    def inner(x): return g(x)\n    return inner\n@wrap\ndef f(x): return x",
            "import functools\ndef wrap(g):\n    @functools.wraps(g)\n"
            "    def inner(x): return -g(x)\n    return inner\n@wrap\ndef f(x): return x",
        ),
        (
            "def outer(k):\n    def inner(x): return k * x\n    return inner\nf = outer(1)",
            "def outer(k):\n    def inner(x): return k * x\n    return inner\nf = outer(2)",
        ),
        (
            "import functools\ndef g(k, x): return k * x\nf = functools.partial(g, 1)",
            "import functools\ndef g(k, x): return -k * x\nf = functools.partial(g, 1)",
        ),
        ("f = {1: 2}.get", "f = {1: 3}.get"),
        ("def g(x): return h(x)\ndef h(x): return x\ndef f(x): return g(x)",
         "def g(x): return h(x)\ndef h(x): return -x\ndef f(x): return g(x)"),
        ("f, g = lambda x: x, lambda x: -x", "g, f = lambda x: x, lambda x: -x"),
        ("f = (lambda: lambda x: x + 1)()", "f = (lambda: lambda x: x + 2)()"),
        ("def f(x): return x * 0.0", "def f(x): return x * -0.0"),
        ("def f(x): return x * 1", "def f(x): return x * 1.0"),
    ],
)  # fmt: skip
def test_what_it_does_is_in_the_fingerprint(module, first, second):
    one = fingerprint(module(first).f)
    assert fingerprint(module(first).f) == one
    assert PYTHON not in one
    assert fingerprint(module(second).f) != one
    # And when the file says something else than what was imported.
    for new, old in ((first, second), (second, first)):
        mine = module(new + "\n#\n")
        module.edited(old)
        assert fingerprint(mine.f) != fingerprint(module(old).f)


def test_what_another_module_of_ones_own_holds_is_followed(module):
    use = "import helpers\ndef f(x): return helpers.scaled(x) + helpers.OFFSET"
    found = set()
    for factor, offset in ((1, 1), (2, 1), (1, 2)):
        module(f"OFFSET = {offset}\ndef scaled(x): return {factor} * x", "helpers")
        found.add(fingerprint(module(use).f))
    assert len(found) == 3


def test_a_class_that_was_edited_after_its_import_is_told(module):
    text = "class A:\n    k = 1\n    def __call__(self, x): return self.k * x\n"
    for old, new in (("self.k * x", "x"), ("k = 1", "k = 2")):
        mine = module(text + f"# {old}")
        module.edited(text.replace(old, new))
        assert fingerprint(mine.A()) != fingerprint(module(text.replace(old, new)).A())


def test_names_that_belong_to_many_texts_are_no_source():
    first, second = {}, {}
    linecache.cache["<several>"] = (9, None, ["def f(x): return x"], "<several>")
    try:
        exec(compile("def f(x): return x", "<several>", "exec"), first)
        exec(compile("def f(x): return -x", "<several>", "exec"), second)
        assert PYTHON not in fingerprint(first["f"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert fingerprint(second["f"]).endswith(PYTHON)
        assert fingerprint(first["f"]) != fingerprint(second["f"])
    finally:
        del linecache.cache["<several>"]


def test_the_text_is_the_same_in_every_python():
    text = "def f(x, *, y=(1,), **z):\n    'doc'\n    return f'{x!r:>{y}}' if x[1:, ...] else 1e-3"
    assert shape_of(ast.parse(text)) == (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x')], "
        "kwonlyargs=[arg(arg='y')], kw_defaults=[Tuple(elts=[int 1], ctx=Load())], "
        "kwarg=arg(arg='z')), body=[Return(value=IfExp(test=Subscript(value=Name(id='x', "
        "ctx=Load()), slice=Tuple(elts=[Slice(lower=int 1), ellipsis Ellipsis], ctx=Load()), "
        "ctx=Load()), body=JoinedStr(values=[FormattedValue(value=Name(id='x', ctx=Load()), "
        "conversion=114, format_spec=JoinedStr(values=[str '>', FormattedValue(value=Name("
        "id='y', ctx=Load()), conversion=-1)]))]), orelse=float 0.001))])])"
    )


def test_models_and_measures_of_the_catalogue_have_a_text():
    from quantsync.catalogue.measures import measures_of
    from quantsync.catalogue.models import MODELS, Model

    found = {}
    for name, model in MODELS.items():
        found[name] = fingerprint(model)
        measures = measures_of(Model(model).systems)
        found |= {(name, key): fingerprint(m.function) for key, m in measures.items()}
    assert not [name for name, text in found.items() if PYTHON in text]
    assert len({found[name] for name in MODELS}) == len(MODELS)


def test_a_measure_with_a_name_of_ones_own_is_its_function(tmp_path):
    def run(function):
        measure = qs.Measure("height", "height", "1", function)
        axes = {"epsilon": [0.1]}
        return qs.sweep("spin_pair", axes, [measure], store=tmp_path / "a", progress=False)

    run(lambda state: state.rho[:, 0, 0].real)
    with pytest.raises(StoreMismatchError, match="measure 'height'"):
        run(lambda state: state.rho[:, 1, 1].real)


def test_a_dataclass_is_its_text(module):
    text = "from dataclasses import dataclass\n@dataclass\nclass A:\n    k: float = 1.0\n"
    call = "    def __call__(self, x): return self.k * x\n"
    same = fingerprint(module(text + call).A())
    assert PYTHON not in same
    assert fingerprint(module(text + call).A(2.0)) != same
    assert fingerprint(module(text + call.replace("*", "+")).A()) != same


def test_a_partial_of_a_decorated_function_is_found():
    @functools.lru_cache
    def f(x):
        return x

    assert PYTHON not in fingerprint(functools.partial(f, 1))
    assert text_of_function(f.__wrapped__).startswith("FunctionDef(name='f'")
