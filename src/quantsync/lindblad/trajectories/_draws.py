"""Random numbers of a block of samples: each sample has its own, in an order of its own."""

from __future__ import annotations

import numpy as np

from quantsync.random_numbers import sample_rng

AHEAD = 128  # numbers that a sample draws at a time; how many does not change them


class Draws:
    """Uniform and normal numbers of some samples, from `sample_rng` of each."""

    def __init__(self, seed: int, samples: range):
        self._generators = [sample_rng(seed, sample) for sample in samples]
        self._uniform = np.empty((len(samples), AHEAD))
        self._used = np.full(len(samples), AHEAD)
        self._normal = np.empty((len(samples), 0))

    def uniform(self, members: np.ndarray) -> np.ndarray:
        """The next number in [0, 1) of each of some samples."""
        for member in members[self._used[members] == AHEAD]:
            self._uniform[member] = self._generators[member].random(AHEAD)
            self._used[member] = 0
        found = self._uniform[members, self._used[members]]
        self._used[members] += 1
        return found

    def normal(self, count: int) -> np.ndarray:
        """The next normal numbers of all samples, (count, B)."""
        have = self._normal.shape[1]
        if have < count:
            more = max(count - have, AHEAD)
            fresh = np.stack([g.standard_normal(more) for g in self._generators])
            self._normal = np.concatenate([self._normal, fresh], axis=1)
        taken, self._normal = self._normal[:, :count], self._normal[:, count:]
        return np.ascontiguousarray(taken.T)
