"""A store notices when what a model reads has changed, or says that it cannot notice."""

import importlib
import subprocess
import sys
import warnings

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import StoreMismatchError, UnfollowedWarning
from quantsync.sweeps.store.fingerprints import fingerprint

MODEL = """
import functools, threading, types
from dataclasses import dataclass
import numpy as np
import quantsync as qs
SPACE = qs.Space(A=qs.Spin(1))
{before}
def model(drive=0.1):
    {within}
    a = SPACE["A"]
    jumps = [(0.5, a.plus @ a.z), (0.5, a.minus @ a.z)]
    return qs.Lindbladian(SPACE, [(({value}) * drive, a.y)], jumps)
"""
# What stands before the model, within it, and the factor that it reads; F is edited.
FOLLOWED = {
    "a dictionary": ("D = {'a': {'b': F}}", "pass", "D['a']['b']"),
    "a list": ("D = [[0, F]]", "pass", "D[0][1]"),
    "a set": ("D = {F}", "pass", "max(D)"),
    "functions in a dictionary": ("def f(): return F\nD = {'f': f}", "pass", "D['f']()"),
    "an array of objects": ("D = np.array([F, None])", "pass", "D[0]"),
    "state": (
        "class K:\n    def __init__(self, x): self.x = x\nk = K(F)",
        "pass",
        "k.x",
    ),
    "a method": ("class K:\n    def f(self): return F\nk = K()", "pass", "k.f()"),
    "a property": ("class K:\n    @property\n    def f(self): return F\nk = K()", "pass", "k.f"),
    "a cached property": (
        "class K:\n    @functools.cached_property\n    def f(self): return F\nk = K()",
        "pass",
        "k.f",
    ),
    "a base": (
        "class B:\n    def f(self): return F\nclass K(B): pass\nk = K()",
        "pass",
        "k.f()",
    ),
    "a metaclass": (
        "class M(type):\n    def f(self): return F\nclass K(metaclass=M): pass",
        "pass",
        "K.f()",
    ),
    "a cached method": (
        "class K:\n    @functools.lru_cache\n    def f(self): return F\nk = K()",
        "pass",
        "k.f()",
    ),
    "a member of a class": ("class K: pass\nK.table = [F]", "pass", "K.table[0]"),
    "slots": (
        "class K:\n    __slots__ = ('x', '__y')\n"
        "    def __init__(self, x): self.x = 0; self.__y = x\n"
        "    def f(self): return self.__y\nk = K(F)",
        "pass",
        "k.f()",
    ),
    "a namespace": ("k = types.SimpleNamespace(x=F)", "pass", "k.x"),
    "a dataclass": ("@dataclass\nclass K:\n    x: float\nk = K(F)", "pass", "k.x"),
    "a named tuple": (
        "from collections import namedtuple\nK = namedtuple('K', 'x y')\nk = K(0, F)",
        "pass",
        "k.y",
    ),
    "a factory of a dictionary": (
        "import collections\ndef f(): return F\nD = collections.defaultdict(f)",
        "pass",
        "D.copy()[1]",
    ),
    "a mask": ("D = np.ma.array([1.0, 3.0], mask=[F == 3, F == 1])", "pass", "D.sum()"),
    "a pattern": ("import re\nD = re.compile('F')", "pass", "float(D.pattern)"),
    "a view of a dictionary": ("D = {'x': F}.values()", "pass", "max(D)"),
    "an object with a method that is called as one that writes": (
        "class K:\n    def update(self, x): return F * x\nk = K()",
        "pass",
        "k.update(1) + 0 * np.add(1, 2) * np.pi",
    ),
    "an adding member of a class": (
        "class A:\n    def __init__(self, x): self.x = x\n    def add(self, y): return self.x + y\n"
        "class K:\n    def f(self): return self.a.add(0)\nK.a = A(F)\nk = K()",
        "pass",
        "k.f()",
    ),
    "a subclass of dict": (
        "class K(dict):\n    def f(self): return self['x']\nk = K(x=F)",
        "pass",
        "k.f()",
    ),
    "a subclass of float": (
        "class K(float):\n    def f(self): return F\nk = K(1.0)",
        "pass",
        "k.f()",
    ),
    "a cached function": ("@functools.lru_cache\ndef f(): return F", "pass", "f()"),
    "a partial": ("f = functools.partial(max, F)", "pass", "f(0.0)"),
    "a dispatched function": (
        "@functools.singledispatch\ndef f(x): return 0\n@f.register\ndef _(x: int): return F",
        "pass",
        "f(1)",
    ),
    "np.vectorize": ("@np.vectorize\ndef f(x): return F * x", "pass", "f(1.0)"),
    "a bound method of an array": ("f = np.array([F]).sum", "pass", "f()"),
    "an item getter": ("f = np.array([F]).__getitem__", "pass", "f(0)"),
    "a bound method": (
        "class K:\n    def __init__(self, x): self.x = x\n    def f(self): return self.x\n"
        "f = K(F).f",
        "pass",
        "f()",
    ),
    "another built-in": ("f = {1.0: np.sin, 3.0: np.cos}[F]", "pass", "f(1.0)"),
    "a module imported within": ("", "import mine_too", "mine_too.FACTOR"),
    "a name imported within": ("", "from mine_too import scaled as s", "s(1)"),
}  # fmt: skip


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Writes two modules and imports them, as a new process would."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(factor, before, within, value):
        text = MODEL.format(before=before.replace("F", str(factor)), within=within, value=value)
        (tmp_path / "mine.py").write_text(text)
        helper = f"FACTOR = {factor}\ndef scaled(x): return FACTOR * x\n"
        (tmp_path / "mine_too.py").write_text(helper)
        for name in ("mine", "mine_too"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.invalidate_caches()
        return importlib.import_module("mine").model

    return run


def swept(model, path=None):
    found = qs.sweep(model, {"drive": [0.1, 0.2]}, "purity", store=path, progress=False)
    return found.purity.values


@pytest.mark.parametrize("case", FOLLOWED)
def test_what_a_model_reads_is_part_of_its_store(imported, tmp_path, case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = imported(1.0, *FOLLOWED[case])
        kept = swept(model, tmp_path / "m")
        np.testing.assert_array_equal(swept(model, tmp_path / "m"), kept)  # goes on where it was
        np.testing.assert_array_equal(swept(imported(1.0, *FOLLOWED[case]), tmp_path / "m"), kept)
        other = imported(3.0, *FOLLOWED[case])
        with pytest.raises(StoreMismatchError, match="source of model model"):
            swept(other, tmp_path / "m")
    assert abs(swept(other) - kept).min() > 1e-4  # other numbers indeed


OPAQUE = {
    "np.frompyfunc": ("f = np.frompyfunc(lambda x: F * x, 1, 1)", "pass", "float(f(1.0))", "f"),
    "globals": ("D = F", "pass", "globals()['D']", "globals"),
    "a file": (
        "def f():\n    with open(__file__) as file: return len(file.read()) / 1e3",
        "pass",
        "f()",
        "open",
    ),
    "np.load": (
        "def f(path=''): return np.load(path) if path else 1.0",
        "pass",
        "f()",
        "numpy.load",
    ),
    "an iterator": ("k = (F for _ in range(99))", "pass", "next(k)", "k"),
    "a cache of its own": ("D = {'x': F}", "D['y'] = 1", "D['x']", "D"),
    "a global that is set": ("n = F", "global n; m = n * 1; n = 5 - m; n = m", "n", "n"),
    "a module by text": ("import mine_too as m", "pass", "getattr(m, 'FACTOR')", "m"),
    "an object that holds one": (
        "k = types.SimpleNamespace(f=np.frompyfunc(lambda x: F * x, 1, 1))",
        "pass",
        "float(k.f(1.0))",
        "k",
    ),
}


@pytest.mark.parametrize("case", OPAQUE)
def test_what_cannot_be_looked_into_is_told_by_name(imported, tmp_path, case):
    *text, name = OPAQUE[case]
    with pytest.warns(UnfollowedWarning, match=f"depends on `{name}`, .*Pass .* as a parameter"):
        swept(imported(1.0, *text), tmp_path / "m")


def test_ordinary_models_are_not_warned_of(imported, tmp_path):
    before = """
import logging, math, operator
import scipy.sparse, xarray
LOG, LOCK, seen, count = logging.getLogger(__name__), threading.Lock(), [], 0
XA, SPARSE = xarray.DataArray([1.0], dims="x"), scipy.sparse.eye(2).tocsr()
A, f, g, RNG = np.eye(2), np.sin, math.sin, np.random.default_rng(1)
RHO = qs.steady_state(qs.models.spin_pair())
get = operator.itemgetter(0)
"""
    within = """
    global count
    count += 1
    seen.append(drive)
    with LOCK:
        LOG.debug("%s", drive)
    """
    value = (
        "float(XA[0]) + SPARSE.sum() + A.sum() + f(0) + g(0) + get([1]) + np.exp(0) + np.pi"
        " + RHO.rho.real.sum() + (RNG is None) + sum(x for x in range(3))"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = imported(1.0, before, within, value)
        kept = swept(model, tmp_path / "m")
        np.testing.assert_array_equal(swept(model, tmp_path / "m"), kept)


def test_the_fingerprint_is_the_same_in_every_process(imported, tmp_path):
    before = "class K:\n    s = {'a', 'b', F}\n    def __init__(self): self.o = {self, object}\n"
    here = fingerprint(imported(1.0, before + "k = K()", "pass", "len(k.s)"))
    code = (
        "import mine\nfrom quantsync.sweeps.store.fingerprints import fingerprint\n"
        "print(fingerprint(mine.model), end='')"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout == here


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({1: {2: 3}, 4: 5}, {1: {2: 3, 4: 5}}),
        ([[1], 2], [[1, 2]]),
        ((lambda k, m: [k, k, m])([1], [2]), (lambda k, m: [k, m, m])([1], [2])),
    ],
)
def test_nested_values_are_told_apart(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_values_that_hold_themselves_end():
    loop = [1]
    loop.append(loop)
    assert fingerprint(loop) != fingerprint([1, [1]])
