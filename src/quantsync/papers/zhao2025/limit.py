"""The ensemble of Fig. 3 of Zhao et al. (2025) in the limit eta -> 0, exactly and without matrices.

A vanishing perturbation makes transitions between the sectors of the strong symmetries, each of
which relaxes to its maximally mixed state. The weights c of the sectors are the stationary vector
of a Markov chain with the rates

    Gamma(b -> a) = sum K_nn/D_b   over the D_a D_b operators F_n = |i><j|, i in a, j in b.

For orthonormal F the ensemble is the same in every basis, and the diagonal elements of a Wishart
matrix are independent: the rates are Gamma variables of shape d D_a D_b, over D_b.
"""

from __future__ import annotations

import numpy as np

from quantsync.papers.zhao2025.sectors import (
    largest_synchronization,
    off_diagonal_element,
    prepared_chain,
    stationary_states,
)


def sector_dimensions() -> dict[str, int]:
    """D_alpha of every sector."""
    states = stationary_states(prepared_chain().space)
    return {name: round(1 / float(np.real(np.trace(s @ s)))) for name, s in states.items()}


def limit_weights(samples: int, seed: int) -> dict[str, np.ndarray]:
    """c_alpha of random perturbations as their strength vanishes, for orthonormal F."""
    names, dimension = zip(*sector_dimensions().items(), strict=True)
    sizes = np.array(dimension, float)
    d = int(sizes.sum()) ** 2 - 1
    rng = np.random.default_rng(seed)
    # The common factor that makes the trace of K equal to d drops out of c.
    shape = d * np.outer(sizes, sizes)
    rates = rng.gamma(np.broadcast_to(shape, (samples, *shape.shape))) / sizes  # to a, from b
    diagonal = np.arange(len(sizes))
    rates[:, diagonal, diagonal] = 0
    rates[:, diagonal, diagonal] = -rates.sum(axis=1)
    # One balance equation follows from the others: normalisation takes its place.
    rates[:, -1, :] = np.abs(rates).max()
    right = np.zeros((samples, len(sizes), 1))
    right[:, -1, 0] = rates[0, -1, 0]
    weights = np.linalg.solve(rates, right)[..., 0]
    return dict(zip(names, weights.T, strict=True))


def limit_ensemble(samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw x = c_0+/8 - c_0-/6 and S_max of random perturbations as their strength vanishes."""
    weights = limit_weights(samples, seed)
    x = off_diagonal_element(weights["0+"], weights["0-"])
    return x, largest_synchronization(x)
