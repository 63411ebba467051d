"""Fixtures that several test files share."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from quantsync.papers.registry import PAPERS


def pytest_collection_modifyitems(items):
    """Keep on one process what shares computed data: a paper's tests, and else those of a file."""
    for item in items:
        named = item.callspec.params.get("paper") if hasattr(item, "callspec") else None
        owner = [name for name in PAPERS if name in item.nodeid]
        group = named or (owner[0] if owner else item.path.name)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def claims_of():
    """The claims of a paper by its name, computed once."""
    return cache(lambda name: PAPERS[name].claims())


@pytest.fixture(scope="session", autouse=True)
def one_blas_thread():
    """Keep BLAS on one thread: on busy cores its own threads slow small matrices a hundredfold."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


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
    return json.loads((Path(__file__).parent / "reference" / "roulet2018.json").read_text())
