"""Fixtures that several test files share."""

import sys
from functools import cache

import numpy as np
import pytest
from places import reference
from threadpoolctl import threadpool_limits

from quantsync.papers.registry import PAPERS

SHARE = {"test_composite_oscillator.py": "vaidya2024"}  # files that use a paper's claims


def group_of(test):
    """What a test shares computed data with: a paper's tests by its name, else those of a file."""
    file = test.split("::")[0].rsplit("/")[-1]
    owner = [name for name in PAPERS if name in test]
    return SHARE.get(file) or (owner[0] if owner else file)


AREAS = {  # what `make test` leaves to `make test-all`, by folder
    "tests/papers/": "papers",
    "src/quantsync/papers/": "papers",
    "tests/models/test_composite_oscillator.py": "papers",
    "tests/sweeps/store/": "stores",
    "tests/sweeps/refine/": "stores",
    "tests/sweeps/executors/": "clusters",
    "tests/test_notebooks.py::test_a_notebook": "notebooks",
    "tests/test_notebooks.py::test_the_explorer": "notebooks",
    "tests/explorer/in_browser/": "browsers",
}


def pytest_collection_modifyitems(items):
    """Mark the tests of papers, stores, clusters, notebooks and browsers: most of the time."""
    for item in items:
        for folder, mark in AREAS.items():
            if item.nodeid.startswith(folder):
                item.add_marker(mark)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep each group on one process: with marks, pytest-xdist 3.8 does not under pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    return Groups(config, log)


@pytest.fixture(scope="session")
def claims_of():
    """The claims of a paper by its name, or of some of its modules; computed once."""
    computed = cache(lambda name: PAPERS[name].claims())

    def find(name, *modules):
        checks = PAPERS[name].checks
        owner = {s.id: c.function.__module__.split(".")[-1] for c in checks for s in c.statements}
        return [c for c in computed(name) if not modules or owner[c.id] in modules]

    return find


@pytest.fixture(scope="session", autouse=True)
def one_blas_thread():
    """Keep BLAS on one thread: on busy cores its own threads slow small matrices a hundredfold."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    """Close what a test has drawn: pyplot keeps every figure, and warns of the twentieth."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def random_states():
    """Draw random mixed states of shape (*batch, n, n); of full rank unless told otherwise."""

    def draw(seed, n, batch=(), rank=None):
        rng = np.random.default_rng(seed)
        shape = (*batch, n, rank or n)
        g = rng.normal(size=shape) + 1j * rng.normal(size=shape)
        rho = g @ np.conj(np.swapaxes(g, -1, -2))
        return rho / np.trace(rho, axis1=-2, axis2=-1)[..., None, None]

    return draw


@pytest.fixture(scope="session")
def roulet2018():
    """Reference numbers for the spin pair, from an independent exact-arithmetic calculation."""
    return reference("roulet2018")
