"""Fixtures that several test files share."""

import json
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits


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
