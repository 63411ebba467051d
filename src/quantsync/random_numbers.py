"""Random numbers of one sample, the same on any number of threads, processes and machines."""

from __future__ import annotations

import numpy as np

from quantsync.checks import named_arguments, whole_number

LARGEST_SEED = 1 << 128


@named_arguments
def sample_rng(seed: int, sample: int) -> np.random.Generator:
    """The random numbers of one sample of an ensemble, the same wherever it is computed.

    Parameters
    ----------
    seed : int
        Seed of the ensemble.
    sample : int
        Number of the sample, from 0.

    Returns
    -------
    numpy.random.Generator

    Examples
    --------
    >>> import quantsync as qs
    >>> qs.sweeps.sample_rng(1, 7).random() == qs.sweeps.sample_rng(1, 7).random()
    True
    """
    seed = checked_seed(seed)
    key = (whole_number(sample, "sample", at_least=0),)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def checked_seed(seed: int) -> int:
    """A whole number from 0 to 2^128."""
    return whole_number(seed, "seed", at_least=0, at_most=LARGEST_SEED)
