"""Trigonometric polynomials to find peaks of."""

import itertools

import numpy as np

from quantsync.measures.phase import PhaseDistribution

TRIANGLE = np.array([[0, 2], [2, -2], [2, 0]])


def distribution(harmonics, orders):
    orders = np.asarray(orders)
    return PhaseDistribution(
        np.asarray(harmonics, dtype=complex), orders, tuple("abc"[: orders.shape[1]])
    )


def all_orders(degree, dimension):
    vectors = itertools.product(range(-degree, degree + 1), repeat=dimension)
    return np.array([k for k in vectors if next((x for x in k if x), -1) > 0])


def random_harmonics(seed, count, batch):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(batch, count)) + 1j * rng.normal(size=(batch, count))
